"""The lines that one item makes on one unit's bill: by rate, by meter, or as a share of a cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portal.billing.drafts import Billed, Derivation, LineDraft, Remark, UnitCase
from portal.billing.schedule import Schedule, within
from portal.kit.i18n import N_, Sentence
from portal.kit.money import total
from portal.kit.period import Month
from portal.tariffs.amounts import Share, exact_amount, rounded
from portal.tariffs.months import ONE, Charge, stretches
from portal.tariffs.rules import Days, MeterReading, Rhythm, TariffVersion, UnitCharge
from portal.tariffs.states import Formula
from portal.units.states import OccupancyState

ONE_UNIT = Decimal(1)
RATED = (Formula.per_area, Formula.fixed, Formula.per_quantity)
NO_AREA = N_("%(unit)s has no billable area, which %(item)s is charged by. Import its area with units.csv.")
NO_RATE = N_("The tariff of %(item)s has no rate. Import it again with a rate.")
NO_QUANTITY = N_("%(unit)s has no quantity for %(item)s. Import it with unit_charges.csv.")
BACKWARDS = N_("Meter %(meter)s of %(unit)s runs backwards in %(month)s. Check the reading and import it again.")
NOT_READ = N_("%(unit)s has no reading for %(item)s yet. It will be billed when the reading is in.")
NOT_CHARGED = N_("The reading of meter %(meter)s of %(unit)s in %(month)s is not billed: no tariff applies to it.")
OPENED = N_("%(item)s of %(unit)s is not billed: its opening balance for %(month)s lies in the same cycle.")


@dataclass
class ItemLines:
    """What was found for one item of one unit."""

    case: UnitCase
    item: str
    schedule: Schedule
    lines: list[LineDraft] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def remark(self, where: list[Remark], code: str, sentence: str, **facts: object) -> None:
        """Note an error or a warning, once."""
        unit = self.case.unit.name
        found = Remark(code, unit, self.item, Sentence(sentence, {"unit": unit, "item": self.item, **facts}))
        if found not in where:
            where.append(found)

    def draft(self, months: tuple[Month, Month], days: Days, owed_on: date, of: Derivation) -> None:
        """Add the line of a derivation. A sum of zero makes none: there is nothing to owe, pay or dispute."""
        amount = total(s.amount for s in of.shares) if of.shares else rounded(of.exact, of.version.rounding)
        if amount:
            unit, period = self.case.unit.id, self.schedule.period
            self.lines.append(LineDraft(unit, self.item, period, *months, days, owed_on, amount, of))


def item_lines(item: str, case: UnitCase, shares: Iterable[Share], schedule: Schedule) -> ItemLines:
    """The lines of an item that are not billed yet.

    A month billed before is never billed again by rate, nor is a reading or a cost; whatever is still missing
    makes a supplement with the next number when the item already has a line in this run's month, else 0. An
    opening balance with a month of the cycle stands for all of the cycle.
    """
    found = ItemLines(case, item, schedule)
    before = [b for b in case.billed if b.item == item]
    mine = [s for s in shares if s.cost.item == item]
    for rhythm, months in schedule.windows(item).items():
        opened = next((b.first for b in before if b.opening and any(b.covers(m) for m in months)), None)
        if opened is None:
            _by_rate(found, rhythm, tuple(m for m in months if not any(b.covers(m) for b in before)))
            _by_meter(found, rhythm, months, before)
            _by_share(found, rhythm, months, before, mine)
        elif opened not in (months[0], months[-1]):
            found.remark(found.warnings, "opening_balance", OPENED, month=str(opened))
    nth = max((b.supplement + 1 for b in before if b.period == schedule.period), default=0)
    found.lines = [replace(line, supplement=nth, part=n) for n, line in enumerate(found.lines)]
    return found


def _by_rate(found: ItemLines, rhythm: Rhythm, months: tuple[Month, ...]) -> None:
    """rate × quantity × months: one line for each version and quantity, as each has its own product."""
    if not months:
        return
    case, item = found.case, found.item
    versions = (version for _, version in found.schedule.timeline(item, case.unit.use))
    for formula in dict.fromkeys(v.formula for v in versions if v.formula in RATED and v.rhythm == rhythm):
        charges = _charges(found, formula, months)
        counted = found.schedule.count(item, case.unit.use, rhythm, months, charges)
        counted = tuple(c for c in counted if c.version.formula is formula)
        owed_on = min((c.days.first for c in counted), default=date.max)
        for c in counted:
            area = case.unit.billable_area if formula is Formula.per_area else ONE_UNIT
            if area is None:
                found.remark(found.errors, "missing_area", NO_AREA)
            elif c.version.rate is None:
                found.remark(found.errors, "missing_rate", NO_RATE)
            else:
                derivation = _derive(case, c.version, area * c.quantity, c.months, c.day_count)
                found.draft((c.counts[0].month, c.counts[-1].month), c.days, owed_on, derivation)


def _by_meter(found: ItemLines, rhythm: Rhythm, months: tuple[Month, ...], before: list[Billed]) -> None:
    """rate × what was used: all meters and months of one version on one line, each with its readings.

    A consumption is never prorated, since the meter already says what was used; its month needs a chargeable
    day, and the version of the first such day holds. A reading in a month without one is said to be left out.
    """
    case, item = found.case, found.item
    read = [r for r in case.readings if r.item == item and r.period in months]
    metered = dict(_metered(found, months))
    ruling = {month: here for month, here in metered.items() if here[1].rhythm == rhythm}
    if ruling and (not read or {m for i, m in case.meters if i == item} - {r.meter for r in read}):
        found.remark(found.warnings, "no_reading", NOT_READ)
    billed = {source for b in before for source in b.sources}
    used: dict[TariffVersion, list[MeterReading]] = {}
    for reading in sorted(read, key=lambda r: (r.period, r.meter)):
        facts = {"meter": reading.meter, "month": str(reading.period)}
        if ("reading", reading.meter, str(reading.period)) in billed:
            continue
        if reading.period not in metered:
            found.remark(found.warnings, "reading_not_billed", NOT_CHARGED, **facts)
        elif reading.period not in ruling:
            continue  # billed in the runs of that version's rhythm
        elif reading.consumption < 0:
            found.remark(found.errors, "negative_consumption", BACKWARDS, **facts)
        else:
            used.setdefault(ruling[reading.period][1], []).append(reading)
    owed_on = min((days.first for days, _ in ruling.values()), default=date.max)
    for version, readings in used.items():
        if version.rate is None:
            found.remark(found.errors, "missing_rate", NO_RATE)
            continue
        first, last = readings[0].period, readings[-1].period
        days = Days(ruling[first][0].first, ruling[last][0].last)
        quantity = sum((r.consumption for r in readings), Decimal(0))
        derivation = _derive(case, version, quantity, ONE, days.count, tuple(readings))
        found.draft((first, last), days, owed_on, derivation)


def _by_share(
    found: ItemLines, rhythm: Rhythm, months: tuple[Month, ...], before: list[Billed], shares: list[Share]
) -> None:
    """The unit's shares of the costs of these months, whole: neither the days nor vacancy make them smaller."""
    if not shares:
        return
    billed = {source for b in before for source in b.sources}
    parts: dict[TariffVersion, list[Share]] = {}
    for share in sorted(shares, key=lambda s: (s.cost.period, s.cost.scope)):
        cost = share.cost
        known = ("cost", cost.scope, str(cost.period)) in billed
        if not known and share.version.rhythm == rhythm and cost.period in months:
            parts.setdefault(share.version, []).append(share)
    owed_on = _shared_from(found, rhythm, months)
    for version, mine in parts.items():
        first, last = mine[0].cost.period, mine[-1].cost.period
        handed = found.case.unit.handed_over_on
        days = Days(handed if handed and first.first < handed <= last.last else first.first, last.last)
        exact = sum((s.exact for s in mine), Fraction(0))
        derivation = Derivation(version, mine[0].weight, ONE, days.count, exact, shares=tuple(mine))
        found.draft((first, last), days, owed_on, derivation)


def _shared_from(found: ItemLines, rhythm: Rhythm, months: tuple[Month, ...]) -> date:
    """The first chargeable day of a shared item in these months, whichever of them has a cost."""
    whole, unit = within(months), found.case.unit
    limits = Days.between(unit.handed_over_on, None).meet(whole) or whole
    timeline = found.schedule.timeline(found.item, unit.use)
    mine = (days.meet(limits) for days, v in timeline if v.formula.shares and v.rhythm == rhythm)
    return min((days.first for days in mine if days), default=limits.first)


def _derive(
    case: UnitCase, version: TariffVersion, quantity: Decimal, months: Fraction, day_count: int,
    readings: tuple[MeterReading, ...] = (),
) -> Derivation:  # fmt: skip
    vacant = case.unit.occupancy == OccupancyState.vacant
    factor = version.vacancy_rate if vacant else None
    assert version.rate is not None
    exact = exact_amount(version.rate, quantity, months, factor)
    return Derivation(version, quantity, months, day_count, exact, factor, readings)


def _metered(found: ItemLines, months: tuple[Month, ...]) -> Iterator[tuple[Month, tuple[Days, TariffVersion]]]:
    """For each month with chargeable days under a meter tariff: those days and the version of the first."""
    timeline = found.schedule.timeline(found.item, found.case.unit.use)
    if not any(v.formula is Formula.metered for _, v in timeline):
        return
    charges = _charges(found, Formula.metered, months)
    for month in months:
        here = [s for s in stretches(month, timeline, charges) if s.version.formula is Formula.metered]
        if here:
            yield month, (Days(here[0].days.first, here[-1].days.last), here[0].version)


def _charges(found: ItemLines, formula: Formula, months: tuple[Month, ...]) -> tuple[Charge, ...]:
    """The quantities of an item and their days, inside the months and from the handover on.

    Rows of unit_charges are needed for per_quantity. For a fixed charge a row's quantity replaces the one, for
    area and meter a row only says from when to when; without a row these are charged on all days. A row with
    quantity 0 charges nothing.
    """
    rows = [r for r in found.case.charges if r.item == found.item]
    if formula is Formula.per_quantity:
        if any(r.quantity is None and r.days.meet(within(months)) for r in rows):
            found.remark(found.errors, "missing_quantity", NO_QUANTITY)
        all_rows = [Charge(r.days, r.quantity) for r in rows if r.quantity]
    elif not rows:
        all_rows = [Charge(Days(), ONE_UNIT)]
    elif formula is Formula.fixed:
        all_rows = [Charge(r.days, ONE_UNIT if r.quantity is None else r.quantity) for r in rows if r.quantity != 0]
    else:
        all_rows = [Charge(d, ONE_UNIT) for d in _joined(rows)]
    limits = Days.between(found.case.unit.handed_over_on, None).meet(within(months))
    if limits is None:
        return ()
    return tuple(Charge(d, c.quantity) for c in all_rows if (d := limits.meet(c.days)))


def _joined(rows: Iterable[UnitCharge]) -> list[Days]:
    """The days of any of the rows, overlapping ones joined."""
    joined: list[Days] = []
    for days in sorted(r.days for r in rows if r.quantity != 0):
        if joined and days.first <= joined[-1].last:
            joined[-1] = Days(joined[-1].first, max(joined[-1].last, days.last))
        else:
            joined.append(days)
    return joined

"""The lines of one item on one unit's bill: by rate, by meter, or as a share of a cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portal.fees.runs.drafts import Billed, Derivation, LineDraft, Remark, UnitCase, quantity_source
from portal.fees.runs.schedule import ONE_UNIT, Schedule, Terms, begins, counted, metered, shared_from, within
from portal.fees.tariffs.amounts import Share, exact_amount, rounded
from portal.fees.tariffs.proration import ONE, Counted
from portal.fees.tariffs.rules import Days, MeterReading, TariffVersion, UnitCharge, charged_once
from portal.fees.tariffs.states import Formula
from portal.homes.units.states import OccupancyState
from portal.kit.i18n import N_, Sentence
from portal.kit.money import total
from portal.kit.period import Month

NO_AREA = N_("%(unit)s has no billable area, but %(item)s is charged by area. Import it with units.csv.")
NO_RATE = N_("The tariff of %(item)s has no rate. Import it again with a rate.")
NO_QUANTITY = N_("%(unit)s has no quantity for %(item)s. Import it with unit_charges.csv.")
BACKWARDS = N_("Meter %(meter)s of %(unit)s runs backwards in %(month)s. Check the reading and import it again.")
NOT_READ = N_("%(unit)s has no reading for %(item)s yet. It will be billed once the reading has been imported.")
NOT_CHARGED = N_("The reading of meter %(meter)s of %(unit)s in %(month)s is not billed: no tariff applies to it.")
OPENED = N_("%(item)s of %(unit)s is not billed, because its opening balance for %(month)s falls in the same cycle.")


@dataclass(slots=True)
class ItemLines:
    """The lines of one item of one unit as they are found; `nth` is the number of the supplement."""

    case: UnitCase
    item: str
    schedule: Schedule
    rows: tuple[UnitCharge, ...]
    nth: int
    lines: list[LineDraft] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def remark(self, where: list[Remark], code: str, sentence: str, **facts: object) -> None:
        """Add an error or a warning, once."""
        unit = self.case.unit.name
        remark = Remark(code, unit, self.item, Sentence(sentence, {"unit": unit, "item": self.item, **facts}))
        if remark not in where:
            where.append(remark)

    def draft(self, first: Month, last: Month, days: Days, owed_on: date, of: Derivation) -> None:
        """Add the line of a derivation. A sum of zero gives no line: there is nothing to owe, pay or dispute."""
        amount = total(s.amount for s in of.shares) if of.shares else rounded(of.exact, of.version.rounding)
        if amount:
            unit, period, part = self.case.unit.id, self.schedule.period, len(self.lines)
            self.lines.append(
                LineDraft(
                    unit=unit,
                    item=self.item,
                    period=period,
                    first=first,
                    last=last,
                    days=days,
                    owed_on=owed_on,
                    amount=amount,
                    derivation=of,
                    supplement=self.nth,
                    part=part,
                )
            )


def item_lines(item: str, case: UnitCase, shares: Iterable[Share], schedule: Schedule) -> ItemLines:
    """The lines of an item that are not billed yet.

    A month that was billed is never billed again by rate, and neither is a reading or a cost. If the item already has
    a line in this run's month, what is missing becomes a supplement with the next number; otherwise the number is 0.
    An opening balance with a month of the cycle counts for the whole cycle.
    """
    before = [b for b in case.billed if b.item == item]
    nth = max((b.supplement + 1 for b in before if b.period == schedule.period), default=0) if before else 0
    itemlines = ItemLines(case, item, schedule, tuple([r for r in case.charges if r.item == item]), nth)
    mine = [s for s in shares if s.cost.item == item]
    for terms in schedule.terms(item, case.unit.use):
        months = terms.months
        opened = [b.first for b in before if b.opening and any(b.covers(m) for m in months)]
        if not opened:
            _by_rate(itemlines, terms, before)
            _by_meter(itemlines, terms, before)
            _by_share(itemlines, terms, before, mine)
        elif opened[0] not in (months[0], months[-1]):
            itemlines.remark(itemlines.warnings, "opening_balance", OPENED, month=str(opened[0]))
    return itemlines


def _by_rate(lines: ItemLines, terms: Terms, before: list[Billed]) -> None:
    """rate × quantity × months: one line for each version and quantity, as each has its own product."""
    months = terms.months
    if before:
        months = tuple(m for m in months if not any(b.covers(m) for b in before))
    unit, since = lines.case.unit, begins(terms, lines.case.unit.handed_over_on)
    for formula in terms.rated:
        rows, one_offs = _apart(formula, lines.rows)
        if months:
            if formula is Formula.per_quantity:
                _all_have_quantities(lines, rows, within(months))
            charged = counted(terms, months, formula, rows, since)
            for c in charged:
                area = unit.billable_area if formula is Formula.per_area else ONE_UNIT
                _charge(lines, c, area, charged[0].days.first, rows)  # the earliest comes first
        if one_offs:
            _by_one_off(lines, terms, before, one_offs)


def _apart(formula: Formula, rows: tuple[UnitCharge, ...]) -> tuple[tuple[UnitCharge, ...], tuple[UnitCharge, ...]]:
    """The rows that are charged month by month, and those that are charged once."""
    if formula is not Formula.per_quantity or not any(row.month for row in rows):
        return rows, ()
    once = charged_once(rows)
    return tuple(row for row in rows if row not in once), once


def _by_one_off(lines: ItemLines, terms: Terms, before: list[Billed], rows: tuple[UnitCharge, ...]) -> None:
    """One line for each one-off quantity that is not billed yet, owed by the owners of the day it was for.

    Lines from before quantities were stored do not name theirs; such a line counts for all quantities of its months.
    """
    billed = {source for b in before for source in b.sources}
    closed = [b for b in before if not any(kind == "quantity" for kind, _, _ in b.sources)]
    since = begins(terms, lines.case.unit.handed_over_on)
    for row in rows:
        month = row.month
        if month not in terms.months or quantity_source(row) in billed or any(b.covers(month) for b in closed):
            continue
        _all_have_quantities(lines, (row,), row.days)
        for c in counted(terms, (month,), Formula.per_quantity, (row,), since):
            _charge(lines, c, ONE_UNIT, c.days.first, (row,), one_off=True)


def _all_have_quantities(lines: ItemLines, rows: tuple[UnitCharge, ...], days: Days) -> None:
    if any(row.quantity is None and row.days.meet(days) for row in rows):
        lines.remark(lines.errors, "missing_quantity", NO_QUANTITY)


def _charge(
    lines: ItemLines, c: Counted, area: Decimal | None, owed_on: date, rows: tuple[UnitCharge, ...],
    *, one_off: bool = False,
) -> None:  # fmt: skip
    """Add the line of these months; a missing area or rate is an error."""
    if area is None:
        lines.remark(lines.errors, "missing_area", NO_AREA)
    elif c.version.rate is None:
        lines.remark(lines.errors, "missing_rate", NO_RATE)
    else:
        counts: tuple[UnitCharge, ...] = ()
        if c.version.formula is Formula.per_quantity:
            counts = tuple(row for row in rows if row.quantity and row.days.meet(c.days))
        derivation = _derive(
            lines.case, c.version, area * c.quantity, c.months, c.day_count, quantities=counts, one_off=one_off
        )
        lines.draft(c.counts[0].month, c.counts[-1].month, c.days, owed_on, derivation)


def _by_meter(lines: ItemLines, terms: Terms, before: list[Billed]) -> None:
    """rate × consumption: all meters and months of one version are on one line, each with its readings.

    Consumption is never prorated, because the meter already says what was used. Its month needs a chargeable day, and
    the version of the first such day applies. A reading in a month without such a day gets a warning.
    """
    case, item = lines.case, lines.item
    read = [r for r in case.readings if r.item == item and r.period in terms.months]
    if not read and not terms.metered:
        return
    held = metered(terms, lines.rows, begins(terms, case.unit.handed_over_on))
    ruling = {month: here for month, here in held.items() if here[1].rhythm == terms.rhythm}
    if ruling and (not read or {m for i, m in case.meters if i == item} - {r.meter for r in read}):
        lines.remark(lines.warnings, "no_reading", NOT_READ)
    billed = {source for b in before for source in b.sources}
    used: dict[TariffVersion, list[MeterReading]] = {}
    for reading in sorted(read, key=lambda r: (r.period, r.meter)):
        month = str(reading.period)
        if ("reading", reading.meter, month) in billed:
            continue
        if reading.period not in held:
            lines.remark(lines.warnings, "reading_not_billed", NOT_CHARGED, meter=reading.meter, month=month)
        elif reading.period not in ruling:
            continue  # billed by the runs of that version's rhythm
        elif reading.consumption < 0:
            lines.remark(lines.errors, "negative_consumption", BACKWARDS, meter=reading.meter, month=month)
        else:
            used.setdefault(ruling[reading.period][1], []).append(reading)
    owed_on = min((days.first for days, _ in ruling.values()), default=date.max)
    for version, readings in used.items():
        if version.rate is None:
            lines.remark(lines.errors, "missing_rate", NO_RATE)
            continue
        first, last = readings[0].period, readings[-1].period
        days = Days(ruling[first][0].first, ruling[last][0].last)
        quantity = sum((r.consumption for r in readings), Decimal(0))
        derivation = _derive(
            case, version, quantity=quantity, months=ONE, day_count=days.count, readings=tuple(readings)
        )
        lines.draft(first, last, days, owed_on, derivation)


def _by_share(lines: ItemLines, terms: Terms, before: list[Billed], shares: list[Share]) -> None:
    """The unit's whole share of the costs of these months: neither proration nor vacancy reduces it."""
    if not shares:
        return
    billed = {source for b in before for source in b.sources}
    parts: dict[TariffVersion, list[Share]] = {}
    for share in sorted(shares, key=lambda s: (s.cost.period, s.cost.scope)):
        cost = share.cost
        known = billed and ("cost", cost.scope, str(cost.period)) in billed
        if not known and share.version.rhythm == terms.rhythm and cost.period in terms.months:
            parts.setdefault(share.version, []).append(share)
    handed = lines.case.unit.handed_over_on
    owed_on = shared_from(terms, begins(terms, handed))
    for version, mine in parts.items():
        first, last = mine[0].cost.period, mine[-1].cost.period
        days = Days(handed if handed and first.first < handed <= last.last else first.first, last.last)
        exact = sum((s.exact for s in mine[1:]), mine[0].exact)
        derivation = Derivation(version, mine[0].weight, ONE, days.count, exact, shares=tuple(mine))
        lines.draft(first, last, days, owed_on, derivation)


def _derive(
    case: UnitCase, version: TariffVersion, quantity: Decimal, months: Fraction, day_count: int,
    readings: tuple[MeterReading, ...] = (), quantities: tuple[UnitCharge, ...] = (), one_off: bool = False,
) -> Derivation:  # fmt: skip
    vacant = case.unit.occupancy == OccupancyState.vacant
    factor = version.vacancy_rate if vacant else None
    assert version.rate is not None
    exact = exact_amount(version.rate, quantity, months, factor)
    return Derivation(
        version=version,
        quantity=quantity,
        months=months,
        day_count=day_count,
        exact=exact,
        vacancy_rate=factor,
        readings=readings,
        quantities=quantities,
        one_off=one_off,
    )

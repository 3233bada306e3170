"""What is charged on which days: reckoned once for all units of a run that are charged alike, and then remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from portal.fees.runs.schedule import Terms, within
from portal.fees.tariffs.months import Charge, Counted, count_months, stretches
from portal.fees.tariffs.rules import Days, TariffVersion, UnitCharge
from portal.fees.tariffs.states import Formula
from portal.kit.period import Month

ONE_UNIT = Decimal(1)
ALIKE = 4096  # how many different answers are kept: units of an estate are charged for the same days

Rows = tuple[UnitCharge, ...]


def begins(terms: Terms, handed_over_on: date | None) -> date | None:
    """The handover when it falls into the months billed; an earlier one limits nothing, so all of those are alike."""
    return handed_over_on if handed_over_on and handed_over_on > terms.days.first else None


@lru_cache(ALIKE)
def counted(
    terms: Terms, months: tuple[Month, ...], formula: Formula, rows: Rows, since: date | None
) -> tuple[Counted, ...]:
    """What counts of these months by a formula, as `count_months` says; `rows` are the unit's quantities."""
    charges = _charges(formula, rows, since, months)
    found = count_months(months, terms.timeline, charges, terms.rhythm)
    return tuple(c for c in found if c.version.formula is formula)


@lru_cache(ALIKE)
def metered(terms: Terms, rows: Rows, since: date | None) -> Mapping[Month, tuple[Days, TariffVersion]]:
    """For each month with chargeable days under a meter tariff: those days and the version of the first."""
    charges = _charges(Formula.metered, rows, since, terms.months) if terms.metered else ()
    held = {}
    for month in terms.months:
        here = [s for s in stretches(month, terms.timeline, charges) if s.version.formula is Formula.metered]
        if here:
            held[month] = Days(here[0].days.first, here[-1].days.last), here[0].version
    return held


@lru_cache(ALIKE)
def shared_from(terms: Terms, since: date | None) -> date:
    """The first chargeable day of a shared item in these months, whichever of them has a cost."""
    limits = Days.between(since, None).meet(terms.days) or terms.days
    mine = (days.meet(limits) for days, v in terms.timeline if v.formula.shares and v.rhythm == terms.rhythm)
    return min((days.first for days in mine if days), default=limits.first)


def _charges(formula: Formula, rows: Rows, since: date | None, months: tuple[Month, ...]) -> tuple[Charge, ...]:
    """The quantities of an item and their days, inside the months and from the handover on.

    Rows of unit_charges are needed for per_quantity. For a fixed charge a row's quantity replaces the one, for
    area and meter a row only says from when to when; without a row these are charged on all days. A row with
    quantity 0 charges nothing.
    """
    if formula is Formula.per_quantity:
        all_rows = [Charge(r.days, r.quantity) for r in rows if r.quantity]
    elif not rows:
        all_rows = [Charge(Days(), ONE_UNIT)]
    elif formula is Formula.fixed:
        all_rows = [Charge(r.days, ONE_UNIT if r.quantity is None else r.quantity) for r in rows if r.quantity != 0]
    else:
        all_rows = [Charge(d, ONE_UNIT) for d in _joined(rows)]
    limits = Days.between(since, None).meet(within(months))
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

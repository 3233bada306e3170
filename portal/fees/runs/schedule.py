"""Which months of which items a run bills, at which versions and due when, and which days are charged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from portal.fees.tariffs.proration import Charge, Counted, count_months, stretches
from portal.fees.tariffs.rules import (
    Days,
    DueRule,
    Rhythm,
    TariffVersion,
    Timeline,
    UnitCharge,
    anchor_of,
    covered,
    versions_by_day,
)
from portal.fees.tariffs.states import Formula
from portal.kit.period import Month

RATED = (Formula.per_area, Formula.fixed, Formula.per_quantity)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """How units of one use are charged for an item in the months that the run bills for one rhythm.

    All such units share one object, so that what follows from it is computed only once.
    """

    rhythm: Rhythm
    months: tuple[Month, ...]
    days: Days
    timeline: Timeline
    rated: tuple[Formula, ...]
    metered: bool


class Schedule:
    """The run of one service month over a community's tariffs; `tariffs` in the order of items on a bill."""

    def __init__(self, period: Month, issued_on: date, due_rule: DueRule, tariffs: Iterable[TariffVersion]) -> None:
        self.period, self.issued_on = period, issued_on
        self.due_on, self.due_moved = due_rule.due_on(period, issued_on)
        self.days = within((period,))
        self._versions: dict[str, list[TariffVersion]] = {}
        for version in tariffs:
            self._versions.setdefault(version.item, []).append(version)
        self._windows = {item: _windows(period, versions) for item, versions in self._versions.items()}
        self.items = tuple(item for item, windows in self._windows.items() if windows)  # items with anything to bill
        self._timelines: dict[tuple[str, str], Timeline] = {}
        self._charged: dict[tuple[str, str], bool] = {}
        self._terms: dict[tuple[str, str], tuple[Terms, ...]] = {}

    @property
    def span(self) -> tuple[Month, Month]:
        """The first and last month whose readings and costs the run may need."""
        months = [m for windows in self._windows.values() for ms in windows.values() for m in (ms[0], ms[-1])]
        return min(months, default=self.period), max(months, default=self.period)

    def windows(self, item: str) -> Mapping[Rhythm, tuple[Month, ...]]:
        """The months that this run bills of an item, for each rhythm among its versions that is due."""
        return self._windows.get(item, {})

    def last_due(self, item: str, published: Collection[Month]) -> Month | None:
        """The last published month before this one in which the item was due as it is now; None if it is not due now.

        The version in force says when it is due; if there is none any more, the last one does.
        """
        versions = self._versions.get(item, [])
        in_force = [v for v in versions if v.days.meet(self.days)]
        ruling = in_force or [max(versions, key=lambda v: v.days.last)]
        anchor = anchor_of(versions)
        rhythms = {v.rhythm for v in ruling if covered(self.period, anchor, v.rhythm)}
        due = [m for m in published if m < self.period and any(covered(m, anchor, rhythm) for rhythm in rhythms)]
        return max(due, default=None)

    def timeline(self, item: str, use: str) -> Timeline:
        """The item's versions for a use, day by day; empty if the use is not charged for it."""
        key = item, use
        if key not in self._timelines:
            self._timelines[key] = versions_by_day(self._versions.get(item, ()), use)
        return self._timelines[key]

    def charges(self, item: str, use: str) -> bool:
        """Whether a use is charged for the item on any day of the run's month."""
        key = item, use
        if key not in self._charged:
            self._charged[key] = any(days.meet(self.days) for days, _ in self.timeline(item, use))
        return self._charged[key]

    def terms(self, item: str, use: str) -> tuple[Terms, ...]:
        """How a use is charged for the item: one for each rhythm that is due."""
        key = item, use
        if key not in self._terms:
            timeline = self.timeline(item, use)
            self._terms[key] = tuple(_terms(timeline, *window) for window in self.windows(item).items())
        return self._terms[key]


def within(months: tuple[Month, ...]) -> Days:
    """The days of consecutive months."""
    return Days(months[0].first, months[-1].last)


def _terms(timeline: Timeline, rhythm: Rhythm, months: tuple[Month, ...]) -> Terms:
    rated = dict.fromkeys(v.formula for _, v in timeline if v.formula in RATED and v.rhythm == rhythm)
    metered = any(v.formula is Formula.metered for _, v in timeline)
    return Terms(
        rhythm=rhythm, months=months, days=within(months), timeline=timeline, rated=tuple(rated), metered=metered
    )


def _windows(period: Month, versions: list[TariffVersion]) -> dict[Rhythm, tuple[Month, ...]]:
    anchor = anchor_of(versions)
    due = {v.rhythm: covered(period, anchor, v.rhythm) for v in versions}
    return {rhythm: months for rhythm, months in due.items() if months}


ONE_UNIT = Decimal(1)
ALIKE = 4096  # how many different answers are kept: units of an estate are charged for the same days

Rows = tuple[UnitCharge, ...]


def begins(terms: Terms, handed_over_on: date | None) -> date | None:
    """The day of the handover if it is in the months billed; an earlier one limits nothing and is the same for all."""
    return handed_over_on if handed_over_on and handed_over_on > terms.days.first else None


@lru_cache(ALIKE)
def counted(
    terms: Terms, months: tuple[Month, ...], formula: Formula, rows: Rows, since: date | None
) -> tuple[Counted, ...]:
    """What to charge in these months by a formula, as `count_months` says; `rows` are the unit's quantities."""
    charges = _charges(formula, rows, since, months)
    result = count_months(months, terms.timeline, charges, terms.rhythm)
    return tuple(c for c in result if c.version.formula is formula)


@lru_cache(ALIKE)
def metered(terms: Terms, rows: Rows, since: date | None) -> Mapping[Month, tuple[Days, TariffVersion]]:
    """For each month with chargeable days under a meter tariff: those days, and the version of the first of them."""
    charges = _charges(Formula.metered, rows, since, terms.months) if terms.metered else ()
    held = {}
    for month in terms.months:
        here = [s for s in stretches(month, terms.timeline, charges) if s.version.formula is Formula.metered]
        if here:
            held[month] = Days(here[0].days.first, here[-1].days.last), here[0].version
    return held


@lru_cache(ALIKE)
def shared_from(terms: Terms, since: date | None) -> date:
    """The first chargeable day of a shared item in these months, whichever month has a cost."""
    limits = Days.between(since, None).meet(terms.days) or terms.days
    mine = (days.meet(limits) for days, v in terms.timeline if v.formula.shares and v.rhythm == terms.rhythm)
    return min((days.first for days in mine if days), default=limits.first)


def _charges(formula: Formula, rows: Rows, since: date | None, months: tuple[Month, ...]) -> tuple[Charge, ...]:
    """The quantities of an item and their days, limited to these months and to the days after the handover.

    Formula per_quantity needs rows of unit_charges. For a fixed charge the row's quantity replaces the 1. For area and
    meter a row only limits the days; without a row every day is charged. A row with quantity 0 charges nothing.
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
    """The days that any of the rows covers, with overlaps joined."""
    joined: list[Days] = []
    for days in sorted(r.days for r in rows if r.quantity != 0):
        if joined and days.first <= joined[-1].last:
            joined[-1] = Days(joined[-1].first, max(joined[-1].last, days.last))
        else:
            joined.append(days)
    return joined

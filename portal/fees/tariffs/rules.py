"""The values that bills are computed from: tariff versions, quantities, readings, shared costs, due days."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.fees.tariffs.states import Formula, Proration, Rounding, Timing
from portal.homes.units.states import OccupancyState, Use
from portal.kit.money import Money
from portal.kit.period import Month

Id = Hashable
EVERY_USE = "*"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """The days from `first` to `last`, both included; without limits, all days."""

    first: date = date.min
    last: date = date.max

    @classmethod
    def between(cls, starts_on: date | None, ends_on: date | None) -> Days:
        """The days between these dates; an empty date is no limit."""
        return cls(starts_on or date.min, ends_on or date.max)

    def meet(self, other: Days) -> Days | None:
        """The days in both, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None

    @property
    def count(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """One dated version of an item's rate for one use, or for every use (`*`).

    `rate` is in yuan including tax, and None for shares; `vacancy_rate` is a factor (0.7) or None; `source` is the
    clause or resolution it is based on.
    """

    id: Id
    item: str
    use: str
    formula: Formula
    rate: Decimal | None
    per: str | None = None
    cycle_months: int = 1
    timing: Timing = Timing.advance
    proration: Proration = Proration.full_month
    vacancy_rate: Decimal | None = None
    rounding: Rounding = Rounding.fen
    starts_on: date | None = None
    ends_on: date | None = None
    source: str = ""

    def __hash__(self) -> int:
        return hash(self.id)  # a run looks up millions of versions; equal ones have the same id

    @property
    def days(self) -> Days:
        """The days on which it is in force."""
        return Days.between(self.starts_on, self.ends_on)

    @property
    def rhythm(self) -> Rhythm:
        """When it is billed: the cycle, in advance or in arrears."""
        return self.cycle_months, self.timing


Rhythm = tuple[int, Timing]
Timeline = tuple[tuple[Days, TariffVersion], ...]


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as it is on the day of issue. `billable_area` is in m²; `name` breaks ties between shares."""

    id: Id
    name: str
    use: Use
    billable_area: Decimal | None = None
    occupancy: OccupancyState = OccupancyState.owner
    handed_over_on: date | None = None
    building: str | None = None


@dataclass(frozen=True, slots=True)
class UnitCharge:
    """A quantity (bays, persons, cards) that a unit is charged for an item, and its first and last day."""

    item: str
    quantity: Decimal | None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def days(self) -> Days:
        """The days on which it is charged."""
        return Days.between(self.starts_on, self.ends_on)

    @property
    def month(self) -> Month | None:
        """The month in which it both begins and ends; None if there is no such month."""
        first, last = self.starts_on, self.ends_on
        return Month.of(first) if first and last and Month.of(first) == Month.of(last) else None

    def meets(self, other: UnitCharge) -> bool:
        """Whether one of the two ends on the day before the other begins, and so is replaced by it."""
        return any(
            first.ends_on and first.ends_on + _DAY == then.starts_on for first, then in ((self, other), (other, self))
        )


def charged_once(rows: Sequence[UnitCharge]) -> tuple[UnitCharge, ...]:
    """The rows of a home and item that are charged once, each by itself, because they lie within a month.

    Three hours of work and two hours later are five, whatever else is charged. A bay that is exchanged for another on
    the next day is no such row: however often it changes, the month is charged once.
    """
    once = [row for row in rows if row.month]
    going_on = [row for row in rows if not row.month]
    while changed := [
        row for row in once if row.starts_on != row.ends_on and any(row.meets(other) for other in going_on)
    ]:
        once = [row for row in once if row not in changed]
        going_on = changed
    return tuple(once)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a meter of a unit showed at the beginning and at the end of a month."""

    item: str
    meter: str
    period: Month
    previous: Decimal
    current: Decimal

    @property
    def consumption(self) -> Decimal:
        """The consumption; negative if the meter was exchanged or misread."""
        return self.current - self.previous


@dataclass(frozen=True, slots=True)
class SharedCost:
    """The cost of a month to split among the units of a scope: `community` or `building:<name>`."""

    id: Id
    item: str
    period: Month
    amount: Money
    scope: str = "community"

    def covers(self, unit: UnitFacts) -> bool:
        """Whether the unit is in the scope."""
        kind, _, name = self.scope.partition(":")
        return kind == "community" or (kind == "building" and unit.building == name)


def rate_in_figures(rate: Decimal) -> str:
    """A rate in yuan for people: 2.80, at least two decimals and more only if it has them."""
    whole, _dot, rest = f"{rate:,f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def versions_by_day(versions: Iterable[TariffVersion], use: str) -> Timeline:
    """The versions in force for a use, with their days, earliest first.

    Decided day by day: a version for the use itself comes before one for every use, which applies where the other has
    not begun or has ended. If two overlap (an import error), the one that starts later applies.
    """
    mine = sorted((v for v in versions if v.use in (use, EVERY_USE)), key=lambda v: (v.use != EVERY_USE, v.days.first))
    edges = {v.days.first for v in mine} | {v.days.last + _DAY for v in mine if v.ends_on}
    result: list[tuple[Days, TariffVersion]] = []
    starts = sorted(edges)
    for n, first in enumerate(starts):
        last = starts[n + 1] - _DAY if n + 1 < len(starts) else date.max
        held = [v for v in mine if v.days.first <= first <= v.days.last]
        if held and result and result[-1][1] == held[-1]:
            result[-1] = Days(result[-1][0].first, last), held[-1]
        elif held:
            result.append((Days(first, last), held[-1]))
    return tuple(result)


def covered(period: Month, anchor: Month, rhythm: Rhythm) -> tuple[Month, ...]:
    """The months that the run of `period` bills for this rhythm; none if a cycle is not due in it.

    Cycles count from `anchor`. The run of a cycle's first month (in advance) or last month (in arrears) bills all of
    it, so that items of one month are billed in their own month either way.
    """
    cycle, timing = rhythm
    place = period.since(anchor) % cycle
    if timing is Timing.advance and place == 0:
        return tuple(period.through(period + (cycle - 1)))
    if timing is Timing.arrears and place == cycle - 1:
        return tuple((period + (1 - cycle)).through(period))
    return ()


def anchor_of(versions: Iterable[TariffVersion]) -> Month:
    """The month from which an item's cycles count: that of its earliest `from`, for whatever use.

    If no version has a `from`, cycles follow the calendar year from January.
    """
    first = min(v.days.first for v in versions)
    return Month(2000, 1) if first == date.min else Month.of(first)


_RULE = re.compile(r"day:(?P<day>\d{1,2})(?P<next>\+1)?|days:(?P<days>\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class DueRule:
    """Day `day` of the month of the run or of the month after; or, without `day`, `days` after the issue."""

    day: int | None = None
    next_month: bool = False
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> DueRule:
        """Read a rule. Raises ValueError for any other text, a day outside 1-31 or more than 366 days."""
        match = _RULE.fullmatch(text.strip())
        if not match or not (1 <= int(match["day"] or 1) <= 31 and int(match["days"] or 0) <= 366):
            raise ValueError(f"not a due rule like day:15, day:15+1 or days:30: {text!r}")
        if match["day"]:
            return cls(int(match["day"]), bool(match["next"]))
        return cls(days=int(match["days"]))

    def due_on(self, period: Month, issued_on: date) -> tuple[date, bool]:
        """The due date for a run of `period`, at most the last day of the month, and whether it was moved.

        A date before the day of issue is moved to that day, because nobody can be late for a bill not yet issued.
        """
        if self.day is None:
            return issued_on + timedelta(days=self.days), False
        due = (period + int(self.next_month)).day(self.day)
        return (due, False) if due >= issued_on else (issued_on, True)

"""How many months a charge counts, for each of the four prorations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from portal.fees.tariffs.rules import Days, Rhythm, TariffVersion, Timeline
from portal.fees.tariffs.states import Proration
from portal.kit.period import Month

HALF = Fraction(1, 2)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Charge:
    """A quantity and the days on which it is charged, already limited by the handover."""

    days: Days
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive chargeable days with the same version and quantity."""

    days: Days
    version: TariffVersion
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Count:
    """What one month counts at one version: `months` of a month, for the chargeable days in `days`."""

    month: Month
    months: Fraction
    days: Days
    day_count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The months of one line: one version, one quantity."""

    version: TariffVersion
    quantity: Decimal
    counts: tuple[Count, ...]
    months: Fraction = field(init=False)  # their sum
    days: Days = field(init=False)  # from the first chargeable day to the last one
    day_count: int = field(init=False)  # number of chargeable days

    def __post_init__(self) -> None:
        object.__setattr__(self, "months", sum((c.months for c in self.counts), Fraction(0)))
        object.__setattr__(self, "days", Days(self.counts[0].days.first, self.counts[-1].days.last))
        object.__setattr__(self, "day_count", sum(c.day_count for c in self.counts))


def count_months(
    months: Sequence[Month], timeline: Timeline, charges: Iterable[Charge], rhythm: Rhythm
) -> tuple[Counted, ...]:
    """The months to charge, as one `Counted` for each version and quantity, earliest first.

    Only versions of this rhythm count: a month under a version of another rhythm is billed by that rhythm's runs.
    Consecutive quantities are versions of one charge, so a month in which one replaces another counts once. Quantities
    that overlap are charged side by side, and added up if their days and months are the same.
    """
    result: dict[tuple[TariffVersion, tuple[Count, ...]], Decimal] = {}
    for strand in _strands(charges):
        lines: dict[tuple[TariffVersion, Decimal], list[Count]] = {}
        for month in months:
            for stretch, count in _count(month, stretches(month, timeline, strand)):
                if stretch.version.rhythm == rhythm:
                    lines.setdefault((stretch.version, stretch.quantity), []).append(count)
        for (version, quantity), counts in lines.items():
            key = version, tuple(counts)
            result[key] = result.get(key, Decimal(0)) + quantity
    lines_ = [Counted(version, quantity, counts) for (version, counts), quantity in result.items()]
    return tuple(sorted(lines_, key=lambda c: (c.days, c.quantity)))


def stretches(month: Month, timeline: Timeline, strand: Iterable[Charge]) -> list[Stretch]:
    """The chargeable days of a month, cut where the version or the quantity changes."""
    inside = Days(month.first, month.last)
    result = []
    for charge in strand:
        if here := inside.meet(charge.days):
            held = ((here.meet(days), version) for days, version in timeline)
            result += [Stretch(days, version, charge.quantity) for days, version in held if days]
    return result


def _strands(charges: Iterable[Charge]) -> list[list[Charge]]:
    """Rows that follow one another; a row that overlaps all before it begins a strand of its own."""
    strands: list[list[Charge]] = []
    for charge in sorted(charges, key=lambda c: (c.days, c.quantity)):
        free = next((s for s in strands if s[-1].days.last < charge.days.first), None)
        if free is None:
            strands.append([charge])
        else:
            free.append(charge)
    return strands


def _count(month: Month, here: list[Stretch]) -> list[tuple[Stretch, Count]]:
    """What a month counts. The version of its first chargeable day decides the proration."""
    if not here:
        return []
    match here[0].version.proration:
        case Proration.full_month:
            return _whole(month, here, ONE)
        case Proration.daily_actual:
            return [(s, Count(month, Fraction(s.days.count, month.days), s.days, s.days.count)) for s in here]
        case Proration.half_month_15th:
            return _halves(month, here)
        case Proration.next_month:
            return _whole(month, here, ONE) if here[0].days.first == month.first else []


def _whole(month: Month, here: list[Stretch], months: Fraction) -> list[tuple[Stretch, Count]]:
    """The whole month, at the version of the first chargeable day."""
    days = Days(here[0].days.first, here[-1].days.last)
    return [(here[0], Count(month, months, days, sum(s.days.count for s in here)))]


def _halves(month: Month, here: list[Stretch]) -> list[tuple[Stretch, Count]]:
    """Each half (1-15, 16-end) with a chargeable day counts ½, at the version of the first such day in it.

    This is the rule of the 15th: a start on 1-15 touches both halves, a later one only the second; an end on 1-15
    touches only the first, a later one both. A change of version inside a month is neither start nor end.
    """
    result = []
    for half in (Days(month.first, month.day(15)), Days(month.day(16), month.last)):
        inside = [Stretch(d, s.version, s.quantity) for s in here if (d := s.days.meet(half))]
        result += _whole(month, inside, HALF) if inside else []
    return result

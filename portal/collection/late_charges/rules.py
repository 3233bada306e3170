"""The late charge of a line in a month: simple interest by the day on the unpaid fee, capped.

Source: Civil Code 585; a rate far above the loss is cut back by courts, so that a multiple of the loan prime rate is
the most. What stood at the end of a day counts for that day: whoever pays on it owes nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from portal.collection.late_charges.states import Start
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.money.payments.rules import spread

YEAR = 365  # days of a yearly rate, in leap years too, so that every day costs the same
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """One version of the contract's terms, from a day on. `daily_rate` and `multiple` are plain factors.

    A rate of 0.0005 is five ten-thousandths (万分之五) a day, 0 is off. `multiple` of the yearly loan prime rate is the
    cap. `demand_days` is the time that a demand gives, if days count from it; `clause` is the clause of the contract.
    """

    starts_on: date
    daily_rate: Decimal
    multiple: Decimal
    start: Start
    demand_days: int
    clause: str


@dataclass(frozen=True)
class PrimeRate:
    """The one-year loan prime rate (LPR) from the day of its publication: 0.03 is three per cent a year."""

    starts_on: date
    rate: Decimal


@dataclass(frozen=True)
class Pause:
    """Days on which `amount` of a line does not count, first and last included. None: all of it, or no last day."""

    first: date
    last: date | None
    amount: Money | None = None

    def covers(self, day: date) -> bool:
        """Whether it includes this day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Principal:
    """A line of the service fee: its sum with adjustments, its payments with their days, and its pauses.

    `demanded_on` is the day on which a demand first arrived after it was due; `covered` is what the debtor's credit
    covers of it on each day.
    """

    due_on: date
    amount: Money
    paid: tuple[tuple[date, Money], ...] = ()
    pauses: tuple[Pause, ...] = ()
    demanded_on: date | None = None
    covered: Mapping[date, Money] = field(default_factory=dict)

    def base(self, day: date) -> Money:
        """The sum that counts at the end of a day: owed, not on hold, not in a plan, not being paid, not covered."""
        lasting = [pause.amount for pause in self.pauses if pause.covers(day)]
        if None in lasting:
            return ZERO
        unpaid = self.amount.fen - sum(sum_.fen for on, sum_ in self.paid if on <= day)
        free = Money(max(0, unpaid - sum(amount.fen for amount in lasting if amount)))
        return free - self.covered.get(day, ZERO)

    def counts(self, day: date, terms: Terms) -> bool:
        """Whether a day is after the one from which the contract counts days."""
        if terms.start is Start.due:
            return day > self.due_on
        return self.demanded_on is not None and day > self.demanded_on + terms.demand_days * DAY


def net_of_credit(
    lines: Mapping[UUID, Principal], credit: Sequence[tuple[date, Money]], month: Month
) -> dict[UUID, Principal]:
    """All lines of a debtor, in the order of bills, with what their credit (by day) covers in a month.

    Nobody pays a late charge on money that the company already holds.
    """
    covered: dict[UUID, dict[date, Money]] = {line: {} for line in lines}
    for day in (month.first + n * DAY for n in range(month.days)):
        there = max(total(amount for on, amount in credit if on <= day), ZERO)
        for part in spread(there, [(line, one.due_on, one.base(day)) for line, one in lines.items()]):
            covered[part.line][day] = part.amount
    return {line: replace(one, covered=covered[line]) for line, one in lines.items()}


@dataclass(frozen=True)
class Stretch:
    """Consecutive days with the same sum and rates: the contract's rate is daily, the prime rate yearly."""

    first: date
    last: date
    base: Money
    daily: Decimal
    multiple: Decimal
    prime: Decimal

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def rate(self) -> Fraction:
        """The daily rate: the contract's, or the cap of the prime rate if that is lower."""
        return min(Fraction(self.daily), Fraction(self.multiple) * Fraction(self.prime) / YEAR)

    @property
    def exact(self) -> Fraction:
        """Yuan, not rounded: sum × daily rate × days."""
        return Fraction(self.base.fen, 100) * self.rate * self.days


class NoPrimeRate(LookupError):
    """No loan prime rate is known for a day that needs one."""


V = TypeVar("V", Terms, PrimeRate)


def in_force(versions: Iterable[V], day: date) -> V | None:
    """The newest version that has begun; of two on one day the later in the list."""
    latest: V | None = None
    for version in versions:
        if version.starts_on <= day and (latest is None or version.starts_on >= latest.starts_on):
            latest = version
    return latest


def stretches(line: Principal, month: Month, terms: Sequence[Terms], primes: Sequence[PrimeRate]) -> list[Stretch]:
    """The days of a month with a late charge, in stretches. Raises NoPrimeRate."""
    days = (month.first + n * DAY for n in range(month.days))
    priced = [(day, price) for day in days if (price := _price(line, day, terms, primes))]
    spans = []
    for (_offset, same), run in groupby(enumerate(priced), key=lambda pair: (pair[1][0] - pair[0] * DAY, pair[1][1])):
        row = [day for _n, (day, _same) in run]
        spans.append(Stretch(row[0], row[-1], *same))
    return spans


def _price(
    line: Principal, day: date, terms: Sequence[Terms], primes: Sequence[PrimeRate]
) -> tuple[Money, Decimal, Decimal, Decimal] | None:
    """The sum, the contract's rate, the multiple of the cap, and the prime rate on a day; None if it costs nothing."""
    version = in_force(terms, day)
    if version is None or not version.daily_rate or not line.counts(day, version):
        return None
    base = line.base(day)
    if not base:
        return None
    prime = in_force(primes, day)
    if prime is None:
        raise NoPrimeRate(day)
    return base, version.daily_rate, version.multiple, prime.rate


def sum_of(stretches: Iterable[Stretch]) -> Money:
    """What the stretches cost together, rounded once to the fen, half up."""
    return Money.of_yuan(sum((stretch.exact for stretch in stretches), Fraction(0)))

"""Collection rules as values: how long a stage lasts, what is too little to chase, how often to contact a home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.kit.money import Money
from portal.people.notices.rules import QUIET_FROM, QUIET_UNTIL

_TEN_YUAN = Money(1000)


@dataclass(frozen=True)
class Policy:
    """One version of the terms, in days and counts. `small_balance` is in fen: up to it nothing climbs beyond stage 1.

    `least_days[n]` is how long a case stays in stage n before it may climb; `pay_within` is the deadline that a
    reminder names; `grace_days` is the time that a delivered demand gives (default 15); `peace_days` is how long
    nobody contacts a home again after speaking with somebody there, unless something else was agreed.
    Estates cannot change limits of contacts and quiet hours.
    """

    name: str
    buffer_days: int = 3
    small_balance: Money = _TEN_YUAN
    least_days: tuple[int, int, int, int] = (0, 7, 7, 15)
    pay_within: int = 7
    grace_days: int = 15
    calls_a_day: int = 3
    attempts_a_week: int = 6
    peace_days: int = 7
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL


SEED = Policy("seed-1")  # the seed plan


@dataclass(frozen=True)
class Segment:
    """What kind of home a case is about."""

    use: Use
    occupancy: OccupancyState
    history: History


@dataclass(frozen=True)
class When:
    """The cases that an exception is for: None is any; `least` is the smallest sum overdue."""

    use: Use | None = None
    occupancy: OccupancyState | None = None
    history: History | None = None
    least: Money | None = None

    def fits(self, segment: Segment, overdue: Money) -> bool:
        """Whether all its conditions are met."""
        return (
            self.use in (None, segment.use)
            and self.occupancy in (None, segment.occupancy)
            and self.history in (None, segment.history)
            and (self.least is None or overdue >= self.least)
        )


@dataclass(frozen=True)
class Ladder:
    """A version: the terms for everybody, and exceptions, of which the first that fits applies."""

    terms: Policy = SEED
    exceptions: tuple[tuple[When, Policy], ...] = ()

    def policy_for(self, segment: Segment, overdue: Money) -> Policy:
        """The terms of a case. The small balance is the same for everybody."""
        return next((policy for when, policy in self.exceptions if when.fits(segment, overdue)), self.terms)

"""Until when a line can be claimed: three years, restarted by each interruption (Civil Code 188-195).

The view is the cautious one: each line has a clock of its own, and what is doubtful restarts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.arrears.cases.states import Cause

YEARS = 3
# 192: who agrees to pay when the time is over gives up the defence; whether asking for time says as much is doubtful,
# and a part payment says nothing of the rest.
REVIVES = frozenset({Cause.agreement})
LEAST = YEARS * timedelta(days=365)


@dataclass(frozen=True)
class Interruption:
    """An event on a day. `until` is the last instalment of an agreement: the period runs from there (189)."""

    cause: Cause
    on: date
    until: date | None = None

    @property
    def counts_from(self) -> date:
        """The day after which three years run. An agreement whose dates are past counts from its own day."""
        return max(self.on, self.until or self.on)


@dataclass(frozen=True)
class Restart:
    """An interruption that restarted the period, and the new end."""

    on: date
    cause: Cause
    expires_on: date


@dataclass(frozen=True)
class Clock:
    """The limitation period of a line: what restarted it, and its last day as things are now."""

    due_on: date
    restarts: tuple[Restart, ...]
    expires_on: date

    def over(self, on: date) -> bool:
        """Whether the last day is past."""
        return on > self.expires_on


def last_day(day: date) -> date:
    """The last of three years that begin on the day after `day`; after 29 February it is the 28th (202)."""
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return day.replace(year=day.year + YEARS, day=28)


def due_by(day: date) -> date:
    """A line that is due later than this cannot have its last day on `day` or before."""
    return day - LEAST


def clock_of(due_on: date, interruptions: Iterable[Interruption], on: date) -> Clock:
    """The limitation period of a line as of a day; later events are ignored.

    An interruption counts only while the period runs; afterwards only the debtor's own word restarts it.
    """
    expires, restarts = last_day(due_on), []
    for one in sorted((i for i in interruptions if i.on <= on), key=lambda i: (i.on, i.cause, i.counts_from)):
        end = last_day(one.counts_from)
        if end > expires and (one.on <= expires or one.cause in REVIVES):
            expires = end
            restarts.append(Restart(one.on, one.cause, end))
    return Clock(due_on, tuple(restarts), expires)

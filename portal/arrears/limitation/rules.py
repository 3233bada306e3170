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
    """Something that happened on a day. `until` is the last instalment of an agreement: time runs from there (189)."""

    cause: Cause
    on: date
    until: date | None = None

    @property
    def counts_from(self) -> date:
        """The day after which three years run; an agreement on dates that are past begins with its own day."""
        return max(self.on, self.until or self.on)


@dataclass(frozen=True)
class Restart:
    """An interruption that moved the end, and the end that it brought."""

    on: date
    cause: Cause
    expires_on: date


@dataclass(frozen=True)
class Clock:
    """The clock of a line: what restarted it, and the last day of its three years as they stand."""

    due_on: date
    restarts: tuple[Restart, ...]
    expires_on: date

    def over(self, on: date) -> bool:
        """Whether the last day is past."""
        return on > self.expires_on


def last_day(day: date) -> date:
    """The last of three years that begin on the day after `day`; 29 February has no like day: the 28th (202)."""
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return day.replace(year=day.year + YEARS, day=28)


def due_by(day: date) -> date:
    """No line that is due later than this can have its last day on `day` or before."""
    return day - LEAST


def clock_of(due_on: date, interruptions: Iterable[Interruption], on: date) -> Clock:
    """The clock of a line as of a day: what lies after `on` has not happened yet.

    An interruption counts only while the time runs; afterwards only the debtor's own word gives it back.
    """
    expires, restarts = last_day(due_on), []
    for one in sorted((i for i in interruptions if i.on <= on), key=lambda i: (i.on, i.cause, i.counts_from)):
        end = last_day(one.counts_from)
        if end > expires and (one.on <= expires or one.cause in REVIVES):
            expires = end
            restarts.append(Restart(one.on, one.cause, end))
    return Clock(due_on, tuple(restarts), expires)

"""A home's payment history as a pure function of its bills, and since when it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.arrears.ladder.states import History

LOOKS_BACK = timedelta(days=365)
MONTH = 30  # a bill that is later than this counts towards `chronic`
CHRONIC = 3  # this many of them within a year
ENOUGH = 3  # bills needed to say that somebody pays on time
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Settled:
    """A bill's due date, and the day on which it was fully paid; None while it is not."""

    due_on: date
    settled_on: date | None


def history_on(bills: Sequence[Settled], on: date) -> History:
    """The payment history of a home on a day, from what fell due in the year before it."""
    late = [_days_late(bill, on) for bill in bills if on - LOOKS_BACK <= bill.due_on < on]
    if sum(days > MONTH for days in late) >= CHRONIC:
        return History.chronic
    if any(days > 0 for days in late):
        return History.late
    return History.on_time if len(late) >= ENOUGH else History.new


def since(bills: Sequence[Settled], on: date) -> date | None:
    """The first day of the unbroken time up to `on` with the same history; None if it was always the same."""
    current = history_on(bills, on)
    turns = {bill.due_on + step for bill in bills for step in (DAY, (MONTH + 1) * DAY, LOOKS_BACK + DAY)}
    for day in sorted((turn for turn in turns if turn <= on), reverse=True):
        if history_on(bills, day - DAY) is not current:
            return day
    return None


def _days_late(bill: Settled, on: date) -> int:
    return (min(bill.settled_on or on, on) - bill.due_on).days

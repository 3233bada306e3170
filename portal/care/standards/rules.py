"""The periods of a standard, what became of each service, and which grade is better."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from portal.care.standards.states import GradeOrder, Per, RoundState
from portal.people.estates.rules import said_of

GRADES = Path(__file__).with_name("grades.csv")
MONTHS = {Per.month: 1, Per.quarter: 3, Per.year: 12}


def period_of(per: Per, on: date) -> tuple[date, date]:
    """The first and last day of the day, week (from Monday), calendar month, quarter or year around a day."""
    if per is Per.day:
        return on, on
    if per is Per.week:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    months = MONTHS[per]
    first = on.replace(month=(on.month - 1) // months * months + 1, day=1)
    return first, _after(first, months) - timedelta(days=1)


def _after(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def periods(
    per: Per, starts_on: date, ends_on: date | None, on: date, latest: date | None = None
) -> Iterator[tuple[date, date]]:
    """The whole periods of a promise that have begun by `on`, after the one that begins on `latest`.

    A period in which the promise begins or ends does not count, because only a part of it was promised.
    """
    day = period_of(per, latest)[1] + timedelta(days=1) if latest else starts_on
    first, last = period_of(per, day)
    if first < day:
        first, last = period_of(per, last + timedelta(days=1))
    while first <= on and (ends_on is None or last <= ends_on):
        yield first, last
        first, last = period_of(per, last + timedelta(days=1))


def state_of(last_day: date, done_on: date | None, on: date) -> RoundState:
    """The state on a day of a round whose last day is `last_day`."""
    if done_on is not None:
        return RoundState.done if done_on <= last_day else RoundState.late
    return RoundState.due if on <= last_day else RoundState.missed


def grade_order_of(jurisdiction: str) -> GradeOrder | None:
    """Which grade is best in the estate's place, from grades.csv; None if the file does not say."""
    order = said_of(GRADES, jurisdiction, "grade_order")
    return GradeOrder(order) if order else None

"""How long a hold lasts, and days that count against nobody, because everything stood still.

Each such time is (first, last). It went on again on `last`; while it still stands, that is `date.max`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

Pauses = Sequence[tuple[date, date]]
LONGEST_DAYS = 180  # of a hold by staff
HELD_FOR = timedelta(days=14)  # after somebody says that they cannot pay
AGAIN_AFTER = timedelta(days=90)  # until saying it holds everything again


def stood_still(pauses: Pauses, since: date, on: date) -> int:
    """How many of the days from one to another do not count."""
    return sum(max((min(last, on) - max(first, since)).days, 0) for first, last in pauses)


def moved(day: date, pauses: Pauses, on: date) -> date:
    """A deadline of somebody, extended by the days before it that did not count until `on`."""
    for first, last in sorted(pauses):
        if first <= day:
            day += timedelta(days=max((min(last, on) - first).days, 0))
    return day

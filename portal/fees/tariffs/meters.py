"""Checks of meter readings: each starts where the previous one ended, and none is unusually high. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

MORE_THAN_MOST = 10  # times the meter's highest month, or the median of all meters: finds a lost decimal point
MORE_THAN_OTHERS = 100  # times the median of all meters, for a meter without consumption so far


class Break(Enum):
    """How a reading fails to continue the one before."""

    overlap = "overlap"
    gap = "gap"


def break_between(ended_at: Decimal, begins_at: Decimal) -> Break | None:
    """What is wrong between two readings: a part is counted twice, or a part is not counted."""
    if begins_at == ended_at:
        return None
    return Break.overlap if begins_at < ended_at else Break.gap


def too_much(used: Decimal, most: Decimal | None, median: Decimal | None) -> Decimal | None:
    """The usual consumption if `used` is so far above it that somebody has to say why; None otherwise.

    `most` is the meter's highest month so far, `median` that of the meters of its item which counted anything; None if
    unknown.
    """
    usual = max(most or Decimal(0), median or Decimal(0))
    times = MORE_THAN_MOST if most else MORE_THAN_OTHERS
    return usual if usual and used > times * usual else None


def median_of(used: Iterable[Decimal]) -> Decimal | None:
    """The median of all that counted anything, the lower one of two; None if nothing was counted."""
    counted = sorted(one for one in used if one > 0)
    return counted[(len(counted) - 1) // 2] if counted else None

"""Checks of meter readings: each starts where the previous one ended, and none is unusually high. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

MORE_THAN_MOST = 10  # times what the meter counted most in a month, or half of all meters count: a lost decimal point
MORE_THAN_OTHERS = 100  # times what half of all meters count, for one that has counted nothing yet


class Break(Enum):
    """How a reading does not go on from the one before."""

    overlap = "overlap"
    gap = "gap"


def break_between(ended_at: Decimal, begins_at: Decimal) -> Break | None:
    """What is wrong where one reading ended and the next begins: a part counted twice, or a part not counted."""
    if begins_at == ended_at:
        return None
    return Break.overlap if begins_at < ended_at else Break.gap


def too_much(used: Decimal, most: Decimal | None, median: Decimal | None) -> Decimal | None:
    """The usual consumption when `used` is so far above it that somebody must say why; None when it is not.

    `most` is what the meter counted most in a month before, `median` what half of the meters of its item count that
    count anything; None where nothing is known.
    """
    usual = max(most or Decimal(0), median or Decimal(0))
    times = MORE_THAN_MOST if most else MORE_THAN_OTHERS
    return usual if usual and used > times * usual else None


def median_of(used: Iterable[Decimal]) -> Decimal | None:
    """What half of those that count anything count, the lower one of two; None when nothing is counted."""
    counted = sorted(one for one in used if one > 0)
    return counted[(len(counted) - 1) // 2] if counted else None

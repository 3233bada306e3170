"""Kinds of days in the working calendar."""

from enum import StrEnum


class DayKind(StrEnum):
    """What a day is."""

    working = "working"
    resting = "resting"

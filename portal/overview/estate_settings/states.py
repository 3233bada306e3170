"""Kinds of days in the working calendar."""

from enum import StrEnum


class DayKind(StrEnum):
    """Whether a day is a working day or a day off."""

    working = "working"
    resting = "resting"

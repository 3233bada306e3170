"""What the desk calls a day of its calendar."""

from enum import StrEnum


class DayKind(StrEnum):
    """What a day is."""

    working = "working"
    resting = "resting"

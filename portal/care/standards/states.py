"""The areas of service, and how often something is promised."""

from enum import StrEnum


class ServiceArea(StrEnum):
    """The area of a service."""

    security = "security"
    cleaning = "cleaning"
    greening = "greening"
    maintenance = "maintenance"
    other = "other"


class Per(StrEnum):
    """The period that a frequency counts in."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


class GradeOrder(StrEnum):
    """Which grade is the best if grades are numbered: it differs from place to place."""

    first_best = "first_best"
    last_best = "last_best"


class RoundState(StrEnum):
    """The state of one round of a promise."""

    due = "due"
    done = "done"
    late = "late"
    missed = "missed"

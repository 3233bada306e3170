"""The areas of service, and how often something is promised."""

from enum import StrEnum


class ServiceArea(StrEnum):
    """What a service is for."""

    security = "security"
    cleaning = "cleaning"
    greening = "greening"
    maintenance = "maintenance"
    other = "other"


class Per(StrEnum):
    """What a frequency counts in."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


class GradeOrder(StrEnum):
    """Which grade is the best one where grades are numbered: it differs from place to place."""

    first_best = "first_best"
    last_best = "last_best"


class RoundState(StrEnum):
    """What became of one time that something was promised."""

    due = "due"
    done = "done"
    late = "late"
    missed = "missed"

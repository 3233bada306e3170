"""The kinds of steps that reports count."""

from enum import StrEnum


class Step(StrEnum):
    """The automatic reminder, or what staff did (`portal.arrears.cases.states.ContactChannel`)."""

    reminder = "reminder"
    call = "call"
    visit = "visit"
    counter = "counter"
    message = "message"
    letter = "letter"
    demand = "demand"

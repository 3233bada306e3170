"""The kinds of steps that reports count."""

from enum import StrEnum


class Step(StrEnum):
    """What was done: the automatic reminder, and what staff did (`portal.arrears.cases.states.ContactChannel`)."""

    reminder = "reminder"
    call = "call"
    visit = "visit"
    counter = "counter"
    message = "message"
    letter = "letter"
    demand = "demand"

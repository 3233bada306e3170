"""Kinds of steps towards debtors that a report counts."""

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

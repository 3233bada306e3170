"""The life of an arrears case, the rungs of the ladder, and why a case changes."""

from enum import StrEnum


class CaseState(StrEnum):
    """Open while something is overdue, paused while a hold on the whole case lasts, closed when nothing is overdue."""

    open = "open"
    paused = "paused"
    closed = "closed"


class Rung(StrEnum):
    """What belongs to each stage, from 0 to 4 (product.md S7 to S10)."""

    none = "none"
    reminder = "reminder"
    call = "call"
    visit = "visit"
    demand = "demand"


RUNGS = tuple(Rung)


class Why(StrEnum):
    """Why a case changed, as its history tells it."""

    opened = "opened"
    entered = "entered"
    grown = "grown"
    reduced = "reduced"
    held = "held"
    released = "released"
    paused = "paused"
    resumed = "resumed"
    settled = "settled"

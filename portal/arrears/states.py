"""The life of an arrears case."""

from enum import StrEnum


class CaseState(StrEnum):
    """Open while something can be chased, paused while a hold on the whole case lasts, closed when nothing is owed."""

    open = "open"
    paused = "paused"
    closed = "closed"

"""From when a contract lets damages for late payment count."""

from enum import StrEnum


class Start(StrEnum):
    """The day after which days count: the due date, or the last day that a demand that arrived gives."""

    due = "due"
    demand = "demand"

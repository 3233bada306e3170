"""From when a contract lets late charges run."""

from enum import StrEnum


class Start(StrEnum):
    """The day after which days count: the due date, or the last day given by a demand that arrived."""

    due = "due"
    demand = "demand"

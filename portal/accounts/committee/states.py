"""The states of an expense, and whether a member has overdue bills."""

from enum import StrEnum


class ExpenseState(StrEnum):
    """Open until more than half of the members are for it, or half of them against."""

    open = "open"
    approved = "approved"
    refused = "refused"


class Standing(StrEnum):
    """Whether any of one's own bills is overdue."""

    clear = "clear"
    overdue = "overdue"


class Voice(StrEnum):
    """For or against."""

    in_favour = "in_favour"
    against = "against"

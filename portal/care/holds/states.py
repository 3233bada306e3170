"""Why a sum, or a whole case, must not be chased now."""

from enum import StrEnum


class HoldReason(StrEnum):
    """What placed the hold."""

    dispute = "dispute"
    plan = "plan"
    payment = "payment"
    manual = "manual"
    hardship = "hardship"
    deceased = "deceased"

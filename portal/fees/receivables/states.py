"""What kinds of bills, adjustments, payments and holds there are, and what a bill's balance says of it."""

from enum import StrEnum


class BillKind(StrEnum):
    """Made by a run, brought in as an opening balance, in the place of another bill, or for paying late."""

    run = "run"
    opening = "opening"
    replacement = "replacement"
    late_charge = "late_charge"


class BillState(StrEnum):
    """What a bill's balance says of it."""

    issued = "issued"
    part_paid = "part_paid"
    paid = "paid"
    replaced = "replaced"


class AdjustmentKind(StrEnum):
    """Why a line was corrected."""

    credit_note = "credit_note"
    correction = "correction"
    waiver = "waiver"


class PaymentChannel(StrEnum):
    """By which way money came."""

    stripe = "stripe"
    cash = "cash"
    pos = "pos"
    transfer = "transfer"
    doorstep = "doorstep"


class HoldReason(StrEnum):
    """What placed the hold."""

    dispute = "dispute"
    plan = "plan"
    payment = "payment"
    manual = "manual"
    hardship = "hardship"
    deceased = "deceased"

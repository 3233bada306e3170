"""What kinds of bills, adjustments, payments and holds there are, and what a bill's balance says of it."""

from enum import StrEnum


class BillKind(StrEnum):
    """Where a bill comes from: a run, an opening balance, the replacement of another bill, or a late charge."""

    run = "run"
    opening = "opening"
    replacement = "replacement"
    late_charge = "late_charge"


class BillState(StrEnum):
    """The state of a bill, by its balance."""

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
    """The way money was paid."""

    stripe = "stripe"
    cash = "cash"
    pos = "pos"
    transfer = "transfer"
    doorstep = "doorstep"


class HoldReason(StrEnum):
    """What a hold was placed for."""

    dispute = "dispute"
    plan = "plan"
    payment = "payment"
    manual = "manual"
    hardship = "hardship"
    deceased = "deceased"

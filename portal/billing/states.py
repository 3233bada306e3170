"""What kinds of bills there are, and what state one is in (derived from its lines, never stored)."""

from enum import StrEnum


class BillKind(StrEnum):
    """Made by a run, brought in as an opening balance, or in the place of another bill."""

    run = "run"
    opening = "opening"
    replacement = "replacement"


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

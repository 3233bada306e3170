"""What kinds of bills there are, and what state one is in (derived from its lines, never stored)."""

from enum import StrEnum

from portal.kit.states import Moves


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


class RunState(StrEnum):
    """Where a run that was asked for at the desk stands."""

    previewing = "previewing"
    previewed = "previewed"
    publishing = "publishing"
    published = "published"


class RemarkKind(StrEnum):
    """What a run finds wrong, or worth knowing."""

    no_company = "no_company"
    no_owner = "no_owner"
    missing_area = "missing_area"
    missing_rate = "missing_rate"
    missing_quantity = "missing_quantity"
    negative_consumption = "negative_consumption"
    negative_cost = "negative_cost"
    mixed_shares = "mixed_shares"
    cost_without_units = "cost_without_units"
    no_reading = "no_reading"
    reading_not_billed = "reading_not_billed"
    opening_balance = "opening_balance"
    charge_without_tariff = "charge_without_tariff"


RUN_MOVES = Moves(
    RunState,
    {
        RunState.previewing: {RunState.previewed},
        RunState.previewed: {RunState.publishing},
        RunState.publishing: {RunState.published, RunState.previewed},  # back, when the figures are no longer those
        RunState.published: set(),
    },
)


class AdjustmentKind(StrEnum):
    """Why a line was corrected."""

    credit_note = "credit_note"
    correction = "correction"
    waiver = "waiver"

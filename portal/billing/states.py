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

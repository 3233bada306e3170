"""The states of a correction."""

from enum import StrEnum

from portal.kit.states import Moves


class CorrectionState(StrEnum):
    """The state of a request that one person makes and another answers."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"


class CorrectionKind(StrEnum):
    """Why a line is too high; both are kinds of adjustments."""

    correction = "correction"
    waiver = "waiver"


S = CorrectionState
CORRECTION_MOVES = Moves(CorrectionState, {S.waiting: {S.approved, S.refused}, S.approved: set(), S.refused: set()})

"""The states of a dispute."""

from enum import StrEnum

from portal.kit.states import Moves


class DisputeState(StrEnum):
    """The state of a dispute, named after whose turn it is."""

    open = "open"
    asked = "asked"
    routed = "routed"
    awaiting_approval = "awaiting_approval"
    decided = "decided"
    accepted = "accepted"
    reopened = "reopened"
    withdrawn = "withdrawn"


S = DisputeState
LIVE = frozenset({S.open, S.asked, S.routed, S.awaiting_approval, S.reopened})
DISPUTE_MOVES = Moves(
    DisputeState,
    {
        S.open: {S.asked, S.routed, S.awaiting_approval, S.decided, S.reopened, S.withdrawn},
        S.asked: {S.open, S.reopened, S.routed, S.awaiting_approval, S.decided, S.withdrawn},
        S.routed: {S.open, S.reopened, S.asked, S.routed, S.awaiting_approval, S.decided, S.withdrawn},
        S.awaiting_approval: {S.decided, S.open, S.routed, S.reopened, S.withdrawn},
        S.decided: {S.accepted, S.reopened},
        S.accepted: {S.reopened},
        S.reopened: {S.asked, S.routed, S.awaiting_approval, S.decided, S.withdrawn},
        S.withdrawn: set(),
    },
)


class DisputeReason(StrEnum):
    """Why a charge is disputed."""

    not_provided = "not_provided"
    poor_quality = "poor_quality"
    wrong_quantity = "wrong_quantity"
    wrong_rate = "wrong_rate"
    already_paid = "already_paid"
    other = "other"


OF_WORK = (DisputeReason.not_provided, DisputeReason.poor_quality, DisputeReason.other)


class Outcome(StrEnum):
    """The outcome of a dispute."""

    upheld = "upheld"
    partly = "partly"
    rejected = "rejected"


class StepKind(StrEnum):
    """The kind of a step; a decision that was sent back stays at the desk."""

    opened = "opened"
    claimed = "claimed"
    asked = "asked"
    answered = "answered"
    routed = "routed"
    rectified = "rectified"
    proposed = "proposed"
    returned = "returned"
    decided = "decided"
    accepted = "accepted"
    reopened = "reopened"
    confirmed = "confirmed"
    withdrawn = "withdrawn"


class PhotoKind(StrEnum):
    """What a photo of a department shows."""

    before = "before"
    after = "after"
    other = "other"


class Fixed(StrEnum):
    """The owner's answer, four weeks later, to the question whether it is really fixed."""

    yes = "yes"
    no = "no"


class Promise(StrEnum):
    """The replies that staff owe the owner, in this order."""

    acknowledge = "acknowledge"
    reply = "reply"
    close = "close"

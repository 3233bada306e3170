"""The kinds of claims, and the states of each."""

from enum import StrEnum

from portal.kit.states import Moves


class ClaimKind(StrEnum):
    """Mediation, payment order, small-claims procedure or ordinary suit; the mildest first."""

    mediation = "mediation"
    payment_order = "payment_order"
    small_claim = "small_claim"
    suit = "suit"


class ClaimState(StrEnum):
    """How far a claim has come; `MOVES` says which states each path has."""

    prepared = "prepared"
    filed = "filed"
    accepted = "accepted"
    agreed = "agreed"
    issued = "issued"
    confirmed = "confirmed"
    effective = "effective"
    judged = "judged"
    settled = "settled"
    failed = "failed"
    voided = "voided"
    unserved = "unserved"
    dismissed = "dismissed"
    withdrawn = "withdrawn"


class Task(StrEnum):
    """What to do about a claim if its sum no longer equals the debt."""

    renew = "renew"
    reduce = "reduce"
    withdraw = "withdraw"
    more = "more"


K, S = ClaimKind, ClaimState
LIVE = frozenset({S.prepared, S.filed, S.accepted, S.agreed, S.issued})  # the index claim_one_live says the same


def _moves(edges: dict[ClaimState, set[ClaimState]]) -> Moves[ClaimState]:
    """The moves of one path; a state that it does not name has no way in and no way out."""
    return Moves(ClaimState, {state: edges.get(state, set()) for state in ClaimState})


_IN_COURT = _moves(
    {
        S.prepared: {S.filed, S.withdrawn},
        S.filed: {S.accepted, S.dismissed, S.withdrawn},
        S.accepted: {S.judged, S.settled, S.dismissed, S.withdrawn},
    }
)
MOVES = {
    K.mediation: _moves(
        {
            S.prepared: {S.filed, S.withdrawn},
            S.filed: {S.agreed, S.failed, S.withdrawn},
            S.agreed: {S.confirmed, S.settled},
        }
    ),
    K.payment_order: _moves(
        {
            S.prepared: {S.filed, S.withdrawn},
            S.filed: {S.accepted, S.dismissed, S.withdrawn},
            S.accepted: {S.issued, S.dismissed, S.withdrawn},
            S.issued: {S.effective, S.voided, S.unserved, S.settled},
        }
    ),
    K.small_claim: _IN_COURT,
    K.suit: _IN_COURT,
}

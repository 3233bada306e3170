"""The states of an access request."""

from enum import StrEnum

from portal.kit.states import Moves


class BindingState(StrEnum):
    """Asked for by an owner, answered at the desk. What an approved one made is ended by revoking the tie."""

    requested = "requested"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class BoundAs(StrEnum):
    """As what somebody is bound; both are roles of an occupant."""

    tenant = "tenant"
    family = "family"


S = BindingState
BINDING_MOVES = Moves(
    BindingState,
    {
        S.requested: {S.approved, S.refused, S.withdrawn},
        S.approved: set(),
        S.refused: set(),
        S.withdrawn: set(),
    },
)

"""The states of an access request."""

from enum import StrEnum

from portal.kit.states import Moves


class BindingState(StrEnum):
    """The state of a request that an owner makes and the desk answers. Revoking the tie ends an approved one."""

    requested = "requested"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class BoundAs(StrEnum):
    """The role in which somebody gets access."""

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

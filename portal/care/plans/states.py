"""The states of an instalment plan."""

from enum import StrEnum

from portal.kit.states import Moves


class PlanState(StrEnum):
    """The state of a plan."""

    requested = "requested"
    countered = "countered"
    approved = "approved"
    active = "active"
    completed = "completed"
    broken = "broken"
    refused = "refused"
    withdrawn = "withdrawn"


S = PlanState
LIVE = frozenset({S.requested, S.countered, S.approved, S.active})  # the index plan_one_live says the same
TO_AGREE = frozenset({S.countered, S.approved})  # these wait for the owner; a broken plan is agreed already
PLAN_MOVES = Moves(
    PlanState,
    {
        S.requested: {S.countered, S.approved, S.refused, S.withdrawn},
        S.countered: {S.active, S.withdrawn},
        S.approved: {S.active, S.withdrawn},
        S.active: {S.completed, S.broken},
        S.completed: set(),
        S.broken: {S.active},
        S.refused: set(),
        S.withdrawn: set(),
    },
)


class PartState(StrEnum):
    """The state of an instalment."""

    planned = "planned"
    paid = "paid"
    part_paid = "part_paid"
    overdue = "overdue"

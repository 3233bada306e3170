"""When a committee has decided. Pure."""

from __future__ import annotations

from portal.accounts.committee.states import ExpenseState


def state_of(members: int, in_favour: int, against: int) -> ExpenseState:
    """Approved by more than half of all members, refused once that is impossible.

    Source: 业主大会和业主委员会指导规则 (建房[2009]274号) 38: more than half of all members must agree.
    """
    if 2 * in_favour > members:
        return ExpenseState.approved
    return ExpenseState.refused if 2 * (members - against) <= members else ExpenseState.open

"""States are enums with a table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from portal.kit.errors import Refused
from portal.kit.i18n import N_

S = TypeVar("S", bound=StrEnum)


class Moves(Generic[S]):
    """Which state may follow which; every state of the enum must be listed."""

    def __init__(self, states: type[S], edges: Mapping[S, set[S]]) -> None:
        if set(edges) != set(states):
            raise ValueError(f"{states.__name__}: every state needs its row of moves")
        self.states, self.edges = states, edges

    def check(self, now: str, to: S) -> S:
        """The state to set. Raises Refused when it may not follow the present one."""
        if to not in self.edges[self.states(now)]:
            raise Refused(N_("This has changed in the meantime. Check its current state and decide again."))
        return to

    def allows(self, now: str, to: S) -> bool:
        """Whether the move is in the table."""
        return to in self.edges[self.states(now)]

"""Where a filing that a home stands empty is."""

from enum import StrEnum

from portal.kit.states import Moves


class VacancyState(StrEnum):
    """Filed by one person, answered by another."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


V = VacancyState
VACANCY_MOVES = Moves(
    VacancyState,
    {V.waiting: {V.approved, V.refused, V.withdrawn}, V.approved: set(), V.refused: set(), V.withdrawn: set()},
)

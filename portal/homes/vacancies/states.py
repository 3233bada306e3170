"""Where a filing that a home stands empty is."""

from enum import StrEnum

from portal.kit.states import Moves


class VacancyState(StrEnum):
    """The state of a filing that one person makes and another answers."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


V = VacancyState
VACANCY_MOVES = Moves(
    VacancyState,
    {V.waiting: {V.approved, V.refused, V.withdrawn}, V.approved: set(), V.refused: set(), V.withdrawn: set()},
)

"""The life of a statement, and the funds it keeps apart."""

from enum import StrEnum

from portal.kit.states import Moves


class StatementState(StrEnum):
    """A published statement never changes; a correction supersedes it."""

    draft = "draft"
    published = "published"
    superseded = "superseded"


STATEMENT_MOVES = Moves(
    StatementState,
    {
        StatementState.draft: {StatementState.published},
        StatementState.published: {StatementState.superseded},
        StatementState.superseded: set(),
    },
)


class StatementFund(StrEnum):
    """Whose money a line is about."""

    service_fee = "service_fee"
    common_area_revenue = "common_area_revenue"
    maintenance_fund = "maintenance_fund"


class Side(StrEnum):
    """In or out."""

    income = "income"
    expense = "expense"

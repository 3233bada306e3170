"""The states of a statement, and its funds."""

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


class StatementKind(StrEnum):
    """What happened, or what is planned. The two are never added up."""

    actual = "actual"
    budget = "budget"


class LineKind(StrEnum):
    """What a line is, for the checks. The last four are told and never counted: they repeat what others say."""

    ordinary = "ordinary"
    fee = "fee"
    pass_through = "pass_through"
    deposit = "deposit"
    works = "works"
    remuneration = "remuneration"
    sundry = "sundry"
    total = "total"
    opening = "opening"
    closing = "closing"
    part = "part"

    @property
    def is_told(self) -> bool:
        """Whether it is a sum, a balance or a part of the line above (其中), and so not counted."""
        return self in (LineKind.total, LineKind.opening, LineKind.closing, LineKind.part)


class StatementFund(StrEnum):
    """Whose money a line is about."""

    service_fee = "service_fee"
    common_area_revenue = "common_area_revenue"
    maintenance_fund = "maintenance_fund"


class Side(StrEnum):
    """In or out."""

    income = "income"
    expense = "expense"


class Basis(StrEnum):
    """When money counts: once it was paid, or once it was owed."""

    cash = "cash"
    accrual = "accrual"


class RemunerationBase(StrEnum):
    """What a manager's share is taken of: what was paid out, the fees received, or the fees that fell due."""

    paid = "paid"
    received = "received"
    receivable = "receivable"


class CostHead(StrEnum):
    """The nine heads of service costs (物业服务收费管理办法 11), then what is no cost of services."""

    staff = "staff"
    upkeep = "upkeep"
    cleaning = "cleaning"
    greening = "greening"
    security = "security"
    office = "office"
    depreciation = "depreciation"
    insurance = "insurance"
    other = "other"
    tax = "tax"
    remuneration = "remuneration"


class FoundBy(StrEnum):
    """Who found what a later version corrects: an owner by a question, the company itself, an audit."""

    question = "question"
    own_check = "own_check"
    audit = "audit"


class FindingKind(StrEnum):
    """What the checks before publication find; each is fixed, explained in public, or told at least (`ONLY_TOLD`)."""

    off_prior = "off_prior"
    off_year = "off_year"
    total_differs = "total_differs"
    note_differs = "note_differs"
    capital_works = "capital_works"
    lump_sum = "lump_sum"
    no_funding = "no_funding"
    nothing_received = "nothing_received"
    no_contract = "no_contract"
    no_term = "no_term"
    remuneration_differs = "remuneration_differs"
    books_differ = "books_differ"
    books_silent = "books_silent"
    corrected = "corrected"
    looks_like_total = "looks_like_total"
    passed_on = "passed_on"

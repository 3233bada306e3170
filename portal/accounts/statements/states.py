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
    """The kind of a line, for the checks. The last four are never counted, because they repeat other lines."""

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
    """The fund that a line belongs to."""

    service_fee = "service_fee"
    common_area_revenue = "common_area_revenue"
    maintenance_fund = "maintenance_fund"


class Side(StrEnum):
    """Income or expense."""

    income = "income"
    expense = "expense"


class Basis(StrEnum):
    """When money counts: once it is paid, or once it is due."""

    cash = "cash"
    accrual = "accrual"


class RemunerationBase(StrEnum):
    """The base of a manager's share: the sums spent, the fees received, or the fees due."""

    paid = "paid"
    received = "received"
    receivable = "receivable"


class CostHead(StrEnum):
    """The nine heads of service costs (物业服务收费管理办法 11), then what is not a cost of services."""

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
    """Who found what a version corrects: an owner by a question, the company itself, or an audit."""

    question = "question"
    own_check = "own_check"
    audit = "audit"


class FindingKind(StrEnum):
    """What the checks before publication find; each is fixed, explained in public, or at least shown (`ONLY_TOLD`)."""

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

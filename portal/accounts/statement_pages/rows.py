"""The rows that statement pages show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from portal.accounts.findings.queries import Reconciliation
from portal.accounts.findings.versions import Change
from portal.accounts.publishing.queries import Document, Explained
from portal.accounts.questions.actions import QuestionRow
from portal.accounts.statements.heads import HeadSum
from portal.accounts.statements.remuneration import Terms, whose
from portal.accounts.statements.rules import FundTable, Line
from portal.accounts.statements.states import FindingKind, FoundBy, StatementFund, StatementKind, StatementState
from portal.kit.i18n import Sentence
from portal.kit.money import Money
from portal.people.estates.creditor import Creditor, Paper, named


@dataclass(frozen=True)
class FundSums:
    """The income and expense of one fund in a statement; funds are never added up."""

    fund: StatementFund
    income: Money
    expense: Money

    @property
    def result(self) -> Money:
        """Income minus expense."""
        return self.income - self.expense


@dataclass(frozen=True)
class StatementRow:
    """A statement in a list; `can_be_published` if it is still a draft."""

    id: UUID
    community: int
    estate: str
    zone: str
    code: str
    version: int
    title: str
    starts_on: date
    ends_on: date
    state: StatementState
    published_at: datetime | None
    funds: list[FundSums]
    signer: str
    kind: StatementKind = StatementKind.actual
    estate_code: str = ""

    @property
    def is_budget(self) -> bool:
        """Whether it is a plan."""
        return self.kind is StatementKind.budget

    @property
    def waits_for_second(self) -> bool:
        """Whether one person has signed the draft and the second has not."""
        return self.can_be_published and bool(self.signer)

    @property
    def can_be_published(self) -> bool:
        """Whether it is a draft."""
        return self.state is StatementState.draft

    @property
    def is_superseded(self) -> bool:
        """Whether a later version has replaced it."""
        return self.state is StatementState.superseded


@dataclass(frozen=True)
class StatementList:
    """One page of statements, newest first."""

    statements: list[StatementRow]
    page: int
    pages: int


@dataclass(frozen=True)
class EstateLink:
    """An estate of the reader with the code of its public page."""

    code: str
    name: str


@dataclass(frozen=True)
class Publishing:
    """An estate that the reader may publish for."""

    id: int
    name: str


@dataclass(frozen=True)
class Share:
    """The manager's share: its base and its sum."""

    base: Money
    due: Money


@dataclass(frozen=True)
class Corrected:
    """A line that differs from the version before, and why; without words no reason was required."""

    change: Change
    why: str


@dataclass(frozen=True)
class FundChange:
    """The remaining balance of a fund in the version before, and in this one."""

    fund: StatementFund
    before: Money
    after: Money


@dataclass(frozen=True)
class Correction:
    """The notice of a version that corrects the `older` one, number `version`, which stays readable.

    `found_by` and the last day to object (`until`) are unknown for corrections from before they were recorded.
    """

    older: UUID
    version: int
    published_at: datetime
    lines: list[Corrected]
    results: list[FundChange]
    found_by: FoundBy | None
    until: date | None

    @property
    def is_said(self) -> bool:
        """Whether it is recorded who found it."""
        return self.found_by is not None


@dataclass(frozen=True)
class StatementPage:
    """A statement with its lines by fund. `intact`: the lines still have the fingerprint of the publication.

    `creditor` is the company that publishes it.
    """

    row: StatementRow
    funds: list[FundTable]
    sha256: str
    publisher: str
    intact: bool
    newer: UUID | None
    creditor: Creditor
    correction: Correction | None
    questions: list[QuestionRow]
    terms: Terms
    explained: list[Explained]
    heads: list[HeadSum]
    share: Share | None
    reconciliation: Reconciliation | None
    documents: list[Document]

    def documents_of(self, line: Line) -> list[Document]:
        """The pictures of vouchers for a line."""
        return [one for one in self.documents if one.about == line.about]

    @property
    def changes(self) -> list[Change]:
        """The lines that differ from the version before."""
        return [one.change for one in self.correction.lines] if self.correction else []

    @property
    def missing(self) -> tuple[Sentence, ...]:
        """The details of the publishing company that are missing."""
        return named(self.creditor.missing(Paper.statement))

    @property
    def checked(self) -> list[Explained]:
        """The explained findings, except those that the notice of correction shows line by line."""
        return [one for one in self.explained if one.finding.kind is not FindingKind.corrected]

    @property
    def says_its_basis(self) -> bool:
        """Whether it says what its figures are based on; older statements and plans do not."""
        return self.terms.fee_mode is not None and not self.row.is_budget

    @property
    def open_findings(self) -> list[Explained]:
        """The findings that still need an explanation."""
        return [one for one in self.explained if not one.words and one.finding.wants_words]

    def whose(self, fund: StatementFund) -> str:
        """Who owns the remaining balance of a fund, as a sentence to be translated; empty if unknown."""
        return whose(fund, self.terms.fee_mode)


@dataclass(frozen=True)
class Checks:
    """What to look at before publishing; none of it is a judgement."""

    repeated: list[tuple[Line, int]] = field(default_factory=list)
    negative: list[Line] = field(default_factory=list)
    unbudgeted: int = 0
    lines: int = 0
    naming: list[Line] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.repeated or self.negative or self.naming or self.unbudgeted)


@dataclass(frozen=True)
class DeskPage:
    """A statement on the desk, with its checks; `may_publish` for finance and managers of its estate.

    `signer` signed the draft as it is; `signed_by_me` if that was the reader.
    """

    shown: StatementPage
    checks: Checks
    may_publish: bool
    signer: str
    signed_by_me: bool

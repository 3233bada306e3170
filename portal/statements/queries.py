"""Statements for their three readers: owners and the public see what was published, the desk also the drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.db import fetch, fetch_one, reading
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.kit.paging import offset, pages
from portal.people.principal import Principal
from portal.statements.actions import PUBLISHERS, head_of, lines_of
from portal.statements.asking import QuestionRow, questions_on
from portal.statements.discretion import naming
from portal.statements.rules import Change, FundTable, Line, changes, content_sha256, funds_of, repeated
from portal.statements.states import StatementFund, StatementState

PER_PAGE = 24


@dataclass(frozen=True)
class FundSums:
    """What one fund took in and spent by a statement; funds are never added up."""

    fund: StatementFund
    income: Money
    expense: Money

    @property
    def result(self) -> Money:
        """Income minus expense."""
        return self.income - self.expense


@dataclass(frozen=True)
class StatementRow:
    """A statement in a list; `can_be_published` says that it still is a draft."""

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

    @property
    def can_be_published(self) -> bool:
        """Whether it is a draft."""
        return self.state is StatementState.draft

    @property
    def is_superseded(self) -> bool:
        """Whether a later version has taken its place."""
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
class StatementPage:
    """A statement with its lines by fund. `intact` says that the lines still give the fingerprint of publication."""

    row: StatementRow
    funds: list[FundTable]
    sha256: str
    publisher: str
    intact: bool
    newer: UUID | None
    changes: list[Change]
    questions: list[QuestionRow]


@dataclass(frozen=True)
class Checks:
    """What to look at before publishing; nothing here is a judgement."""

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
    """A statement on the desk, with its checks; `may_publish` for finance and managers of its estate."""

    shown: StatementPage
    checks: Checks
    may_publish: bool


ROW = (
    "SELECT s.id, s.code, s.version, s.title, s.starts_on, s.ends_on, s.state, s.published_at, s.content_sha256,"
    " s.community, c.name AS estate, c.code AS estate_code, c.timezone, f.name AS publisher,"
    " count(*) OVER () AS found FROM statement s JOIN community c ON c.id = s.community"
    " LEFT JOIN staff f ON f.id = s.published_by WHERE s.community = ANY($1)"
)
PUBLISHED = " AND s.state <> 'draft'"
ORDER = " ORDER BY s.published_at DESC NULLS FIRST, s.ends_on DESC, s.code, s.version DESC LIMIT $2 OFFSET $3"


@reading
async def statements_of(by: Principal, page: int = 1) -> StatementList:
    """What the reader's estates have published, the latest first, earlier versions too."""
    return await _list(by.communities, PUBLISHED, page)


@reading
async def statement_of(by: Principal, statement: UUID) -> StatementPage:
    """A published statement. Raises Missing for a draft or another estate's."""
    return await _page(by.communities, PUBLISHED, statement)


@reading
async def published_by(community: int, page: int = 1, most: int = PER_PAGE) -> StatementList:
    """What an estate has published, for anybody."""
    return await _list([community], PUBLISHED, page, most)


@reading
async def published_statement(community: int, statement: UUID) -> StatementPage:
    """A statement that an estate has published, for anybody. Raises Missing for drafts and other estates'."""
    return await _page([community], PUBLISHED, statement)


@reading
async def statements_at(by: Principal, page: int = 1) -> StatementList:
    """Every statement of the estates one works for, drafts first."""
    return await _list(by.communities, "", page)


@reading
async def statement_at(by: Principal, statement: UUID) -> DeskPage:
    """A statement on the desk. Raises Missing for another estate's."""
    shown = await _page(by.communities, "", statement)
    lines = [line for fund in shown.funds for side in fund.sides for line in side.lines]
    words = [" ".join((line.category, line.item.zh, line.item.en, line.note)) for line in lines]
    named = await naming(shown.row.community, words) if shown.row.can_be_published else set()
    return DeskPage(
        shown,
        Checks(
            repeated(lines),
            [line for line in lines if line.amount < Money(0)],
            sum(line.budget is None for line in lines),
            len(lines),
            [lines[place] for place in sorted(named)],
        ),
        by.may(shown.row.community, *PUBLISHERS),
    )


@reading
async def estates_of(by: Principal) -> list[EstateLink]:
    """The reader's estates, for the way to their public pages."""
    rows = await fetch("SELECT code, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities))
    return [EstateLink(row["code"], row["name"]) for row in rows]


async def _list(communities: Sequence[int], which: str, page: int, most: int = PER_PAGE) -> StatementList:
    page = max(page, 1)
    rows = await fetch(ROW + which + ORDER, list(communities), most, offset(page, most))
    funds = await _sums([row["id"] for row in rows])
    found = rows[0]["found"] if rows else 0
    return StatementList([_row(row, funds.get(row["id"], [])) for row in rows], page, pages(found, most))


async def _sums(statements: Sequence[UUID]) -> dict[UUID, list[FundSums]]:
    rows = await fetch(
        "SELECT statement, fund, coalesce(sum(amount) FILTER (WHERE side = 'income'), 0)::bigint AS income,"
        " coalesce(sum(amount) FILTER (WHERE side = 'expense'), 0)::bigint AS expense"
        " FROM statement_line WHERE statement = ANY($1) GROUP BY statement, fund",
        list(statements),
    )
    found: dict[UUID, list[FundSums]] = {}
    for row in sorted(rows, key=lambda row: list(StatementFund).index(StatementFund(row["fund"]))):
        sums = FundSums(StatementFund(row["fund"]), Money(row["income"]), Money(row["expense"]))
        found.setdefault(row["statement"], []).append(sums)
    return found


async def _page(communities: Sequence[int], which: str, statement: UUID) -> StatementPage:
    row = await fetch_one(ROW + which + " AND s.id = $2", list(communities), statement)
    if row is None:
        raise Missing
    lines = await lines_of(statement)
    funds = await _sums([statement])
    now = content_sha256(head_of(row), lines)
    near = await fetch(
        "SELECT id, version FROM statement WHERE community = $1 AND code = $2 AND state <> 'draft' AND version <> $3"
        " ORDER BY version DESC",
        row["community"],
        row["code"],
        row["version"],
    )
    before = next((one["id"] for one in near if one["version"] < row["version"]), None)
    return StatementPage(
        _row(row, funds.get(statement, [])),
        funds_of(lines),
        row["content_sha256"] or now,
        row["publisher"] or "",
        row["content_sha256"] in (None, now),
        next((one["id"] for one in near if one["version"] > row["version"]), None),
        changes(await lines_of(before), lines) if before else [],
        await questions_on(statement),
    )


def _row(row: Mapping[str, Any], funds: list[FundSums]) -> StatementRow:
    return StatementRow(
        row["id"],
        row["community"],
        row["estate"],
        row["timezone"],
        row["code"],
        row["version"],
        row["title"],
        row["starts_on"],
        row["ends_on"],
        StatementState(row["state"]),
        row["published_at"],
        funds,
    )

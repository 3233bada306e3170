"""Statements for their readers: owners and the public see published ones, the desk also drafts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.accounts.publishing.queries import Content, content_of, kind_told
from portal.accounts.questions.actions import questions_on
from portal.accounts.statement_pages.rows import (
    Checks,
    DeskPage,
    EstateLink,
    FundSums,
    Publishing,
    Share,
    StatementList,
    StatementPage,
    StatementRow,
)
from portal.accounts.statement_pages.versions import correction_of
from portal.accounts.statements.heads import by_head
from portal.accounts.statements.remuneration import base_of, share_due
from portal.accounts.statements.rules import funds_of, repeated
from portal.accounts.statements.states import StatementFund, StatementState
from portal.homes.units.personal_data import naming
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.people.estates.creditor import Creditor
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row, fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 24


ROW = (
    "SELECT s.id, s.code, s.version, s.title, s.starts_on, s.ends_on, s.state, s.kind, s.published_at,"
    " s.content_sha256, s.community, c.name AS estate, c.code AS estate_code, c.timezone, f.name AS publisher, s.basis,"
    " s.fee_mode, c.fee_mode AS estate_fee_mode, s.remuneration_base, s.remuneration_rate, s.outside_base,"
    " s.signed_sha256, s.creditor, s.found_by, s.objections_until, g.name AS signer, g.human AS signer_human,"
    " count(*) OVER () AS found FROM statement s JOIN community c ON c.id = s.community"
    " LEFT JOIN staff f ON f.id = s.published_by LEFT JOIN staff g ON g.id = s.signed_by WHERE s.community = ANY($1)"
)
PUBLISHED = " AND s.state <> 'draft'"
ORDER = " ORDER BY s.published_at DESC NULLS FIRST, s.ends_on DESC, s.code, s.version DESC LIMIT $2 OFFSET $3"


@reading
async def statements_of(by: Principal, page: int = 1) -> StatementList:
    """The published statements of the reader's estates, the latest first, including earlier versions."""
    return await _list(by.communities, PUBLISHED, page)


@reading
async def statement_of(by: Principal, statement: UUID) -> StatementPage:
    """A published statement. Raises Missing for a draft or another estate's."""
    return await _page(await _head(by.communities, PUBLISHED, statement))


@reading
async def published_by(community: int, page: int = 1, most: int = PER_PAGE) -> StatementList:
    """The published statements of an estate; anybody may read them."""
    return await _list([community], PUBLISHED, page, most)


@reading
async def published_statement(community: int, statement: UUID) -> StatementPage:
    """A published statement of an estate, for anybody. Raises Missing for drafts and other estates'."""
    return await _page(await _head([community], PUBLISHED, statement))


@reading
async def facts_of(community: int, statement: UUID) -> tuple[Any, ...]:
    """All that can change on the page of a published statement: its state, later versions, questions, answers.

    Cheap to read. Figures and words are covered by the fingerprint. Raises Missing for drafts and other estates'.
    """
    row = await fetch_one(
        "SELECT s.content_sha256, s.state, (SELECT array_agg(n.id ORDER BY n.id) FROM statement n WHERE n.community ="
        " s.community AND n.code = s.code AND n.state <> 'draft') AS versions, (SELECT array_agg((q.id, a.id) ORDER BY"
        " q.id) FROM statement_question q LEFT JOIN statement_answer a ON a.question = q.id WHERE q.statement = s.id)"
        " AS asked FROM statement s WHERE s.id = $1 AND s.community = $2 AND s.state <> 'draft'",
        statement,
        community,
    )
    if row is None:
        raise Missing
    return tuple(row)


@reading
async def statements_at(by: Principal, page: int = 1) -> StatementList:
    """All statements of the reader's estates, drafts first."""
    return await _list(by.communities, "", page)


@reading
async def statement_at(by: Principal, statement: UUID) -> DeskPage:
    """A statement on the desk. Raises Missing for another estate's."""
    row = await _head(by.communities, "", statement)
    shown = await _page(row)
    lines = [line for fund in shown.funds for side in fund.sides for line in side.lines]
    words = [" ".join((line.category, line.item.zh, line.item.en, line.note)) for line in lines]
    named = await naming(shown.row.community, words) if shown.row.can_be_published else set()
    checks = Checks(
        repeated(lines),
        [line for line in lines if line.amount < Money(0)],
        0 if shown.row.is_budget else sum(line.budget is None for line in lines),
        len(lines),
        [lines[place] for place in sorted(named)],
    )
    signed = bool(row["signer"]) and row["signed_sha256"] == shown.sha256
    return DeskPage(
        shown,
        checks,
        by.may(shown.row.community, May.publish_statements),
        row["signer"] if signed else "",
        signed and row["signer_human"] == by.human,
    )


@reading
async def estates_of(by: Principal) -> list[EstateLink]:
    """The reader's estates, with the links to their public pages."""
    return await fetch_as(
        EstateLink, "SELECT code, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities)
    )


@reading
async def publishing_estates(by: Principal) -> list[Publishing]:
    """The estates that the reader may publish for."""
    return await fetch_as(
        Publishing,
        "SELECT id, name FROM community WHERE id = ANY($1) ORDER BY code",
        list(by.where(May.publish_statements)),
    )


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
        " FROM statement_line WHERE statement = ANY($1) AND NOT is_total GROUP BY statement, fund",
        list(statements),
    )
    result: dict[UUID, list[FundSums]] = {}
    for row in sorted(rows, key=lambda row: list(StatementFund).index(StatementFund(row["fund"]))):
        sums = as_row(FundSums, row, leaving=("statement",))
        result.setdefault(row["statement"], []).append(sums)
    return result


async def _head(communities: Sequence[int], which: str, statement: UUID) -> Record:
    row = await fetch_one(ROW + which + " AND s.id = $2", list(communities), statement)
    if row is None:
        raise Missing
    return row


async def _page(row: Record) -> StatementPage:
    statement = row["id"]
    content = await content_of(row)
    funds = await _sums([statement])
    near = await fetch(
        "SELECT id, version, published_at FROM statement WHERE community = $1 AND code = $2 AND state <> 'draft'"
        " AND version <> $3 ORDER BY version DESC",
        row["community"],
        row["code"],
        row["version"],
    )
    older = next((one for one in near if one["version"] < row["version"]), None)
    return StatementPage(
        row=_row(row, funds.get(statement, [])),
        funds=funds_of(content.lines),
        sha256=row["content_sha256"] or content.sha256,
        publisher=row["publisher"] or "",
        intact=row["content_sha256"] in (None, content.sha256),
        newer=next((one["id"] for one in near if one["version"] > row["version"]), None),
        creditor=await _creditor(row),
        correction=await correction_of(row, content, older),
        questions=await questions_on(statement),
        terms=content.terms,
        explained=content.explained,
        heads=by_head(content.lines),
        share=_share(content),
        reconciliation=content.reconciliation,
        documents=content.documents,
    )


async def _creditor(row: Record) -> Creditor:
    """The company as it was when it published; of a draft, or if that was not stored, as it is now."""
    return Creditor(**json.loads(row["creditor"])) if row["creditor"] else await creditor_of(row["community"])


def _share(content: Content) -> Share | None:
    due = share_due(content.lines, content.terms)
    return None if due is None else Share(base_of(content.lines, content.terms), due)


def _row(row: Record, funds: list[FundSums]) -> StatementRow:
    return StatementRow(
        id=row["id"],
        community=row["community"],
        estate=row["estate"],
        zone=row["timezone"],
        code=row["code"],
        version=row["version"],
        title=row["title"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        state=StatementState(row["state"]),
        published_at=row["published_at"],
        funds=funds,
        signer=row["signer"] or "",
        kind=kind_told(row),
        estate_code=row["estate_code"],
    )

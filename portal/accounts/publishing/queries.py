"""A whole statement, read from its rows: lines, terms, findings, explanations, fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from portal.accounts.common_areas.queries import contracts_in
from portal.accounts.findings.checks import Finding, Lease, Name, findings
from portal.accounts.findings.queries import Reconciliation, books_of, stated
from portal.accounts.findings.versions import changes, corrected
from portal.accounts.findings.words import said_of
from portal.accounts.statements.heads import kind_of
from portal.accounts.statements.remuneration import Terms
from portal.accounts.statements.rules import Head, Line, content_sha256
from portal.accounts.statements.states import (
    Basis,
    FindingKind,
    LineKind,
    RemunerationBase,
    Side,
    StatementFund,
    StatementKind,
    StatementState,
)
from portal.kit import clock
from portal.kit.i18n import Bilingual, Sentence
from portal.kit.money import Money
from portal.people.estates.states import FeeMode
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_value

# The kind of a statement s of an estate c, as in `kind_told`.
KIND = """coalesce(s.kind, CASE WHEN (s.published_at AT TIME ZONE c.timezone)::date <= s.ends_on THEN 'budget'
 ELSE 'actual' END)"""
HEADS = """
SELECT s.*, c.code AS estate_code, c.name AS estate, c.timezone, c.fee_mode AS estate_fee_mode
FROM statement s JOIN community c ON c.id = s.community
"""
_A_YEAR_AGO = f"""
SELECT l.fund, l.side, l.item_zh, min(l.amount) AS amount FROM statement_line l JOIN statement s ON s.id = l.statement
JOIN community c ON c.id = s.community
WHERE s.community = $1 AND s.state = 'published' AND NOT l.is_total AND {KIND} = $4
 AND s.starts_on = ($2::date - interval '1 year')::date AND abs(s.ends_on - ($3::date - interval '1 year')::date) < 3
GROUP BY l.fund, l.side, l.item_zh HAVING count(*) = 1
"""
_CORRECTS = """
SELECT id FROM statement WHERE community = $1 AND code = $2 AND version < $3 AND state <> 'draft'
ORDER BY version DESC LIMIT 1
"""


@dataclass(frozen=True)
class Explained:
    """A finding with its explanation; without words nobody has explained it."""

    finding: Finding
    words: str

    @property
    def says(self) -> Sentence:
        """The finding as a sentence."""
        return said_of(self.finding)


@dataclass(frozen=True)
class Document:
    """A picture of a voucher for the line of this name."""

    id: UUID
    about: str
    photo: UUID
    sha256: str


@dataclass(frozen=True)
class Content:
    """The content of a statement. A draft is checked again; a published statement keeps its explained findings."""

    head: Head
    lines: list[Line]
    terms: Terms
    explained: list[Explained]
    documents: list[Document]
    corrects: UUID | None = None  # of a draft: the published version that it would replace

    @property
    def open_findings(self) -> list[Finding]:
        """The findings that still need an explanation."""
        return [one.finding for one in self.explained if not one.words and one.finding.wants_words]

    @property
    def reconciliation(self) -> Reconciliation | None:
        """The sums drafted from the books compared with the books at publication; None if there are none."""
        if not any(line.from_books for line in self.lines):
            return None
        off = [one.finding.other for one in self.explained if one.finding.kind is FindingKind.books_differ]
        return Reconciliation(stated(self.lines), next((other for other in off if other), stated(self.lines)))

    @property
    def sha256(self) -> str:
        """The fingerprint of the whole content."""
        explanations = [(one.finding.key, one.words) for one in self.explained if one.words]
        shown = [(one.about, one.sha256) for one in self.documents]
        return content_sha256(self.head, self.lines, explanations, shown)


async def content_of(row: Record) -> Content:
    """The content of a statement from its row of HEADS; in the caller's transaction."""
    lines = await lines_of(row["id"])
    words = await fetch(
        "SELECT * FROM statement_explanation WHERE statement = $1 ORDER BY position, finding", row["id"]
    )
    terms = _terms(row)
    head = Head(
        estate=row["estate_code"],
        code=row["code"],
        version=row["version"],
        title=row["title"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
    )
    head = replace(head, terms=_said(row, terms))
    if row["state"] != StatementState.draft:
        explained = [Explained(_kept(one, lines), one["body"]) for one in words]
        return Content(head, lines, terms, explained, await _documents(row["id"], lines))
    books = await books_of(row["community"], terms.basis, row["starts_on"], row["ends_on"], lines)
    result = findings(
        head, lines, terms=terms, a_year_ago=await _a_year_ago(row, terms.kind), books=books, leases=await _leases(row)
    )
    corrects = await fetch_value(_CORRECTS, row["community"], row["code"], row["version"])
    result += map(corrected, changes(await lines_of(corrects), lines)) if corrects else ()
    by_key = {one["finding"]: one["body"] for one in words}
    explained = [Explained(one, by_key.get(one.key, "")) for one in result]
    return Content(
        head=head,
        lines=lines,
        terms=terms,
        explained=explained,
        documents=await _documents(row["id"], lines),
        corrects=corrects,
    )


async def _documents(statement: UUID, lines: Sequence[Line]) -> list[Document]:
    """The documents of lines that exist; the others wait for another import and are not published."""
    return await fetch_as(
        Document,
        "SELECT d.id, d.about, d.photo, p.sha256 FROM statement_document d JOIN photo p ON p.id = d.photo"
        " WHERE d.statement = $1 AND d.about = ANY($2) ORDER BY d.at, d.id",
        statement,
        list({line.about for line in lines}),
    )


def _terms(row: Record) -> Terms:
    mode = row["fee_mode"] or (row["estate_fee_mode"] if row["state"] == StatementState.draft else None)
    return Terms(
        basis=Basis(row["basis"] or Basis.cash),
        fee_mode=FeeMode(mode) if mode else None,
        base=RemunerationBase(row["remuneration_base"]) if row["remuneration_base"] else None,
        rate=row["remuneration_rate"],
        outside=tuple(row["outside_base"] or ()),
        kind=kind_told(row),
    )


def kind_told(row: Record) -> StatementKind:
    """The kind of a statement. Older ones have none: if it was published before its period was over, it is a plan."""
    if row["kind"]:
        return StatementKind(row["kind"])
    if row["published_at"]:
        ahead = row["published_at"].astimezone(ZoneInfo(row["timezone"])).date() <= row["ends_on"]
    else:
        ahead = clock.today(row["timezone"]) < row["starts_on"]
    return StatementKind.budget if ahead else StatementKind.actual


def _said(row: Record, terms: Terms) -> dict[str, Any]:
    """The terms for the fingerprint; statements from before these terms have none."""
    content: dict[str, Any] = {}
    if row["basis"] or row["state"] == StatementState.draft:
        content |= {"basis": terms.basis.value, "fee_mode": terms.fee_mode}
    if (terms.kind if row["state"] == StatementState.draft else row["kind"]) == StatementKind.budget:
        content |= {"kind": terms.kind.value}
    if row["found_by"]:
        content |= {"found_by": row["found_by"], "objections_until": row["objections_until"].isoformat()}
    if terms.base:
        content |= {"base": terms.base.value, "rate": f"{terms.rate:.6f}", "outside": sorted(terms.outside)}
    return content


def _kept(row: Record, lines: Sequence[Line]) -> Finding:
    """A finding as it was when it was explained."""
    return Finding(
        kind=FindingKind(row["kind"]),
        line=next((line for line in lines if line.position == row["position"]), None),
        fund=StatementFund(row["fund"]) if row["fund"] else None,
        other=None if row["other"] is None else Money(row["other"]),
        name=Bilingual(row["name_zh"], row["name_en"] or "") if row["name_zh"] else None,
    )


async def _leases(row: Record) -> list[Lease] | None:
    """The contracts in force in its days; None if the estate registers none."""
    if not await fetch_value("SELECT EXISTS (SELECT FROM common_contract WHERE community = $1)", row["community"]):
        return None
    first, last = row["starts_on"], row["ends_on"]
    contracts = await contracts_in(row["community"], first, last)
    return [Lease(one.source, one.has_term, one.receivable, one.received) for one in contracts]


async def _a_year_ago(row: Record, kind: StatementKind) -> dict[Name, Money]:
    return {
        (StatementFund(one["fund"]), Side(one["side"]), one["item_zh"]): Money(one["amount"])
        for one in await fetch(_A_YEAR_AGO, row["community"], row["starts_on"], row["ends_on"], kind.value)
    }


async def lines_of(statement: UUID) -> list[Line]:
    """The lines of a statement by position; in the caller's transaction."""
    rows = await fetch(
        "SELECT position, fund, side, category, item_zh, item_en, amount, budget, prior, note, is_total, kind,"
        " said, from_books FROM statement_line WHERE statement = $1 ORDER BY position",
        statement,
    )
    return [_line(row) for row in rows]


def _line(row: Record) -> Line:
    fund, side, item = StatementFund(row["fund"]), Side(row["side"]), Bilingual(row["item_zh"], row["item_en"])
    return Line(
        position=row["position"],
        fund=fund,
        side=side,
        category=row["category"],
        item=item,
        amount=Money(row["amount"]),
        budget=_known(row["budget"]),
        prior=_known(row["prior"]),
        note=row["note"] or "",
        kind=_kind(row, side, item),
        from_books=row["from_books"],
        said=row["said"],
    )


def _kind(row: Record, side: Side, item: Bilingual) -> LineKind:
    """The kind as imported; lines from before it was stored have the kind that they were counted as."""
    if row["kind"] or row["is_total"]:
        return LineKind(row["kind"] or LineKind.total)
    kind = kind_of(side, row["category"], item)
    return LineKind.ordinary if kind.is_told else kind


def _known(fen: int | None) -> Money | None:
    return None if fen is None else Money(fen)

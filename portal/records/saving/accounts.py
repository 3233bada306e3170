"""Save accounts.csv: each statement becomes a draft; changes of a published one make a new version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from portal.accounts.findings.totals import doubles
from portal.accounts.statements.heads import kind_of
from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import LineKind, Side, StatementFund, StatementKind, StatementState
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, fetch_value
from portal.records.checking.queries import Cells
from portal.records.reading.parsing import Folder
from portal.records.reading.report import fault
from portal.records.reading.rows import Row

DIFFERS = N_("“%(name)s” of %(statement)s differs from row %(row)s. Enter the same in both.")
NEEDED = N_("%(statement)s has no “%(name)s”. Enter it on its first row.")

NOT_OVER = N_("The period is not over yet, so actual figures are not possible. Enter budget.")
WHICH = N_("The title mentions a budget, but the period is over. Enter budget or actual in the column “%(name)s”.")
TWO_SUMS = N_("In a budget, the planned figure goes in “amount”. Leave this empty.")
READ_AS = N_("“%(item)s” is read as %(kind)s and is not counted. If it is an ordinary line, enter ordinary in “line”.")
IS_SUM = N_(
    "“%(item)s” equals the sum of other lines but is counted as well. If it is their total, enter total in “line”."
)

HEAD = ("title", "from", "to")
LINE = ("fund", "side", "category", "item_zh", "item_en", "amount", "budget", "prior", "note")
_PLAN = re.compile("预算|计划|budget", re.IGNORECASE)


@dataclass
class Draft:
    """A statement as the file has it, and the latest version of it that is known."""

    code: str
    row: Row
    head: Cells
    lines: list[tuple[Row, tuple[Any, ...]]] = field(default_factory=list)
    known: Cells | None = None
    known_lines: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether nothing of it changes."""
        lines = [line for _, line in self.lines]
        return self.known is not None and self.known_lines == lines and not self._head_changed()

    @property
    def kind(self) -> str:
        """What it tells of, once `_settle` has looked."""
        return str(self.head["kind"])

    def _head_changed(self) -> bool:
        assert self.known is not None
        # Of what was published before it was kept, the kind may have been either.
        kind = self.known["kind"] not in (None, self.head.get("kind"))
        return kind or any(self.known[name] != self.head.get(name) for name in HEAD)

    def counts(self) -> tuple[int, int, int]:
        """Its lines created, updated, unchanged; another title or period changes every line."""
        if self.known is None:
            return len(self.lines), 0, 0
        kept = sum(a == b for (_, a), b in zip(self.lines, self.known_lines, strict=False))
        kept = 0 if self._head_changed() else kept
        fresh = max(len(self.lines) - len(self.known_lines), 0)
        return fresh, len(self.lines) - fresh - kept, kept


async def drafts_of(folder: Folder, community: int | None, today: date) -> list[Draft]:
    """The statements of the file; mistakes between its rows are noted, and what is read as a sum or a balance.

    `today` is the estate's: of days that are not over only a budget can tell.
    """
    result: dict[str, Draft] = {}
    for row in folder.rows("accounts"):
        code = row.get("statement")
        if code is None:
            continue
        draft = result.setdefault(code, Draft(code, row, {}))
        for name in (*HEAD, "kind"):
            value = row.get(name)
            if value is not None and draft.head.setdefault(name, value) != value:
                folder.add("accounts", row.line, name, DIFFERS, statement=code, name=name, row=draft.row.line)
        if not row.bad:
            draft.lines.append((row, (*(_cell(row, name) for name in LINE), _kind(row).value, _said(row))))
    for draft in result.values():
        for name in HEAD:
            if name not in draft.head and name not in draft.row.bad:
                folder.add("accounts", draft.row.line, name, NEEDED, statement=draft.code, name=name)
        _settle(folder, draft, today)
        _remark(folder, draft)
    if community is not None:
        await _compare(result, community)
    return list(result.values())


def _settle(folder: Folder, draft: Draft, today: date) -> None:
    """Set whether the statement reports what happened or what is planned; ask if only its title says so."""
    first, last, stated = (draft.head.get(name) for name in ("from", "to", "kind"))
    if first is None or last is None:
        return
    plan = bool(_PLAN.search(draft.head.get("title") or ""))
    if stated == StatementKind.actual and last >= today:
        folder.add("accounts", draft.row.line, "kind", NOT_OVER)
    if stated is None and plan and last < today:
        folder.add("accounts", draft.row.line, "kind", WHICH, name="kind")
    ahead = first > today or (plan and last >= today)
    kind = draft.head.setdefault("kind", (StatementKind.budget if ahead else StatementKind.actual).value)
    for row, _ in draft.lines if kind == StatementKind.budget else ():
        if row.get("budget") not in (None, row.get("amount")):
            folder.add("accounts", row.line, "budget", TWO_SUMS)


def _remark(folder: Folder, draft: Draft) -> None:
    """Tell of each row that is taken for a sum or a balance, and of each that may be one."""
    rows = [row for row, _ in draft.lines]
    for row in rows:
        if _kind(row).is_told and not _said(row):
            _worth_knowing(folder, row, READ_AS, kind=_kind(row))
    for line in doubles([_line(n, row) for n, row in enumerate(rows)]):
        if not line.said:
            _worth_knowing(folder, rows[line.position], IS_SUM)


def _worth_knowing(folder: Folder, row: Row, sentence: str, **facts: object) -> None:
    folder.warnings.append(fault("accounts", row.line, "item_zh", sentence, item=row.get("item_zh"), **facts))


def _line(position: int, row: Row) -> Line:
    return Line(
        position=position,
        fund=StatementFund(row.get("fund")),
        side=Side(row.get("side")),
        category=_cell(row, "category"),
        item=Bilingual(row.get("item_zh"), _cell(row, "item_en")),
        amount=Money(row.get("amount")),
        kind=_kind(row),
        said=_said(row),
    )


def _said(row: Row) -> bool:
    """Whether its column says what it is."""
    return row.get("line") is not None


def _kind(row: Row) -> LineKind:
    """As its column says, else as its names do."""
    if name := row.get("line"):
        return LineKind(name)
    named = Bilingual(row.get("item_zh"), _cell(row, "item_en"))
    return kind_of(Side(row.get("side")), _cell(row, "category"), named)


def _cell(row: Row, name: str) -> Any:
    value = row.get(name)
    return "" if value is None and name in ("category", "item_en") else value


async def _compare(drafts: dict[str, Draft], community: int) -> None:
    for known in await fetch(
        "SELECT DISTINCT ON (code) id, code, version, title, starts_on AS from, ends_on AS to, state, kind FROM"
        " statement"
        " WHERE community = $1 AND code = ANY($2) ORDER BY code, version DESC",
        community,
        list(drafts),
    ):
        draft = drafts[known["code"]]
        draft.known = dict(known)
        rows = await fetch(
            "SELECT fund, side, category, item_zh, item_en, amount, budget, prior, note, kind, said FROM statement_line"
            " WHERE statement = $1 AND NOT from_books ORDER BY position",
            known["id"],
        )
        draft.known_lines = [tuple(row) for row in rows]
        kept = [*draft.known_lines, *[()] * len(draft.lines)]
        draft.lines = [(row, _as_kept(line, old)) for (row, line), old in zip(draft.lines, kept, strict=False)]


def _as_kept(line: tuple[Any, ...], old: tuple[Any, ...]) -> tuple[Any, ...]:
    """A line beside one from before it was kept what it is, and whether that was said: these may have been any."""
    unknown = {n for n in range(len(LINE), len(old)) if old[n] is None}
    return tuple(None if n in unknown else cell for n, cell in enumerate(line))


async def save_drafts(community: int, drafts: Sequence[Draft]) -> None:
    """Rewrite each draft that changed; a new statement, or a change of a published one, is a draft of its own."""
    for draft in drafts:
        if draft.same:
            continue
        if draft.known and draft.known["state"] == StatementState.draft:
            await _rewrite(community, draft, draft.known["id"])
        else:
            await _insert(community, draft, draft.known["version"] + 1 if draft.known else 1)


async def _rewrite(community: int, draft: Draft, statement: UUID) -> None:
    head = (draft.head[name] for name in HEAD)
    await fetch(
        "UPDATE statement SET title = $2, starts_on = $3, ends_on = $4, outside_base = NULL, kind = $5 WHERE id = $1",
        statement,
        *head,
        draft.kind,
    )
    await fetch("DELETE FROM statement_line WHERE statement = $1 AND NOT from_books", statement)
    await _insert_lines(community, draft, statement)


async def _insert(community: int, draft: Draft, version: int) -> UUID:
    statement = uuid4()
    await fetch(
        "INSERT INTO statement (id, community, code, version, title, starts_on, ends_on, state, kind)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        statement,
        community,
        draft.code,
        version,
        draft.head["title"],
        draft.head["from"],
        draft.head["to"],
        StatementState.draft.value,
        draft.kind,
    )
    await _insert_lines(community, draft, statement)
    return statement


async def _insert_lines(community: int, draft: Draft, statement: UUID) -> None:
    lines = [(*line[:-2], _kind(row).value, _said(row), _kind(row).is_told) for row, line in draft.lines]
    columns = [list(column) for column in zip(*lines, strict=True)]
    # What was drafted from the books stands before what the file says.
    placed = await fetch_value("SELECT count(*) FROM statement_line WHERE statement = $1", statement)
    await fetch(
        "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh, item_en,"
        " amount, budget, prior, note, kind, said, is_total)"
        " SELECT gen_random_uuid(), $1, $2, n + $15, f, s, c, zh, en, a, b, p, note, k, said, t"
        " FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],"
        " $10::bigint[], $11::text[], $12::text[], $13::boolean[], $14::boolean[])"
        " WITH ORDINALITY AS l(f, s, c, zh, en, a, b, p, note, k, said, t, n)",
        community,
        statement,
        *columns,
        placed,
    )

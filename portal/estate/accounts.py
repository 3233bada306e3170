"""accounts.csv: each statement a draft with its lines; what is published stays, a change of it is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from portal.db import fetch, fetch_value
from portal.estate.known import Cells
from portal.estate.reading import Folder
from portal.estate.rows import Row
from portal.kit.i18n import N_
from portal.statements.rules import is_total
from portal.statements.states import StatementState

DIFFERS = N_("“%(name)s” of %(statement)s differs from row %(row)s. Write the same in both.")
NEEDED = N_("%(statement)s has no “%(name)s”. Fill it in on its first row.")

HEAD = ("title", "from", "to")
LINE = ("fund", "side", "category", "item_zh", "item_en", "amount", "budget", "prior", "note")


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

    def _head_changed(self) -> bool:
        return any(self.known[name] != self.head.get(name) for name in HEAD)  # type: ignore[index]

    def counts(self) -> tuple[int, int, int]:
        """Its lines created, updated, unchanged; another title or period changes every line."""
        if self.known is None:
            return len(self.lines), 0, 0
        kept = sum(a == b for (_, a), b in zip(self.lines, self.known_lines, strict=False))
        kept = 0 if self._head_changed() else kept
        fresh = max(len(self.lines) - len(self.known_lines), 0)
        return fresh, len(self.lines) - fresh - kept, kept


async def drafts_of(folder: Folder, community: int | None) -> list[Draft]:
    """The statements of the file; mistakes between its rows are noted."""
    found: dict[str, Draft] = {}
    for row in folder.rows("accounts"):
        code = row.get("statement")
        if code is None:
            continue
        draft = found.setdefault(code, Draft(code, row, {}))
        for name in HEAD:
            value = row.get(name)
            if value is not None and draft.head.setdefault(name, value) != value:
                folder.add("accounts", row.line, name, DIFFERS, statement=code, name=name, row=draft.row.line)
        if not row.bad:
            draft.lines.append((row, tuple(_cell(row, name) for name in LINE)))
    for draft in found.values():
        for name in HEAD:
            if name not in draft.head and name not in draft.row.bad:
                folder.add("accounts", draft.row.line, name, NEEDED, statement=draft.code, name=name)
    if community is not None:
        await _compare(found, community)
    return list(found.values())


def _cell(row: Row, name: str) -> Any:
    value = row.get(name)
    return "" if value is None and name in ("category", "item_en") else value


async def _compare(found: dict[str, Draft], community: int) -> None:
    for known in await fetch(
        "SELECT DISTINCT ON (code) id, code, version, title, starts_on AS from, ends_on AS to, state FROM statement"
        " WHERE community = $1 AND code = ANY($2) ORDER BY code, version DESC",
        community,
        list(found),
    ):
        draft = found[known["code"]]
        draft.known = dict(known)
        draft.known_lines = [
            tuple(line)
            for line in await fetch(
                "SELECT fund, side, category, item_zh, item_en, amount, budget, prior, note FROM statement_line"
                " WHERE statement = $1 AND NOT from_books ORDER BY position",
                known["id"],
            )
        ]


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
        "UPDATE statement SET title = $2, starts_on = $3, ends_on = $4, outside_base = NULL WHERE id = $1",
        statement,
        *head,
    )
    await fetch("DELETE FROM statement_line WHERE statement = $1 AND NOT from_books", statement)
    await _insert_lines(community, draft, statement)


async def _insert(community: int, draft: Draft, version: int) -> UUID:
    statement = uuid4()
    await fetch(
        "INSERT INTO statement (id, community, code, version, title, starts_on, ends_on, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        statement,
        community,
        draft.code,
        version,
        draft.head["title"],
        draft.head["from"],
        draft.head["to"],
        StatementState.draft.value,
    )
    await _insert_lines(community, draft, statement)
    return statement


async def _insert_lines(community: int, draft: Draft, statement: UUID) -> None:
    columns = [list(column) for column in zip(*(line for _, line in draft.lines), strict=True)]
    # What was drafted from the books stands before what the file says.
    placed = await fetch_value("SELECT count(*) FROM statement_line WHERE statement = $1", statement)
    totals = [is_total(row.get("item_zh") or "", row.get("item_en") or "") for row, _ in draft.lines]
    await fetch(
        "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh, item_en,"
        " amount, budget, prior, note, is_total)"
        " SELECT gen_random_uuid(), $1, $2, n + $13, f, s, c, zh, en, a, b, p, note, t"
        " FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],"
        " $10::bigint[], $11::text[], $12::boolean[]) WITH ORDINALITY AS l(f, s, c, zh, en, a, b, p, note, t, n)",
        community,
        statement,
        *columns,
        totals,
        placed,
    )

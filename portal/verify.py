"""Check the whole state: what tables declare, every slice's invariants, the audit chains. Finds, never mends."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asyncpg import Record

from portal.audit.verifying import broken_chains
from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.declared import declared

HERE = Path(__file__).parent
CHAINS = "I-U1"
SHOWN = 20  # rows of a violated invariant
_HEAD = re.compile(r"^-- (?P<id>[A-Z]+(?:-[A-Z]*)?\d+[a-z]?): (?P<says>.+)$", re.M)


@dataclass(frozen=True)
class Invariant:
    """What must never be; the statements of `sql` select the violations, so no row means that all is well."""

    id: str
    says: str
    sql: tuple[str, ...]

    async def violations(self, ask: Callable[[str], Awaitable[list[Record]]]) -> list[Record]:
        """The rows that break it; `ask` fetches, from the unit of work or a connection of one's own."""
        return [row for statement in self.sql for row in await ask(statement)]


@cache
def invariants() -> Sequence[Invariant]:
    """What all tables declare, and every block of every slice's invariants.sql.

    Raises ValueError for a block of two statements.
    """
    of_slices = [invariant for file in sorted(HERE.glob("*/invariants.sql")) for invariant in _blocks(file)]
    return (*(Invariant(*promise) for promise in declared()), *of_slices)


def _blocks(file: Path) -> Iterator[Invariant]:
    text = file.read_text()
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends[: len(heads)], strict=True):
        sql = text[head.end() : end].strip()
        if sql.count(";") != 1 or not sql.endswith(";"):
            raise ValueError(f"{file.parent.name}: {head['id']} must be one statement")
        yield Invariant(head["id"], head["says"], (sql,))


async def verify() -> dict[str, object]:
    """`ok`, the ids that `failed`, how many were `checked`, and for each failed one what it says and some rows."""
    found: dict[str, list[str]] = {}
    wanted = invariants()
    async with unit_of_work(EVERYWHERE, isolation="REPEATABLE READ", read_only=True):
        for invariant in wanted:
            if rows := await invariant.violations(fetch):
                found.setdefault(invariant.id, []).extend([invariant.says, *(str(dict(row)) for row in rows[:SHOWN])])
        if breaks := await broken_chains():
            found[CHAINS] = [f"community {b.community}, row {b.sequence}: {b.what}" for b in breaks]
    return {"ok": not found, "failed": sorted(found), "checked": len(wanted) + 1, "findings": found}

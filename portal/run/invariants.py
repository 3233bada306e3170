"""What must never be: what tables declare, and every block of every slice's invariants.sql."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asyncpg import Record

from portal.run.declared import declared

PORTAL = Path(__file__).parents[1]
# In an estate's scope row-level security hides the rows of all others; this hides the other estates themselves.
OWN = (
    "WITH community AS (SELECT * FROM public.community"
    " WHERE id = ANY ((SELECT current_setting('app.communities')::int[])::int[])) "
)
Ask = Callable[[str], Awaitable[list[Record]]]
CHAINS = "I-U1"  # the audit chains, which no query re-computes
_HEAD = re.compile(r"^-- (?P<id>[A-Z]+(?:-[A-Z]*)?\d+[a-z]?)(?P<everywhere>, everywhere)?: (?P<says>.+)$", re.M)


@dataclass(frozen=True)
class Invariant:
    """What must never be; its statements select the violations, so no row means that all is well.

    Those `of_estate` are asked in the scope of each estate alone. Those `everywhere` read tables that belong to no
    estate, or compare estates, and are asked once.
    """

    id: str
    says: str
    everywhere: tuple[str, ...] = ()
    of_estate: tuple[str, ...] = ()

    async def broken_everywhere(self, ask: Ask) -> list[Record]:
        """The rows of no estate that break it; `ask` fetches, in the scope of all."""
        return [row for sql in self.everywhere for row in await ask(sql)]

    async def broken_in_estate(self, ask: Ask) -> list[Record]:
        """The rows of an estate that break it; `ask` fetches, in the scope of that estate alone."""
        return [row for sql in self.of_estate for row in await ask(OWN + sql)]

    async def violations(self, ask: Ask) -> list[Record]:
        """The rows that break it, all at once, in whatever scope `ask` has."""
        return [row for sql in (*self.everywhere, *self.of_estate) for row in await ask(sql)]


@cache
def invariants() -> Sequence[Invariant]:
    """All of them. Raises ValueError for a block of two statements."""
    of_tables = [Invariant(one.id, one.says, one.everywhere, one.of_estate) for one in declared()]
    of_slices = [invariant for file in sorted(PORTAL.glob("*/*/invariants.sql")) for invariant in _blocks(file)]
    return (*of_tables, *of_slices)


def _blocks(file: Path) -> Iterator[Invariant]:
    text = file.read_text()
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends[: len(heads)], strict=True):
        sql = text[head.end() : end].strip()
        if sql.count(";") != 1 or not sql.endswith(";"):
            raise ValueError(f"{file.parent.name}: {head['id']} must be one statement")
        where = "everywhere" if head["everywhere"] else "of_estate"
        yield Invariant(head["id"], head["says"], **{where: (sql,)})

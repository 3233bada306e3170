"""All invariants: what the tables declare, and every block of every slice's invariants.sql.

What is declared is read from the tables, not from the database's catalogue, which forgets a dropped constraint.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asyncpg import Record
from piccolo.columns import Column
from piccolo.constraints import Check, Unique
from piccolo.table import Table

KEYS, ONCE, CHECKED, REQUIRED, INDEXED = "I-K1", "I-K2", "I-K3", "I-K4", "I-K5"
MOST = 10_000  # characters: asyncpg keeps no longer statement, and the time to plan a union grows with its square


@dataclass(frozen=True)
class Promise:
    """What tables declare, and the queries that select `broken` (table.name) and the `row`.

    `of_estate` ask tables with a community; `everywhere` ask those without, and what estates share.
    """

    id: str
    says: str
    everywhere: tuple[str, ...]
    of_estate: tuple[str, ...] = ()


def all_tables() -> list[type[Table]]:
    """Every table declared in a slice."""
    places = (path.parts[-3:-1] for path in sorted(PORTAL.glob("*/*/tables.py")))
    modules = [importlib.import_module(f"portal.{area}.{slice_}.tables") for area, slice_ in places]
    return [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Table) and value.__module__ == module.__name__
    ]


def declared() -> list[Promise]:
    """Each promise that all tables make."""
    tables = all_tables()

    def asked(of_table: Callable[[type[Table]], Iterator[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (
            _all(of_table(table) for table in tables if not _has_community(table)),
            _all(of_table(table) for table in tables if _has_community(table)),
        )

    return [
        Promise(KEYS, "every key points at a row, of the same estate", *asked(_keys)),
        Promise(ONCE, "no two rows of an estate have the same of what is unique", *asked(_once)),
        Promise(CHECKED, "every row keeps the CHECKs of its table", *asked(_checked)),
        Promise(REQUIRED, "no required column is empty", *asked(_required)),
        Promise(INDEXED, "what is unique in all estates together has its index", (_indexed(tables),)),
    ]


def _all(queries: Iterable[Iterator[str]]) -> tuple[str, ...]:
    unions: list[str] = []
    for query in (query for of_table in queries for query in of_table):
        if unions and len(unions[-1]) + len(query) < MOST:
            unions[-1] += f"\nUNION ALL\n{query}"
        else:
            unions.append(query)
    return tuple(unions)


def _name(column: Column) -> str:
    return column._meta.db_column_name


def _has_community(table: type[Table]) -> bool:
    return any(_name(column) == "community" for column in table._meta.columns)


def _keys(table: type[Table]) -> Iterator[str]:
    for key in table._meta.foreign_key_columns:
        parent: type[Table] = key._foreign_key_meta.resolved_references
        same = " AND p.community = c.community" if _has_community(table) and _has_community(parent) else ""
        target = _name(key._foreign_key_meta.resolved_target_column)
        yield (
            f"""SELECT '{table._meta.tablename}.{_name(key)}' AS broken, c.id::text AS row"""
            f""" FROM "{table._meta.tablename}" c WHERE c."{_name(key)}" IS NOT NULL AND NOT EXISTS"""
            f""" (SELECT FROM "{parent._meta.tablename}" p WHERE p."{target}" = c."{_name(key)}"{same})"""
        )


def _once(table: type[Table]) -> Iterator[str]:
    for names, nulls_distinct in _uniques(table):
        quoted = ", ".join(f'"{name}"' for name in names)
        only = f" WHERE num_nulls({quoted}) = 0" if nulls_distinct else ""
        yield (
            f"""SELECT '{table._meta.tablename}.{",".join(names)}' AS broken, min(id::text) AS row"""
            f""" FROM "{table._meta.tablename}"{only} GROUP BY {quoted} HAVING count(*) > 1"""
        )


def _uniques(table: type[Table]) -> list[tuple[list[str], bool]]:
    """The columns of each unique, and whether empty ones differ from each other."""
    alone = [([_name(c)], True) for c in table._meta.columns if c._meta.unique or c._meta.primary_key]
    together = [
        ([_name(c) for c in constraint.columns if isinstance(c, Column)], constraint.nulls_distinct)
        for constraint in table._meta.constraints
        if isinstance(constraint, Unique)
    ]
    return alone + together


def _indexed(tables: Sequence[type[Table]]) -> str:
    """The uniques without a valid index: a row of one estate has no other way to know of the same in another.

    To look through the rows of all estates would take as long as there are estates; while the index stands, nobody can
    have written the same twice, and it cannot be made again over what is there twice.
    """
    wanted = ", ".join(
        f"('{table._meta.tablename}.{','.join(names)}', {nulls_distinct})"
        for table in tables
        for names, nulls_distinct in _uniques(table)
    )
    return (
        "SELECT broken, '' AS row FROM (VALUES " + wanted + ") AS want (broken, nulls_distinct)"
        " WHERE NOT EXISTS (SELECT FROM pg_index i"
        " WHERE i.indrelid = to_regclass(split_part(broken, '.', 1)) AND i.indisunique AND i.indisvalid"
        " AND i.indpred IS NULL AND i.indnullsnotdistinct <> nulls_distinct"
        " AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a"
        "      WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))"
        " = (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(split_part(broken, '.', 2), ',')) c))"
    )


def _checked(table: type[Table]) -> Iterator[str]:
    checks = {c._meta.name: c.condition for c in table._meta.constraints if isinstance(c, Check)}
    if checks:
        yield _one_scan(table, {name: f"NOT ({condition})" for name, condition in checks.items()})


def _required(table: type[Table]) -> Iterator[str]:
    yield _one_scan(table, {_name(c): f'"{_name(c)}" IS NULL' for c in table._meta.columns if not c._meta.null})


def _one_scan(table: type[Table], broken: dict[str, str]) -> str:
    """The rows of which one condition at least is true, with the names of those conditions."""
    names = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in broken.items())
    return (
        f"""SELECT '{table._meta.tablename}.' || concat_ws(',', {names}) AS broken, id::text AS row"""
        f""" FROM "{table._meta.tablename}" WHERE {" OR ".join(broken.values())}"""
    )


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

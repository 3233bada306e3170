"""What tables.py declares, asked of the rows themselves: a constraint that was dropped is missed by what came after.

Written from the tables, not from the database's catalogue, which forgets a constraint together with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from piccolo.columns import Column
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.piccolo_app import all_tables

KEYS, ONCE, CHECKED, REQUIRED = "I-K1", "I-K2", "I-K3", "I-K4"
MOST = 10_000  # characters: asyncpg keeps no longer statement, and the time to plan a union grows with its square


def declared() -> list[tuple[str, str, tuple[str, ...]]]:
    """Id, words and queries of each promise that all tables make; they select `broken` (table.name) and the `row`."""
    tables = all_tables()
    return [
        (KEYS, "every key points at a row, of the same estate", _all(_keys(table) for table in tables)),
        (ONCE, "no two rows have the same of what is unique", _all(_once(table) for table in tables)),
        (CHECKED, "every row keeps the CHECKs of its table", _all(_checked(table) for table in tables)),
        (REQUIRED, "no required column is empty", _all(_required(table) for table in tables)),
    ]


def _all(queries: Iterator[Iterator[str]]) -> tuple[str, ...]:
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
    alone = [([_name(c)], True) for c in table._meta.columns if c._meta.unique or c._meta.primary_key]
    together = [
        ([_name(c) for c in constraint.columns if isinstance(c, Column)], constraint.nulls_distinct)
        for constraint in table._meta.constraints
        if isinstance(constraint, Unique)
    ]
    for names, nulls_distinct in alone + together:
        quoted = ", ".join(f'"{name}"' for name in names)
        only = f" WHERE num_nulls({quoted}) = 0" if nulls_distinct else ""
        yield (
            f"""SELECT '{table._meta.tablename}.{",".join(names)}' AS broken, min(id::text) AS row"""
            f""" FROM "{table._meta.tablename}"{only} GROUP BY {quoted} HAVING count(*) > 1"""
        )


def _checked(table: type[Table]) -> Iterator[str]:
    checks = {c._meta.name: c.condition for c in table._meta.constraints if isinstance(c, Check)}
    if checks:
        yield _one_scan(table, {name: f"NOT ({condition})" for name, condition in checks.items()})


def _required(table: type[Table]) -> Iterator[str]:
    yield _one_scan(table, {_name(c): f'"{_name(c)}" IS NULL' for c in table._meta.columns if not c._meta.null})


def _one_scan(table: type[Table], broken: dict[str, str]) -> str:
    """The rows of which one condition at least is true, with the names of those conditions."""
    told = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in broken.items())
    return (
        f"""SELECT '{table._meta.tablename}.' || concat_ws(',', {told}) AS broken, id::text AS row"""
        f""" FROM "{table._meta.tablename}" WHERE {" OR ".join(broken.values())}"""
    )

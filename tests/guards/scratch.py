"""A state without a guard, in a transaction that leaves nothing behind, and what the invariants say about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from portal.run.invariants import invariants
from tests import catalog

REFUSED = (asyncpg.RestrictViolationError, asyncpg.IntegrityConstraintViolationError)
INVARIANTS = {invariant.id: invariant for invariant in invariants()}


class Undone(Exception):
    """Ends a transaction that must leave nothing behind."""


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    with suppress(Undone):
        async with connection.transaction():
            yield
            raise Undone


async def rows(connection: asyncpg.Connection, *wanted: tuple[str, dict[str, str]]) -> None:
    """Rows put in without any check, as the state before the forbidden act."""
    await connection.execute("SET LOCAL session_replication_role = replica")
    for table, given in wanted:
        await catalog.add_row(connection, table, **given)
    await connection.execute("SET LOCAL session_replication_role = origin")


async def without_keys(connection: asyncpg.Connection, table: str, *, but: str = "") -> None:
    """Foreign keys are not on trial here, and rows before an act are only as complete as its guard needs them."""
    for key in await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass AND conname <> $2",
        table,
        but,
    ):
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key['conname']}")


async def without_other_uniques(connection: asyncpg.Connection, table: str, *, but: str) -> None:
    """Nor are the other unique indexes."""
    for index in await connection.fetch(
        "SELECT i.indexrelid::regclass::text AS name, con.conname FROM pg_index i"
        " LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')"
        " WHERE i.indisunique AND i.indrelid = $1::regclass AND i.indexrelid::regclass::text <> $2",
        table,
        but,
    ):
        if index["conname"]:
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {index['conname']} CASCADE")
        else:
            await connection.execute(f"DROP INDEX {index['name']}")


async def without_checks(connection: asyncpg.Connection, table: str) -> None:
    """Nor are its CHECKs."""
    for check in await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = $1::regclass", table
    ):
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check['conname']}")


async def happens(connection: asyncpg.Connection, act: str) -> bool:
    """Whether the act is let through, deferred checks included."""
    try:
        async with connection.transaction():
            await connection.execute(act)
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except REFUSED:
        return False
    return True


async def finds(connection: asyncpg.Connection, id_: str) -> list[tuple[str, ...]]:
    """What an invariant selects at this moment: the violations."""
    return [tuple(map(str, row)) for row in await INVARIANTS[id_].violations(connection.fetch)]


async def broken(connection: asyncpg.Connection, id_: str, table: str) -> set[str]:
    """The table.name of each violation in one table, for the invariants that say it first.

    Only that table's parts of the statement are asked: to plan those of all tables takes most of a test's time.
    """
    invariant = INVARIANTS[id_]
    parts = [part for sql in (*invariant.everywhere, *invariant.of_estate) for part in sql.split("\nUNION ALL\n")]
    asked = "\nUNION ALL\n".join(part for part in parts if part.startswith(f"SELECT '{table}."))
    return {name for row in await connection.fetch(asked) for name in _each(row["broken"])}


def _each(said: str) -> list[str]:
    table, _, names = said.partition(".")
    return [said, *(f"{table}.{name}" for name in names.split(","))]

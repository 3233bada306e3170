"""Each constraint of tables.py is taken away by itself: the forbidden row comes in, and its invariant names it."""

from __future__ import annotations

import asyncpg
import pytest

from portal.run.invariants import CHECKED, INDEXED, KEYS, ONCE, REQUIRED, all_tables
from tests import catalog
from tests.guards.scratch import broken, finds, rows, undone, without_checks, without_keys, without_other_uniques
from tests.guards.values import BROKEN, COMES_WITH, out_of_list

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TABLES = sorted(table._meta.tablename for table in all_tables())
HERE, THERE = "'00000000-0000-0000-0000-00000000000a'", "'00000000-0000-0000-0000-00000000000b'"
OF_TABLE = (
    "SELECT conname AS name, conrelid::regclass::text AS child, confrelid::regclass::text AS parent,"
    " pg_get_constraintdef(oid) AS said, (SELECT array_agg(a.attname::text ORDER BY n) FROM"
    " unnest(conkey) WITH ORDINALITY k(col, n) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.col)"
    " AS columns"
    ' FROM pg_constraint WHERE conrelid = $1::regclass AND contype = ANY ($2::"char"[]) ORDER BY 1'
)


async def constraints(connection: asyncpg.Connection, table: str, *kinds: str) -> list[asyncpg.Record]:
    return await connection.fetch(OF_TABLE, table, [kind.encode() for kind in kinds])


async def comes_in(connection: asyncpg.Connection, table: str, given: dict[str, str]) -> None:
    """A row with every check that still stands. Raises what the database says."""
    async with connection.transaction():
        await catalog.add_row(connection, table, **given)


@pytest.mark.parametrize("table", TABLES)
async def test_every_foreign_key(table: str, master: asyncpg.Connection) -> None:
    for key in await constraints(master, table, "f"):
        column = key["columns"][-1]
        composite = len(key["columns"]) == 2
        async with undone(master):
            await master.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await without_keys(master, table, but=key["name"])
            given = {column: HERE} | COMES_WITH.get((table, column), {})
            if column == "community":
                given[column] = "7"
            if composite:  # there is such a row, in another estate
                await rows(master, (key["parent"], {"id": HERE, "community": "2"} | COMES_WITH.get(key["parent"], {})))
                given |= {"community": "7"}
            with pytest.raises(asyncpg.ForeignKeyViolationError, match=key["name"]):
                await comes_in(master, table, given)
            await master.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']}")
            await comes_in(master, table, given)
            assert f"{table}.{column}" in await broken(master, KEYS, table), key["name"]


@pytest.mark.parametrize("table", TABLES)
async def test_every_primary_key_and_unique_constraint(table: str, master: asyncpg.Connection) -> None:
    types = {row["name"]: row["type"] for row in await master.fetch(catalog.COLUMNS)}
    number = types[f"{table}.id"] == "integer"
    for key in await constraints(master, table, "p", "u"):
        same = {name: HERE for name in key["columns"] if types[f"{table}.{name}"] == "uuid"}
        same |= {name: "'x'" for name in key["columns"] if types[f"{table}.{name}"].startswith(("text", "char"))}
        async with undone(master):
            await master.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await without_keys(master, table)
            await without_other_uniques(master, table, but=key["name"])
            await without_checks(master, table)
            first, second = ({"id": value} for value in (("1", "2") if number else (HERE, THERE)))
            await comes_in(master, table, first | same)
            if "id" in key["columns"]:
                second = first
            with pytest.raises(asyncpg.UniqueViolationError, match=key["name"]):
                await comes_in(master, table, second | same)
            await master.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']} CASCADE")
            await comes_in(master, table, second | same)
            wanted = "id" if "id" in key["columns"] else ",".join(key["columns"])
            assert f"{table}.{wanted}" in await broken(master, ONCE, table), key["name"]
            assert (f"{table}.{wanted}", "") in await finds(master, INDEXED), key["name"]


# CHECKs that stand in guards.sql, and the invariant of their slice.
OF_SLICES = {"correction_approved_moves_money": "I-D3c", "binding_approved_has_tie": "I-D3d"}


@pytest.mark.parametrize("table", TABLES)
async def test_every_check(table: str, master: asyncpg.Connection) -> None:
    for check in await constraints(master, table, "c"):
        given = BROKEN.get((table, check["name"])) or out_of_list(check["said"])
        assert given, f"no row is known that {table}.{check['name']} refuses: give one in tests/guards/values.py"
        async with undone(master):
            with pytest.raises(asyncpg.CheckViolationError, match=check["name"]):
                async with master.transaction():
                    await rows(master, (table, given))
            await master.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check['name']}")
            await rows(master, (table, given))
            if check["name"] in OF_SLICES:
                assert await finds(master, OF_SLICES[check["name"]])
            else:
                assert f"{table}.{check['name']}" in await broken(master, CHECKED, table)


@pytest.mark.parametrize("table", TABLES)
async def test_every_required_column(table: str, master: asyncpg.Connection) -> None:
    required = [
        row["name"].partition(".")[2]
        for row in await master.fetch(catalog.COLUMNS)
        if row["required"] and row["name"].partition(".")[0] == table
    ]
    async with undone(master):
        await without_keys(master, table)
        await without_other_uniques(master, table, but="")
        await without_checks(master, table)
        for column in required:
            with pytest.raises(asyncpg.NotNullViolationError, match=f'"{column}"'):
                async with master.transaction():
                    await rows(master, (table, {column: "NULL"}))
            await master.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL')
            await rows(master, (table, {column: "NULL"}))
            assert f"{table}.{column}" in await broken(master, REQUIRED, table)
            await master.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER; DELETE FROM {table}")

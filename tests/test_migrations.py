"""The migrations lead to what tables.py declares; each runs once and whole, and only on a history that is known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from piccolo.table import create_db_tables

from portal.overview.health.queries import migrations_current
from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.process.settings import Unusable
from portal.platform.schema.migrations import FILES, NAMES, migrate
from portal.platform.schema.setup import set_up
from portal.run.invariants import all_tables
from tests import catalog

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

# What Piccolo cannot declare: the key between rows of estates says the estate, and there is no plain one beside it.
ONE_KEY = """
DO $$ DECLARE k record; BEGIN
  FOR k IN
    WITH of_estate AS (SELECT attrelid FROM pg_attribute WHERE attname = 'community')
    SELECT con.conname AS name, con.conrelid::regclass AS child, con.confrelid::regclass AS parent, a.attname AS col
    FROM pg_constraint con JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]
    WHERE con.contype = 'f' AND con.conrelid IN (TABLE of_estate) AND con.confrelid IN (TABLE of_estate)
  LOOP
    IF to_regclass(k.parent || '_community_id_key') IS NULL THEN
      EXECUTE format('ALTER TABLE %s ADD UNIQUE (community, id)', k.parent);
    END IF;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD FOREIGN KEY (community, %I) REFERENCES %s (community, id)'
                   ' ON DELETE RESTRICT', k.child, k.name, k.col, k.parent);
  END LOOP;
END $$
"""
# And what `ref` cannot know: another index begins with the same column, and serves it as well.
ONE_INDEX = """
DO $$ DECLARE needless regclass; BEGIN
  FOR needless IN
    SELECT DISTINCT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_index other ON other.indrelid = i.indrelid AND other.indexrelid <> i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND i.indnatts = 1 AND NOT i.indisunique
      AND other.indkey[0] = i.indkey[0] AND other.indpred IS NULL
  LOOP
    EXECUTE format('DROP INDEX %s', needless);
  END LOOP;
END $$
"""
BEFORE_THE_BASELINE = """
CREATE TABLE migration (id SERIAL PRIMARY KEY, name VARCHAR(200), app_name VARCHAR(200), ran_on TIMESTAMP);
INSERT INTO migration (name, app_name) VALUES ('2026-11-23T00:00:00:000000', 'portal')
"""


@pytest.fixture
async def scratch(database: Database, admin: asyncpg.Connection) -> AsyncIterator[dict[str, Any]]:
    """The address of an empty database; the engine and its pool are put back afterwards."""
    before = db.engine.config, db.engine.pool
    await admin.execute("DROP DATABASE IF EXISTS portal_scratch WITH (FORCE)")
    await admin.execute("CREATE DATABASE portal_scratch")
    db.engine.pool = None
    yield {**database.config("admin"), "database": "portal_scratch"}
    db.engine.config, db.engine.pool = before
    await admin.execute("DROP DATABASE portal_scratch WITH (FORCE)")


@pytest.fixture
async def empty(scratch: dict[str, Any]) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty database."""
    connection = await asyncpg.connect(**scratch)
    yield connection
    await connection.close()


async def schema(connection: asyncpg.Connection) -> set[tuple[Any, ...]]:
    """Every table, column, constraint and index, as the catalogue tells it."""
    questions = (catalog.TABLES, catalog.COLUMNS, catalog.CONSTRAINTS, catalog.INDEXES)
    return {row for question in questions for row in await catalog.seen(connection, question)}


async def test_the_migrated_schema_is_the_declared_one(scratch: dict[str, Any], empty: asyncpg.Connection) -> None:
    db.engine.point_at(**scratch)
    await create_db_tables(*all_tables())
    await empty.execute(ONE_KEY)
    await empty.execute(ONE_INDEX)
    declared = await schema(empty)
    await empty.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await migrate(empty)
    await empty.execute("DROP TABLE migration")
    migrated = await schema(empty)
    assert declared - migrated == set(), "write a migration that makes this"
    assert migrated - declared == set(), "write a migration that takes this away"


async def test_a_migration_runs_once_and_changes_the_rows_of_every_estate_also_those_that_are_only_added(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(**database.config("portal_owner"))
    for estate in ("1", "2"):
        await catalog.add_row(admin, "community", id=estate, code=f"'estate-{estate}'")
        await catalog.add_row(admin, "audit_entry", community=estate)
    later = tmp_path / "9999_reasons.sql"
    later.write_text(
        "ALTER TABLE audit_entry DISABLE TRIGGER USER; UPDATE audit_entry SET reason = concat(reason, '!');"
        " ALTER TABLE audit_entry ENABLE TRIGGER USER"
    )
    try:
        await migrate(owner, (*FILES, later))
        await migrate(owner, (*FILES, later))
    finally:
        await owner.execute("DELETE FROM migration WHERE name = '9999_reasons'")
        await owner.close()
    assert [row["reason"] for row in await admin.fetch("SELECT reason FROM audit_entry")] == ["!", "!"]


async def test_a_migration_that_fails_leaves_nothing_and_is_not_counted(
    empty: asyncpg.Connection, tmp_path: Path
) -> None:
    half = tmp_path / "9999_half.sql"
    half.write_text("CREATE TABLE made (id INT); INSERT INTO migration VALUES ('9999_half')")  # it cannot be noted
    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(empty, (*FILES, half))
    assert await empty.fetchval("SELECT to_regclass('made')") is None
    assert tuple(row["name"] for row in await empty.fetch("SELECT name FROM migration ORDER BY 1")) == NAMES


async def test_a_database_from_before_the_baseline_is_refused_with_what_to_do(empty: asyncpg.Connection) -> None:
    await empty.execute(BEFORE_THE_BASELINE)
    with pytest.raises(Unusable, match=r"'2026-11-23T00:00:00:000000' is not known here.*begin with an empty database"):
        await migrate(empty)
    assert await empty.fetchval("SELECT to_regclass('community')") is None


async def test_a_database_of_a_newer_program_is_refused_before_its_guards_are_touched(
    database: Database, admin: asyncpg.Connection
) -> None:
    await admin.execute("INSERT INTO migration (name) VALUES ('9999_later')")
    await admin.execute("DROP TRIGGER bill_is_append_only ON bill")
    try:
        with pytest.raises(Unusable, match=r"'9999_later' is not known here\. If that version is newer"):
            await set_up(database)
        assert "bill.bill_is_append_only" not in await catalog.names(admin, catalog.TRIGGERS)
    finally:
        await admin.execute("DELETE FROM migration WHERE name = '9999_later'")
        await set_up(database)


async def test_a_migrated_database_knows_that_it_is_current() -> None:
    async with db.unit_of_work(read_only=True):
        assert await migrations_current()


async def test_a_database_with_a_missing_migration_knows_that_it_is_not(admin: asyncpg.Connection) -> None:
    row = await admin.fetchrow("DELETE FROM migration WHERE name = (SELECT max(name) FROM migration) RETURNING *")
    try:
        async with db.unit_of_work(read_only=True):
            assert not await migrations_current()
    finally:
        await admin.execute("INSERT INTO migration VALUES ($1, $2)", *row)


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name in NAMES] == list(range(1, len(NAMES) + 1))

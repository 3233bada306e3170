"""The migrations lead to exactly what tables.py declares, and every guard can be told by what happens without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.table import create_db_tables

from portal import db
from portal.database import Database
from portal.health import migrations_current
from portal.piccolo_app import all_tables
from tests import catalog

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def scratch(database: Database, admin: asyncpg.Connection) -> AsyncIterator[dict[str, dict[str, Any]]]:
    """Two empty databases: `migrated` and `declared`; the engine and its pool are put back afterwards."""
    before = db.engine.config, db.engine.pool
    configs = {name: {**database.config("admin"), "database": f"portal_{name}"} for name in ("migrated", "declared")}
    for config in configs.values():
        await admin.execute(f"DROP DATABASE IF EXISTS {config['database']}")
        await admin.execute(f"CREATE DATABASE {config['database']}")
    db.engine.pool = None
    yield configs
    db.engine.config, db.engine.pool = before
    for config in configs.values():
        await admin.execute(f"DROP DATABASE {config['database']}")


async def test_the_migrated_schema_is_the_declared_one(
    scratch: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    db.engine.point_at(**scratch["migrated"])
    assert (await run_forwards("all")).success
    db.engine.point_at(**scratch["declared"])
    await create_db_tables(*all_tables())

    found = {}
    for name, config in scratch.items():
        connection = await asyncpg.connect(**config)
        await connection.execute("DROP TABLE IF EXISTS migration")
        for question in (catalog.TABLES, catalog.COLUMNS, catalog.CONSTRAINTS, catalog.INDEXES):
            found[name, question] = await catalog.seen(connection, question)
        await connection.close()
    for (name, question), rows in found.items():
        assert rows == found["declared", question], f"{name} differs: write a migration"
    capsys.readouterr()


async def test_a_migrated_database_knows_that_it_is_current() -> None:
    async with db.unit_of_work(read_only=True):
        assert await migrations_current()


async def test_a_database_with_a_missing_migration_knows_that_it_is_not(admin: asyncpg.Connection) -> None:
    row = await admin.fetchrow("DELETE FROM migration WHERE id = (SELECT max(id) FROM migration) RETURNING *")
    try:
        async with db.unit_of_work(read_only=True):
            assert not await migrations_current()
    finally:
        await admin.execute("INSERT INTO migration VALUES ($1, $2, $3, $4)", *row)


async def test_a_post_keeps_the_vote_that_was_guessed_from_its_name_before_it_could_be_said(
    scratch: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    db.engine.point_at(**scratch["migrated"])
    assert (await run_forwards("portal", "2026-11-30T17:31:40:216463")).success
    connection = await asyncpg.connect(**scratch["migrated"])
    await connection.execute("SET session_replication_role = replica")  # a post without the estate and person around it
    await connection.executemany(
        "INSERT INTO committee_post (id, community, person, post) VALUES (gen_random_uuid(), 1, gen_random_uuid(), $1)",
        [("主任",), ("候补委员",), ("Alternate",)],
    )
    db.engine.point_at(**scratch["migrated"])
    assert (await run_forwards("all")).success
    votes = dict(await connection.fetch("SELECT post, votes FROM committee_post"))
    await connection.close()
    assert votes == {"主任": True, "候补委员": False, "Alternate": False}
    capsys.readouterr()

"""The migrations lead to exactly what tables.py declares, and every guard can be told by what happens without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.table import create_db_tables

from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.health.queries import migrations_current
from portal.run.piccolo_app import all_tables
from tests import catalog

# A case of one who owes (甲) and one of two (乙, 丁, who works there too), with what was recorded of letters.
OF_BEFORE = """
SET session_replication_role = replica;
CREATE FUNCTION u(n int) RETURNS uuid LANGUAGE sql AS 'SELECT lpad(n::text, 32, ''0'')::uuid';
INSERT INTO person (id, community, external_id, name, human, language)
  SELECT u(n), 1, n::text, name, u(n + 50), 'zh-CN' FROM (VALUES (1, '甲'), (2, '乙'), (3, '丁')) p (n, name);
INSERT INTO staff (id, community, human, name, roles) VALUES (u(9), 1, u(53), '丁', '{}'), (u(8), 1, u(58), '戊', '{}');
INSERT INTO debtor_member (id, community, debtor, person)
  SELECT u(n), 1, u(debtor), u(person) FROM (VALUES (11, 21, 1), (12, 22, 2), (13, 22, 3)) m (n, debtor, person);
INSERT INTO arrears_case (id, community, unit, debtor, state, stage, opened_on, looked_on)
  SELECT u(n + 10), 1, u(1), u(n), 'open', 2, '2026-11-01', '2026-11-01' FROM unnest(ARRAY[21, 22]) n;
INSERT INTO contact (id, community, arrears_case, channel, outcome, body, by_staff, witness, on_day, at)
  SELECT u(n), 1, u(k), 'demand', outcome, body, u(8), CASE outcome WHEN 'posted' THEN u(9) END, '2026-11-02', now()
  FROM (VALUES (41, 31, 'handed_over', 'one owes'),
    (42, 31, 'handed_over', 'a note'), (43, 31, 'posted', 'at the door'),
    (44, 32, 'handed_over', 'one of two'), (45, 32, 'opened', 'opened by one of two'),
    (46, 32, 'opened', 'opened by staff who owe')) c (n, k, outcome, body);
INSERT INTO letter_proof (id, community, letter, contact, at)
  SELECT u(n + 20), 1, u(1), u(n), now() FROM unnest(ARRAY[41, 43, 44, 45, 46]) n;
INSERT INTO audit_entry (id, community, at, actor, verb, subject, facts)
  SELECT u(n + 30), 1, now(), 'owner:' || u(human), 'contact_recorded', 'case:' || u(32),
    jsonb_build_object('contact', u(n)) FROM (VALUES (45, 52), (46, 53)) a (n, human);
SET session_replication_role = DEFAULT;
DO $$ DECLARE k name; BEGIN  -- without the estate around it
  FOR k IN SELECT conname FROM pg_constraint WHERE conrelid = 'contact'::regclass AND contype = 'f' LOOP
    EXECUTE format('ALTER TABLE contact DROP CONSTRAINT %I', k);
  END LOOP;
END $$;
"""

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


async def test_letters_of_before_say_whom_they_reached_as_far_as_it_is_known_though_guards_stand(
    scratch: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    db.engine.point_at(**scratch["migrated"])
    assert (await run_forwards("portal", "2026-11-30T17:31:40:216463")).success
    connection = await asyncpg.connect(**scratch["migrated"])
    await connection.execute(OF_BEFORE)
    await connection.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append-only'; END $$;"
        "CREATE TRIGGER contact_is_append_only BEFORE UPDATE OR DELETE ON contact"
        " FOR EACH ROW EXECUTE FUNCTION append_only()"
    )
    db.engine.point_at(**scratch["migrated"])
    assert (await run_forwards("all")).success
    found = await connection.fetch(
        "SELECT o.body, n.name, o.proves, o.by_staff IS NULL AS opened FROM contact o"
        " LEFT JOIN person n ON n.id = o.person"
    )
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await connection.execute("UPDATE contact SET proves = true")
    await connection.close()
    assert {row["body"]: tuple(row)[1:] for row in found} == {
        "one owes": ("甲", True, False),
        "a note": (None, False, False),
        "at the door": ("甲", False, False),
        "one of two": (None, False, False),
        "opened by one of two": ("乙", True, True),
        "opened by staff who owe": ("丁", False, True),
    }
    capsys.readouterr()

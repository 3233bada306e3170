"""What hides rows and keeps them unchanged: policies, append-only triggers, privileges; each taken away by itself."""

from __future__ import annotations

import asyncpg
import pytest

from portal.platform.schema.protect import APPEND_ONLY, SWEPT
from tests import catalog
from tests.guards.scratch import finds, happens, rows, undone, without_keys
from tests.guards.test_declared import TABLES

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
ROLES = ("portal_app", "portal_worker")
TOOLS = {"migration", "pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules"}


# --- row-level security, table by table


async def test_every_policy_is_what_hides_and_refuses_foreign_rows(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    assert await finds(master, "I-A2") == []
    tables = [row["name"] for row in await admin.fetch(catalog.TABLES) if row["of_community"]]
    for table in tables:
        async with undone(master):
            await rows(master, (table, {"community": "2"}))
            await master.execute("SELECT set_config('app.communities', '{7}', true)")
            await master.execute("SET LOCAL ROLE portal_app")
            assert await master.fetchval(f"SELECT count(*) FROM {table}") == 0, table
            await master.execute("RESET ROLE")
            await master.execute(
                f"DROP POLICY own_community ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
            )
            await master.execute("SET LOCAL ROLE portal_app")
            assert await master.fetchval(f"SELECT count(*) FROM {table}") == 1, table
            assert names_table(await finds(master, "I-A2"), table)


def names_table(found: list[tuple[str, ...]], table: str) -> bool:
    return any(table in row for row in found)


@pytest.mark.parametrize(
    "weaker",
    [
        "ALTER TABLE bill DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE bill NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY another ON bill USING (true)",
        "ALTER POLICY own_community ON bill USING (true)",
        "ALTER POLICY own_community ON bill WITH CHECK (true)",
        "ALTER POLICY own_community ON bill TO portal_worker",
    ],
)
async def test_a_weaker_wall_is_found(weaker: str, master: asyncpg.Connection) -> None:
    async with undone(master):
        await master.execute(weaker)
        assert names_table(await finds(master, "I-A2"), "bill")


# --- append-only triggers, table by table


async def test_every_append_only_trigger_is_what_keeps_its_rows(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    found = await admin.fetch(
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname LIKE '%\\_is\\_append\\_only' ORDER BY 1"
    )
    assert {row["name"] for row in found} == set(APPEND_ONLY)
    assert await finds(master, "I-L3") == []
    for table in APPEND_ONLY:
        for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            async with undone(master):
                await without_keys(master, table)
                await rows(master, (table, {}))
                assert not await happens(master, act), act
                await master.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_append_only")
                assert await happens(master, act), act
                assert names_table(await finds(master, "I-L3"), table)


OF_DRAFTS = ("statement_line", "statement_explanation", "statement_document")


async def test_every_truncate_trigger_is_what_keeps_its_table(
    master: asyncpg.Connection, admin: asyncpg.Connection
) -> None:
    found = await admin.fetch(
        "SELECT tgrelid::regclass::text AS name, tgname FROM pg_trigger WHERE tgname LIKE '%\\_is\\_never\\_emptied'"
    )
    assert {row["name"] for row in found} == {*APPEND_ONLY, *OF_DRAFTS, "statement"}
    for row in found:
        async with undone(master):
            await master.execute(f"DROP TRIGGER {row['tgname']} ON {row['name']}")
            assert names_table(await finds(master, "I-L3"), row["name"])
        async with undone(master):
            assert not await happens(master, f"TRUNCATE {row['name']} CASCADE"), row["name"]
            for other in found:  # CASCADE reaches others that have the same guard
                await master.execute(f"ALTER TABLE {other['name']} DISABLE TRIGGER {other['tgname']}")
            assert await happens(master, f"TRUNCATE {row['name']} CASCADE"), row["name"]


# --- privileges: the guard is that there is none


@pytest.mark.parametrize("role", ROLES)
async def test_every_privilege_that_is_not_given_is_missed_when_it_is(role: str, master: asyncpg.Connection) -> None:
    assert await finds(master, "I-A2a") == []
    for table in TABLES:
        wanted = {"TRUNCATE": "I-A2a", "REFERENCES": "I-A2a", "TRIGGER": "I-A2a"}
        if table in APPEND_ONLY:
            wanted |= {"UPDATE": "I-L3", "DELETE": "I-L3"}
        elif table not in SWEPT and table not in OF_DRAFTS:
            wanted["DELETE"] = "I-A2a"
        for privilege, id_ in wanted.items():
            async with undone(master):
                await master.execute(f"GRANT {privilege} ON {table} TO {role}")
                assert names_table(await finds(master, id_), table), f"{privilege} {table}"


@pytest.mark.parametrize(
    "more",
    [
        "GRANT UPDATE ON migration TO portal_app",
        "GRANT UPDATE ON line_balance TO portal_app",
        "GRANT DELETE ON unit TO PUBLIC",
        "GRANT portal_owner TO portal_app",
        "GRANT portal_worker TO portal_app",
        "ALTER ROLE portal_app BYPASSRLS",
        "ALTER ROLE portal_worker SUPERUSER",
        "ALTER ROLE portal_app CREATEROLE",
        "ALTER ROLE portal_owner CREATEDB",
    ],
)
async def test_a_mightier_login_is_found(more: str, master: asyncpg.Connection) -> None:
    async with undone(master):
        await master.execute(more)
        assert await finds(master, "I-A2a")


# --- none is left out


async def test_every_table_and_kind_of_guard_is_walked(admin: asyncpg.Connection) -> None:
    assert {row["name"] for row in await admin.fetch(catalog.TABLES)} == set(TABLES) | TOOLS
    kinds = await admin.fetch(
        "SELECT DISTINCT contype::text AS kind FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    )
    # primary, unique, foreign, check, not null (18), trigger; an exclusion would need its proof
    assert {row["kind"] for row in kinds} <= {"p", "u", "f", "c", "n", "t"}

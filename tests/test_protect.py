"""The second wall: row-level security, privileges, append-only rows and keys, walked through the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import asyncpg
import pytest

from portal.platform.db.logins import Database
from portal.platform.schema import protect
from portal.platform.schema.protect import APPEND_ONLY, LOCKED, SWEPT, WITHOUT_COMMUNITY
from portal.platform.schema.setup import set_up
from tests import catalog
from tests.guards.test_walls import OF_DRAFTS
from tests.nullable import NULLABLE

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

SCOPE = "(community = ANY (( SELECT (NULLIF(current_setting('app.communities'::text, true), ''::text))::integer[]"


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, in the scope of community 2."""
    connection = await asyncpg.connect(**database.config("portal_owner"))
    await connection.execute("SET app.communities = '{2}'")
    yield connection
    await connection.close()


@pytest.fixture
async def app(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The app's own login, in the scope of community 2."""
    connection = await asyncpg.connect(**database.config("portal_app"))
    await connection.execute("SET app.communities = '{2}'")
    yield connection
    await connection.close()


# --- row-level security


async def test_exactly_the_named_tables_have_no_community(admin: asyncpg.Connection) -> None:
    without = {row["name"] for row in await admin.fetch(catalog.TABLES) if not row["of_community"]}
    assert without == WITHOUT_COMMUNITY


async def test_every_table_with_a_community_is_walled_even_for_its_owner(admin: asyncpg.Connection) -> None:
    tables = [row for row in await admin.fetch(catalog.TABLES) if row["of_community"]]
    policies = {row["name"]: row for row in await admin.fetch(catalog.POLICIES)}
    assert [row["name"] for row in tables if not row["walled"]] == []
    assert set(policies) == {f"{row['name']}.own_community" for row in tables}
    for policy in policies.values():
        assert policy["rows_seen"] == policy["rows_written"]
        assert policy["rows_seen"].startswith(SCOPE)


async def test_no_role_of_ours_walks_through_the_wall(admin: asyncpg.Connection) -> None:
    mighty = await admin.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'portal\\_%'"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
    )
    assert mighty == []


async def test_without_scope_every_walled_table_and_view_is_empty(
    admin: asyncpg.Connection, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    tables = [row["name"] for row in await admin.fetch(catalog.TABLES) if row["of_community"]]
    for table in tables:
        await catalog.add_row(admin, table)
    views = await catalog.names(admin, catalog.VIEWS)
    for connection in (app, owner):
        assert {t for t in tables if not await connection.fetchval(f'SELECT count(*) FROM "{t}"')} == set()
        await connection.execute("RESET app.communities")
        assert {t for t in tables + views if await connection.fetchval(f'SELECT count(*) FROM "{t}"')} == set()


# --- keys and columns


async def test_no_key_cascades(admin: asyncpg.Connection) -> None:
    loose = await admin.fetch(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        " AND (confdeltype NOT IN ('a', 'r') OR confupdtype <> 'a')"
    )
    assert loose == []


async def test_every_key_is_indexed(admin: asyncpg.Connection) -> None:
    bare = await admin.fetch(
        "SELECT conname FROM pg_constraint con WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = con.conrelid AND i.indpred IS NULL"
        "   AND i.indkey[0] = con.conkey[array_length(con.conkey, 1)])"
    )
    assert bare == []


async def test_no_index_begins_with_the_column_that_is_all_of_another(admin: asyncpg.Connection) -> None:
    needless = await admin.fetch(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_index other ON other.indrelid = i.indrelid AND other.indexrelid <> i.indexrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'pgqueuer%' AND i.indnatts = 1"
        " AND NOT i.indisunique AND i.indpred IS NULL AND other.indkey[0] = i.indkey[0] AND other.indpred IS NULL"
    )
    assert needless == []


async def test_a_key_between_walled_tables_says_the_community_and_is_the_only_one(admin: asyncpg.Connection) -> None:
    keys = await admin.fetch(
        "WITH walled AS (SELECT attrelid FROM pg_attribute WHERE attname = 'community'"
        "   AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r'))"
        " SELECT conname AS name, conrelid::regclass || '.' || a.attname AS reference, array_length(conkey, 1) AS n,"
        "   conrelid IN (TABLE walled) AND confrelid IN (TABLE walled) AS of_estate FROM pg_constraint con"
        " JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[array_length(con.conkey, 1)]"
        " WHERE contype = 'f' AND con.connamespace = 'public'::regnamespace"
    )
    assert {key["name"] for key in keys if key["n"] != 1 + key["of_estate"]} == set()
    assert [reference for reference, n in Counter(key["reference"] for key in keys).items() if n > 1] == []


async def test_a_column_may_be_empty_only_for_a_reason(admin: asyncpg.Connection) -> None:
    empty = {
        row["name"]
        for row in await admin.fetch(catalog.COLUMNS)
        if not row["required"] and not row["name"].startswith("pgqueuer")
    }
    assert empty == set(NULLABLE)


async def test_sums_are_whole_numbers_and_no_column_is_a_float(admin: asyncpg.Connection) -> None:
    columns = [row for row in await admin.fetch(catalog.COLUMNS) if not row["name"].startswith("pgqueuer")]
    assert [row["name"] for row in columns if row["type"] in ("real", "double precision", "money")] == []
    sums = [row for row in columns if row["name"].endswith((".amount", ".total", ".budget", ".prior"))]
    assert {row["type"] for row in sums} == {"bigint"}
    assert [row["name"] for row in sums if row["by_default"]] == []


async def test_moments_have_a_time_zone(admin: asyncpg.Connection) -> None:
    columns = await admin.fetch(catalog.COLUMNS)
    naive = {row["name"] for row in columns if row["type"] == "timestamp without time zone"}
    assert naive == set()


# --- append-only


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_an_append_only_row_stays_as_it_is(
    table: str, admin: asyncpg.Connection, app: asyncpg.Connection, owner: asyncpg.Connection
) -> None:
    await catalog.add_row(admin, table)
    change = f"UPDATE {table} SET id = id"
    for sql in (change, f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(asyncpg.RestrictViolationError, match="is append-only"):
            await owner.execute(sql)
        refused = (
            asyncpg.RestrictViolationError if sql == change and table in LOCKED else asyncpg.InsufficientPrivilegeError
        )
        with pytest.raises(refused):
            await app.execute(sql)
    assert await admin.fetchval(f"SELECT count(*) FROM {table}") == 1


async def test_a_locked_table_can_be_locked_and_still_not_be_changed(
    admin: asyncpg.Connection, app: asyncpg.Connection
) -> None:
    for table in LOCKED:
        await catalog.add_row(admin, table)
        assert len(await app.fetch(f"SELECT id FROM {table} FOR NO KEY UPDATE")) == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(f"UPDATE {table} SET community = community")


# --- privileges


async def test_the_roles_have_exactly_these_privileges(admin: asyncpg.Connection) -> None:
    tables = await catalog.names(admin, catalog.TABLES)
    wanted = {f"{role} SELECT {view}" for role in ROLES for view in await catalog.names(admin, catalog.VIEWS)}
    for role in ROLES:
        for table in tables:
            if table == "migration":
                rights = ["SELECT"]
            elif table.startswith("pgqueuer"):
                rights = QUEUE[role].get(table, [])
            else:
                rights = ["SELECT", "INSERT"]
                rights += [] if table in APPEND_ONLY else ["UPDATE"]
                rights += ["DELETE"] if table in SWEPT else []
            wanted |= {f"{role} {right} {table}" for right in rights}
        wanted |= {f"{role} UPDATE {table}.id" for table in LOCKED}
        wanted |= {f"{role} DELETE {table}" for table in OF_DRAFTS}  # of a draft
    given = await catalog.names(admin, catalog.PRIVILEGES)
    assert {name for name in given if name.startswith(ROLES)} == wanted
    assert [name for name in given if name.startswith("PUBLIC ")] == []


ROLES = ("portal_app", "portal_worker")
QUEUE = {
    "portal_app": {"pgqueuer": ["SELECT", "INSERT"], "pgqueuer_log": ["INSERT"]},
    "portal_worker": {
        "pgqueuer": ["SELECT", "INSERT", "UPDATE", "DELETE"],
        "pgqueuer_schedules": ["SELECT", "INSERT", "UPDATE", "DELETE"],
        "pgqueuer_log": ["SELECT", "INSERT", "UPDATE"],
        "pgqueuer_statistics": ["SELECT", "INSERT", "UPDATE"],
    },
}


@pytest.mark.parametrize(
    "attempt",
    [
        "SET ROLE portal_owner",
        "SET ROLE portal_worker",
        "SET SESSION AUTHORIZATION portal_owner",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE bill DISABLE TRIGGER ALL",
        "ALTER TABLE bill DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE bill NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE bill ADD COLUMN mine int",
        "DROP POLICY own_community ON bill",
        "DROP TRIGGER bill_is_append_only ON bill",
        "DROP TABLE bill",
        "DROP VIEW line_balance CASCADE",
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DELETE FROM unit",
        "TRUNCATE unit CASCADE",
        "DELETE FROM migration",
        "UPDATE pgqueuer SET status = 'successful'",
        "CREATE ROLE mine",
        "COPY bill TO '/tmp/mine'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
async def test_the_app_cannot(attempt: str, app: asyncpg.Connection, database: Database) -> None:
    if attempt.startswith("SET ") and not database.embedded and not database.logins():
        return  # one address for every role: a role is taken, not enforced (database.py says so)
    with pytest.raises(
        (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError), match=r"permission denied|must be"
    ):
        await app.execute(attempt)


# --- repeated


async def test_setting_up_again_changes_nothing(database: Database, admin: asyncpg.Connection) -> None:
    questions = (
        catalog.COLUMNS, catalog.CONSTRAINTS, catalog.INDEXES, catalog.TRIGGERS, catalog.POLICIES, catalog.PRIVILEGES,
    )  # fmt: skip
    before = [await catalog.seen(admin, question) for question in questions]
    await set_up(database)
    assert [await catalog.seen(admin, question) for question in questions] == before


async def test_setting_up_goes_on_where_it_meets_work_crosswise(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, tried = protect._apply, []

    async def crossed(owner: asyncpg.Connection) -> None:
        tried.append(owner)
        if len(tried) < 3:
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        await apply(owner)

    monkeypatch.setattr(protect, "_apply", crossed)
    await set_up(database)
    assert len(tried) == 3


async def test_setting_up_writes_nothing_to_stdout(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await set_up(database)
    assert capsys.readouterr().out == ""

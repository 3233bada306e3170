"""Create or upgrade the database: roles, tables, queue, guards. Safe to repeat and to run twice at once."""

from __future__ import annotations

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from portal.platform.db.engine import connect
from portal.platform.db.logins import Database, reach
from portal.platform.schema.migrations import migrate
from portal.platform.schema.protect import protect

ROLES = ("portal_owner", "portal_app", "portal_worker")


async def set_up(database: Database) -> None:
    """Bring the database to this version of the program. Writes nothing to stdout.

    Raises Unusable when an address leads to no PostgreSQL that takes writes, or to a pooler, which the locks here and
    elsewhere cannot bear, or when another version of the program made the tables.
    """
    await reach(database, "admin")
    await _prepare_server(database)
    owner = await connect(**database.config("portal_owner"))
    try:
        await owner.execute("SELECT pg_advisory_lock(hashtextextended('migrate', 0))")
        await migrate(owner)
        if not await owner.fetchval("SELECT to_regclass('pgqueuer')"):
            await Queries(AsyncpgDriver(owner)).install()
        await protect(owner)
    finally:
        await owner.close()


async def _prepare_server(database: Database) -> None:
    """Roles, logins and the database itself, as the administrator."""
    config = database.config("admin")
    name = config["database"]
    admin = await connect(**{**config, "database": "postgres"})
    try:
        await admin.execute("SELECT pg_advisory_lock(hashtextextended('prepare', 0))")
        for role in ROLES:
            if not await _is_there(admin, role):
                await admin.execute(f"CREATE ROLE {role} INHERIT {'LOGIN' if database.embedded else 'NOLOGIN'}")
        await admin.execute(f"GRANT {', '.join(ROLES)} TO CURRENT_USER")
        for role, login in database.logins().items():
            await _give_login(admin, role, login)
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await admin.execute(await _quoted(admin, "CREATE DATABASE %I", name))
        for sentence in (
            "REVOKE ALL ON DATABASE %I FROM PUBLIC",
            "GRANT CONNECT ON DATABASE %I TO portal_owner, portal_app, portal_worker",
            "GRANT CREATE ON DATABASE %I TO portal_owner",
        ):
            await admin.execute(await _quoted(admin, sentence, name))
    finally:
        await admin.close()
    admin = await connect(**config)
    try:
        await admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        await admin.execute("GRANT USAGE, CREATE ON SCHEMA public TO portal_owner")
    finally:
        await admin.close()


async def _give_login(admin: asyncpg.Connection, role: str, login: dict[str, str]) -> None:
    """Make the login of an address if it is missing, and let it take its role. Never changes a password."""
    user, password = login["user"], login.get("password", "")
    if user == role:
        if not await admin.fetchval("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", role):
            await admin.execute(await _quoted(admin, "ALTER ROLE %I LOGIN PASSWORD %L", user, password))
        return
    if not await _is_there(admin, user):
        await admin.execute(await _quoted(admin, "CREATE ROLE %I LOGIN INHERIT PASSWORD %L", user, password))
    await admin.execute(await _quoted(admin, f"GRANT {role} TO %I", user))


async def _is_there(admin: asyncpg.Connection, role: str) -> bool:
    return bool(await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role))


async def _quoted(admin: asyncpg.Connection, sentence: str, *words: str) -> str:
    """A statement that takes no parameters, with names (%I) and texts (%L) quoted by the server itself."""
    statement: str = await admin.fetchval("SELECT format($1, VARIADIC $2::text[])", sentence, list(words))
    return statement

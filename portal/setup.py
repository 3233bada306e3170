"""Make or upgrade the database: roles, tables, queue, guards. Safe to repeat, safe to run twice at once."""

from __future__ import annotations

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from portal import db
from portal.database import NAME, Database
from portal.protect import protect

ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner') THEN CREATE ROLE portal_owner LOGIN INHERIT; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN CREATE ROLE portal_app LOGIN INHERIT; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_worker') THEN CREATE ROLE portal_worker LOGIN INHERIT; END IF;
END $$;
"""

QUEUE_GRANTS = """
REVOKE ALL ON pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules FROM portal_app, portal_worker;
GRANT SELECT, INSERT ON pgqueuer TO portal_app;
GRANT INSERT ON pgqueuer_log TO portal_app;
GRANT USAGE ON SEQUENCE pgqueuer_id_seq TO portal_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_schedules TO portal_worker;
GRANT SELECT, INSERT, UPDATE ON pgqueuer_log, pgqueuer_statistics TO portal_worker;
GRANT USAGE ON SEQUENCE pgqueuer_id_seq, pgqueuer_schedules_id_seq, pgqueuer_statistics_id_seq TO portal_worker;
"""


async def set_up(database: Database) -> None:
    """Bring the database to this version of the program."""
    await _prepare_server(database)
    owner = await asyncpg.connect(**database.config("portal_owner"))
    try:
        await owner.execute("SELECT pg_advisory_lock(hashtextextended('migrate', 0))")
        await _migrate(database)
        if not await owner.fetchval("SELECT to_regclass('pgqueuer')"):
            await Queries(AsyncpgDriver(owner)).install()
        await protect(owner)
        await owner.execute(QUEUE_GRANTS)
    finally:
        await owner.close()


async def _prepare_server(database: Database) -> None:
    """Roles and the database itself, as the administrator."""
    config = database.config("admin")
    name = config["database"] if not database.embedded else NAME
    admin = await asyncpg.connect(**{**config, "database": "postgres"})
    try:
        await admin.execute("SELECT pg_advisory_lock(hashtextextended('prepare', 0))")
        await admin.execute(ROLES)
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await admin.execute(f'CREATE DATABASE "{name}"')
        user = await admin.fetchval("SELECT current_user")
        await admin.execute(f'GRANT portal_owner, portal_app, portal_worker TO "{user}"')
        await admin.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO portal_owner, portal_app, portal_worker')
        await admin.execute(f'GRANT CREATE ON DATABASE "{name}" TO portal_owner')
    finally:
        await admin.close()
    admin = await asyncpg.connect(**config)
    try:
        await admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE, CREATE ON SCHEMA public TO portal_owner")
    finally:
        await admin.close()


async def _migrate(database: Database) -> None:
    """Piccolo's migrations, as the owner of the tables."""
    db.engine.point_at(**database.config("portal_owner"))
    result = await run_forwards("all")
    if not result.success:
        raise SystemExit(result.message)

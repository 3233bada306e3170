"""Settings for PostgreSQL's planner where it would plan badly. They end with the unit of work."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from portal.platform.db.unit_of_work import connection, fetch, running

# Without nested loops only what has no other way is looked up row by row. Machine code for such a plan costs more than
# it saves.
_WHOLE = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_nestloop = off; SET LOCAL jit = off"
_AGAIN = "SET LOCAL plan_cache_mode TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT"


async def survey(sql: str, *values: Any) -> list[asyncpg.Record]:
    """Rows of a statement that goes over many rows of an estate, in the caller's transaction.

    Row-level security asks each table for the estate, and the planner takes each time for another narrowing: beside
    neighbours it expects one row of any join, and would go through all of one side for every row of the other. Here
    tables are joined whole, so the statement asks each large one for `community = ANY(…)` itself.
    """
    at_work = connection()
    await at_work.execute(_WHOLE)
    rows = await fetch(sql, *values)
    await at_work.execute(_AGAIN)  # after an error the transaction ends, and with it the settings
    return rows


async def by_index() -> None:
    """Look rows up by index until the running unit of work ends, however small their tables seem.

    Keys are checked by plans that a connection keeps: one made while a table held a few rows reads all of it for
    every row that is written later, until statistics are taken.
    """
    await fetch("SELECT set_config('enable_seqscan', 'off', true)")


async def patiently() -> None:
    """Let each statement of the running unit of work take half a minute: figures over years of a large estate."""
    await fetch("SELECT set_config('statement_timeout', '30s', true)")
    running().patience = 33  # or the pool's own limit would come first


@contextlib.asynccontextmanager
async def planned_afresh() -> AsyncIterator[None]:
    """Plan the statements inside for what the tables hold by now.

    A connection keeps the plan of a statement that it was asked often: one made while the tables were empty takes the
    index of the community, and so reads all that was written since. Not for writing: each key would be planned again.
    """
    await fetch("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
    yield  # after an error the transaction ends, and with it the setting
    await fetch("SELECT set_config('plan_cache_mode', 'auto', true)")

"""Twenty small neighbours for whatever is measured, and what a call costs beside them against alone."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date

import asyncpg

from portal.arrears.climbing.jobs import arrears
from portal.platform.db.logins import Database
from tests.bench.measured import Figure
from tests.past import NEIGHBOURS, neighbours

TODAY = date(2026, 11, 20)
MOST = 1.3  # times what it costs alone
TIMES = 9  # a connection keeps one plan for all values from the sixth time on

Calls = Mapping[str, Callable[[], Awaitable[object]]]


async def beside(admin: asyncpg.Connection) -> None:
    """Make the neighbours, with their cases. Before anything else is made: the daily job is for all estates."""
    await neighbours(admin)
    await admin.execute("ANALYZE")
    await arrears(TODAY)
    await admin.execute("ANALYZE")


async def beside_in(database: Database) -> None:
    """The same in a database that nobody administers yet."""
    admin = await asyncpg.connect(**database.config("admin"))
    await admin.execute("SET session_replication_role = replica")  # as thousands of payments are written at once
    await beside(admin)
    await admin.close()


async def compare_with_alone(admin: asyncpg.Connection, calls: Calls) -> None:
    """Measure each call alone, beside the neighbours, and alone again, and tell the ratio of the medians."""
    before = {name: await _seconds(admin, call) for name, call in calls.items()}
    last = await admin.fetchval("SELECT max(id) FROM community")
    await beside(admin)
    here = {name: await _seconds(admin, call) for name, call in calls.items()}
    await _part_from(admin, last)
    for name, call in calls.items():
        alone = (before[name] + await _seconds(admin, call)) / 2
        facts = {"alone s": round(alone, 4), "beside s": round(here[name], 4)}
        Figure(f"{name} beside {NEIGHBOURS} estates against alone", here[name] / alone, MOST, facts=facts).tell()


async def _part_from(admin: asyncpg.Connection, last: int) -> None:
    """Remove the estates that came after this one."""
    tables = await admin.fetch("SELECT attrelid::regclass AS name FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                               " WHERE attname = 'community' AND c.relkind = 'r' AND NOT attisdropped")  # fmt: skip
    for table in tables:
        await admin.execute(f"DELETE FROM {table['name']} WHERE community > $1", last)
    await admin.execute("DELETE FROM community WHERE id > $1", last)


async def _seconds(admin: asyncpg.Connection, call: Callable[[], Awaitable[object]]) -> float:
    await admin.execute("VACUUM ANALYZE")
    await admin.execute("CHECKPOINT")
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - begun)
    print(" ".join(f"{seconds:.3f}" for seconds in taken), file=sys.stderr)
    return statistics.median(taken[2:])

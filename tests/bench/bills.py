"""A bill run against the bare writing of its rows, what a home costs in estates of three sizes, and beside neighbours.

The server is an embedded one of its own with the settings that `portal setup` leaves it with (fsync, synchronous_commit
and full_page_writes on). Measured is what `portal bill` does after it has connected: looking ahead, every batch with
its lock, its look at the facts, arithmetic, journals, audit and notices, and the report.

The baseline writes the very same rows into the very same tables: they are copied aside, the tables emptied, and then
filled by one INSERT … SELECT for each table in one transaction, by the same role under the same policies, with the
same indexes, keys and triggers; its COMMIT, when the deferred ones fire, is part of it. Before either the tables are
vacuumed and analyzed and a checkpoint is made. All of it happens beside twenty small estates, but for the run that is
compared with what it costs alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from statistics import mean

import asyncpg

from portal.fees.runs.actions import publish_run
from portal.kit.period import Month
from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.platform.schema.setup import set_up
from tests.bench.beside import MOST, beside
from tests.bench.measured import Figure
from tests.large import CHARGES, PERIOD, large_estate
from tests.past import NEIGHBOURS

SMALLEST, COMPARED, LARGEST = 2_000, 20_000, 60_000
ALONE = -SMALLEST  # the same without neighbours
# How often each size runs, in this order. The mean counts: the best of many short runs would be a moment's luck that a
# long one never has. The smallest comes first and last, so that a machine that slows down slows both sides.
ROUNDS = ((SMALLEST, 5), (ALONE, 5), (COMPARED, 2), (LARGEST, 1), (SMALLEST, 5))
MOST_MEGABYTES = 500
# Every table that a run writes rows to, in the order of their keys.
WRITTEN = (
    "bill_run", "cost_split", "debtor", "debtor_member", "bill", "bill_line", "journal", "posting", "audit_entry",
    "notice", "delivery",
)  # fmt: skip


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[asyncpg.Connection]:
    """An empty portal on a server of its own, the pool open as `portal bill` has it; yields an administrator."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # noqa: ASYNC240 (nobody else waits here)  # so that PostgreSQL's own user may enter when this runs as root
    settings = Settings(env="test", data=folder, base_url="http://127.0.0.1", secret_key="only for a benchmark" * 2)
    database = Database(settings)
    try:
        await set_up(database)
        db.engine.point_at(**database.config("portal_worker"))
        await db.engine.open(min_size=1, max_size=4)
        admin = await asyncpg.connect(**database.config("admin"))
        await admin.execute("SET session_replication_role = replica")  # it may empty what nobody else may
        yield admin
        await admin.close()
        await db.engine.close()
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def settle(admin: asyncpg.Connection) -> None:
    """The same start for whatever is measured next."""
    await admin.execute("VACUUM ANALYZE")
    await admin.execute("CHECKPOINT")


async def timed_run(community: int, homes: int) -> float:
    """Seconds of one run. Raises AssertionError when it did not issue every line."""
    begun = time.perf_counter()
    report = (await publish_run(community, Month.parse(PERIOD), date(2026, 11, 1), approver="cli")).as_json()
    seconds = time.perf_counter() - begun
    assert (report["bills"], report["lines"]) == (homes, homes * len(CHARGES)), report["errors"][:3]
    return seconds


async def timed_copy(admin: asyncpg.Connection, community: int) -> float:
    """Seconds of writing the rows of a run again; they are there afterwards as they were before."""
    await admin.execute("DROP SCHEMA IF EXISTS aside CASCADE; CREATE SCHEMA aside")
    for table in WRITTEN:
        await admin.execute(f"CREATE TABLE aside.{table} AS SELECT * FROM {table} WHERE community = {community}")
    await admin.execute("GRANT USAGE ON SCHEMA aside TO portal_worker")
    await admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA aside TO portal_worker")
    before = await counts(admin)
    await empty(admin, community)
    await settle(admin)
    begun = time.perf_counter()
    async with unit_of_work(community):
        for table in WRITTEN:
            await fetch(f"INSERT INTO {table} SELECT * FROM aside.{table}")
    seconds = time.perf_counter() - begun
    assert await counts(admin) == before
    return seconds


async def counts(admin: asyncpg.Connection) -> list[int]:
    """How many rows each table has."""
    return [await admin.fetchval(f"SELECT count(*) FROM {table}") for table in WRITTEN]


async def empty(admin: asyncpg.Connection, community: int) -> None:
    """Undo a run as nobody else could."""
    for table in reversed(WRITTEN):
        await admin.execute(f"DELETE FROM {table} WHERE community = $1", community)
    await admin.execute("UPDATE community SET last_bill_number = 0 WHERE id = $1", community)


async def measure(admin: asyncpg.Connection, size: int, times: int) -> tuple[list[float], list[float]]:
    """The seconds of each run of this size, and of each bare writing (only where it is compared)."""
    homes = abs(size)
    if size != ALONE:
        await beside(admin)
    community = await large_estate(homes, f"large-{homes}")
    runs, copies = [], []
    for _ in range(times):
        await empty(admin, community)
        await settle(admin)
        runs.append(await timed_run(community, homes))
        print(f"{homes} homes: {runs[-1]:.1f} s", file=sys.stderr)
        if homes == COMPARED:
            copies.append(await timed_copy(admin, community))
            print(f"{homes} homes, bare writing: {copies[-1]:.1f} s", file=sys.stderr)
    await admin.execute("TRUNCATE community, person, unit CASCADE; DROP SCHEMA IF EXISTS aside CASCADE")
    return runs, copies


async def main() -> None:
    """Tell all figures."""
    async with server() as admin:
        runs: dict[int, list[float]] = defaultdict(list)
        bare: list[float] = []
        for size, times in ROUNDS:
            seconds, copies = await measure(admin, size, times)
            runs[size] += seconds
            bare += copies
    run, copy = mean(runs[COMPARED]), mean(bare)
    facts = {"run s": round(run, 1), "bare writing s": round(copy, 1), "cores": os.cpu_count()}
    Figure(
        "bill run of 20,000 homes × 6 items against the bare writing of its rows", run / copy, 1.9, facts=facts
    ).tell()
    here, alone = mean(runs[SMALLEST]), mean(runs.pop(ALONE))
    facts = {"alone s": round(alone, 2), "beside s": round(here, 2)}
    name = f"bill run of {SMALLEST} homes beside {NEIGHBOURS} estates against alone"
    Figure(name, here / alone, MOST, facts=facts).tell()
    each = {homes: mean(seconds) / homes for homes, seconds in runs.items()}
    for homes in (COMPARED, LARGEST):
        facts = {f"ms a home at {size}": round(1000 * cost, 3) for size, cost in each.items()}
        name = f"cost of a home at {homes} against {SMALLEST}"
        Figure(name, each[homes] / each[SMALLEST], 1.15, facts=facts).tell()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    Figure("most memory of a bill run of 60,000 homes, MB", megabytes, MOST_MEGABYTES).tell()


if __name__ == "__main__":
    asyncio.run(main())

"""F-44: two runs of a month at once, killed at random points and run again, issue every line exactly once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from datetime import date

import asyncpg
import pytest

from portal.fees.runs.actions import publish_run
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests.faults.counts import SEED, note, times
from tests.large import CHARGES, PERIOD, large_estate
from tests.test_worker import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

HOMES = times(sample=2_400, landing=5_000)
PAIRS = times(sample=2, landing=4)
LONGEST = HOMES / 2000 / PAIRS  # seconds of each pair: about a quarter of what all homes take, so that some are left
WITHIN = 300  # seconds, both runs, every kill and the last run together
DAY = date(2026, 11, 1)

HELD = """
SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""
LINES = """
SELECT u.name, i.code, l.first_month, l.last_month, l.part, l.supplement, l.amount, l.quantity, b.due_on
FROM bill_line l JOIN bill b ON b.id = l.bill JOIN unit u ON u.id = l.unit JOIN charge_item i ON i.id = l.item
ORDER BY 1, 2
"""


async def start(settings: Settings, code: str) -> Process:
    """`portal bill` as a process of its own."""
    return await command(settings, "bill", "--community", code, "--period", PERIOD, "--on", str(DAY))


async def command(settings: Settings, *words: str) -> Process:
    """A command of the portal on the database of this test, with its answer as JSON."""
    env = os.environ | {
        "PORTAL_ENV": "test",
        "PORTAL_DATA": str(settings.data),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PYTHONUNBUFFERED": "1",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portal.run.cli", *words, "--json", stdout=PIPE, stderr=PIPE, env=env
    )


async def under_way(runs: list[Process], admin: asyncpg.Connection) -> None:
    """Until one of them writes, and so holds the locks of the whole run and of a batch; or until both have ended."""

    async def writing() -> bool:
        return await admin.fetchval(HELD) >= 2 or all(run.returncode is not None for run in runs)

    await until(writing)


def kill(run: Process) -> None:
    """Not by the method of asyncio: it polls first, and of a child that has just ended the code is then lost."""
    if run.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(run.pid, signal.SIGKILL)


async def end(run: Process) -> dict:
    """What a run says at its end, or nothing for a killed one."""
    out, trouble = await run.communicate()
    if run.returncode == -signal.SIGKILL:
        return {}
    assert run.returncode == 0, trouble.decode()[-2000:]
    return json.loads(out)


async def disturbed(settings: Settings, code: str, chance: random.Random, admin: asyncpg.Connection) -> tuple[int, int]:
    """Pairs of runs at once, each killed, of the last pair only one; then a run that ends. Kills, bills of that run."""
    kills = 0
    for pair in range(PAIRS):
        runs = [await start(settings, code) for _ in range(2)]
        await under_way(runs, admin)
        await asyncio.sleep(chance.uniform(0, LONGEST))
        for victim in runs if pair < PAIRS - 1 else [chance.choice(runs)]:
            kill(victim)
        await asyncio.gather(*map(end, runs))
        kills += sum(run.returncode == -signal.SIGKILL for run in runs)
    return kills, (await end(await start(settings, code)))["bills"]


@pytest.mark.timeout(WITHIN * times(sample=1, landing=5) + 300)
@pytest.mark.parametrize("nth", range(times(sample=1, landing=5)))
async def test_killed_runs_issue_every_line_once(nth: int, settings: Settings, admin: asyncpg.Connection) -> None:
    chance = random.Random(SEED + nth)
    calm = await large_estate(HOMES, "calm")
    await admin.execute("ANALYZE")  # else the second estate is once in a while written by a plan for a few rows
    wild = await large_estate(HOMES, "wild")
    await admin.execute("ANALYZE")
    await publish_run(calm, Month.parse(PERIOD), DAY, approver="test")
    begun = time.monotonic()
    kills, at_last = await disturbed(settings, "wild", chance, admin)
    seconds = time.monotonic() - begun
    assert kills >= PAIRS
    assert seconds < WITHIN
    async with unit_of_work(calm):
        wanted = await fetch(LINES)
    async with unit_of_work(wild):
        found = await fetch(LINES)
        assert await fetch_value("SELECT count(*) FROM bill") == HOMES
        assert await fetch_value("SELECT sum(bills) FROM bill_run") == HOMES
        split = await fetch_value("SELECT sum(cardinality(units)) FROM cost_split")
    assert split == 2 * HOMES
    assert len(found) == HOMES * len(CHARGES)
    assert found == wanted
    # As operators do both, and at once: the server has no statistics of these rows yet.
    assert (await end(await start(settings, "wild")))["bills"] == 0
    assert (await end(await command(settings, "verify")))["ok"]
    note("F-44", 1, homes=HOMES, kills=kills, left_for_the_last=at_last, seconds=round(seconds, 1))

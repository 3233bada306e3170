"""Locks that outlast a transaction: one at a time, never left behind, and whoever loses the key stops."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from portal.platform.db import unit_of_work as db
from portal.platform.db.engine import alone

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "pool_stays_whole")]
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database" \
       " WHERE datname = current_database()) AND granted"  # fmt: skip
WAITS = "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
HOLDER = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"


async def all_let_go(admin: asyncpg.Connection) -> None:
    async with asyncio.timeout(5):
        while await admin.fetchval(HELD):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_two_that_need_the_same_key_come_one_after_the_other(admin: asyncpg.Connection) -> None:
    inside, most = 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with alone("a run"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.02)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(6)))
    assert (most, inside) == (1, 0)
    await all_let_go(admin)


async def test_a_key_takes_nothing_from_the_pool() -> None:
    """Many jobs that hold keys would have left no connection for their own work."""
    async with alone("a"), alone("b"):
        assert db.engine.pool.get_idle_size() == db.engine.pool.get_size()


async def test_whoever_is_cancelled_while_waiting_leaves_no_key_behind(admin: asyncpg.Connection) -> None:
    async def work() -> None:
        async with alone("a run"):
            await asyncio.sleep(1)

    for _ in range(10):
        two = [asyncio.create_task(work()) for _ in range(2)]
        while not await admin.fetchval(WAITS):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        for task in two:
            task.cancel()
        await asyncio.gather(*two, return_exceptions=True)
    await all_let_go(admin)


async def test_whoever_loses_the_key_stops_since_somebody_else_may_have_it(admin: asyncpg.Connection) -> None:
    async def work() -> None:
        async with alone("a run"):
            begun.set()
            await asyncio.sleep(60)

    begun = asyncio.Event()
    task = asyncio.create_task(work())
    await begun.wait()
    await admin.execute(HOLDER)
    with pytest.raises(ConnectionError, match="the connection that held the key was lost"):
        await asyncio.wait_for(task, 5)


async def test_what_goes_wrong_inside_is_told_as_it_was() -> None:
    for wrong in (KeyError, TimeoutError, ConnectionResetError):
        with pytest.raises(wrong):
            async with alone("a run"):
                raise wrong

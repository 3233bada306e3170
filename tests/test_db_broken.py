"""Connections that break under a unit of work, and storms of cancellations: it is told, the pool stays whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from portal.platform.db import unit_of_work as db
from portal.platform.db.unit_of_work import CommitUnknown, fetch, fetch_value, unit_of_work
from tests.marks import MARK, marks

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean", "pool_stays_whole")]


# However a connection breaks, asyncpg has a name of its own for it; only the second half are PostgresErrors.
BROKEN = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
)


async def kill(admin: asyncpg.Connection, pid: int) -> None:
    await admin.execute("SELECT pg_terminate_backend($1)", pid)
    while await admin.fetchval("SELECT true FROM pg_stat_activity WHERE pid = $1", pid):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_connection_killed_in_the_middle_is_an_error_and_saves_nothing(admin: asyncpg.Connection) -> None:
    with pytest.raises(BROKEN):
        async with unit_of_work():
            await fetch(MARK, "gone")
            await kill(admin, await fetch_value("SELECT pg_backend_pid()"))
            await fetch("SELECT 1")
    assert await marks() == []


async def test_a_connection_killed_before_commit_leaves_the_outcome_unknown(admin: asyncpg.Connection) -> None:
    with pytest.raises(CommitUnknown):
        async with unit_of_work():
            await fetch(MARK, "gone")
            await kill(admin, await fetch_value("SELECT pg_backend_pid()"))
    assert await marks() == []


@pytest.fixture
async def slow_commit(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Every commit that touched rate_limit lasts a second."""
    await admin.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER dawdles AFTER INSERT ON rate_limit DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION dawdle()"
    )
    yield
    await admin.execute("DROP TRIGGER dawdles ON rate_limit; DROP FUNCTION dawdle()")


@pytest.mark.usefixtures("slow_commit")
async def test_a_connection_killed_during_commit_leaves_the_outcome_unknown(admin: asyncpg.Connection) -> None:
    async def act() -> None:
        async with unit_of_work():
            pids.append(await fetch_value("SELECT pg_backend_pid()"))
            await fetch(MARK, "maybe")

    pids: list[int] = []
    task = asyncio.create_task(act())
    await asyncio.sleep(0.4)
    await kill(admin, pids[0])
    with pytest.raises(CommitUnknown):
        await task


@pytest.mark.usefixtures("slow_commit")
async def test_a_cancellation_during_commit_does_not_cut_it_short() -> None:
    async def act() -> None:
        async with unit_of_work():
            await fetch(MARK, "kept")

    task = asyncio.create_task(act())
    await asyncio.sleep(0.4)
    task.cancel()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(1)
    assert await marks() == ["kept"]


async def test_a_cancellation_storm_leaves_the_pool_whole() -> None:
    async def act() -> None:
        async with unit_of_work():
            await fetch(MARK, str(uuid4()))
            await fetch("SELECT pg_sleep(0.002)")

    unexpected: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unexpected.append(context))
    for round_ in range(60):
        tasks = [asyncio.create_task(act()) for _ in range(8)]
        await asyncio.sleep(0.0005 * (round_ % 12))
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} <= {asyncio.CancelledError, type(None)}
    asyncio.get_running_loop().set_exception_handler(None)
    assert unexpected == []


async def test_the_pool_is_whole_after_a_hundred_faults(admin: asyncpg.Connection) -> None:
    for number in range(100):
        with pytest.raises((*BROKEN, asyncpg.PostgresError, TransactionError, CommitUnknown, RuntimeError, KeyError)):
            async with unit_of_work():
                await fetch(MARK, "gone")
                match number % 4:
                    case 0:
                        raise KeyError
                    case 1:
                        await fetch("SELECT 1 / 0")
                    case 2:
                        with pytest.raises(asyncpg.DivisionByZeroError):
                            await fetch("SELECT 1 / 0")
                    case 3:
                        await kill(admin, await fetch_value("SELECT pg_backend_pid()"))
    assert await marks() == []


async def test_a_cancellation_stays_one_when_the_connection_is_lost_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(work: db.UnitOfWork, word: str) -> None:
        await end(work, word)
        raise asyncpg.InterfaceError("connection is closed")

    end = db.UnitOfWork._end
    monkeypatch.setattr(db.UnitOfWork, "_end", lost)
    task = asyncio.create_task(marks())
    while not db.engine.pool.get_size() - db.engine.pool.get_idle_size():  # until it has its connection  # noqa: ASYNC110
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

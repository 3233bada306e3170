"""The unit of work under everything that can go wrong with it: nothing is lost silently, no connection leaks."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from portal.platform.db import unit_of_work as db
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work
from tests import builders
from tests.marks import MARK, marks

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean", "pool_stays_whole")]


# --- saving and not saving


async def test_a_block_that_ends_well_is_saved() -> None:
    async with unit_of_work():
        await fetch(MARK, "kept")
    assert await marks() == ["kept"]


async def test_an_exception_undoes_everything_and_is_told_as_it_was() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await fetch(MARK, "gone")
            raise KeyError
    assert await marks() == []


async def test_a_commit_that_a_deferred_trigger_refuses_raises_and_saves_nothing() -> None:
    community = await builders.community("mingxi", "明溪花园")
    with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
        async with unit_of_work(community):
            await fetch(MARK, "gone")
            await fetch(
                "INSERT INTO journal (id, community, kind, source, effective_on, created_at)"
                " VALUES (gen_random_uuid(), $1, 'bill', gen_random_uuid(), '2026-11-01', now())",
                community,
            )
    assert await marks() == []


async def test_a_caught_database_error_is_not_silently_nothing() -> None:
    with pytest.raises(TransactionError, match="nothing was saved"):
        async with unit_of_work():
            await fetch(MARK, "gone")
            with pytest.raises(asyncpg.DivisionByZeroError):
                await fetch("SELECT 1 / 0")
    assert await marks() == []


async def test_a_savepoint_survives_a_caught_error() -> None:
    async with unit_of_work() as work:
        await fetch(MARK, "kept")
        savepoint = await work.savepoint()
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fetch("SELECT 1 / 0")
        await savepoint.rollback_to()
    assert await marks() == ["kept"]


async def test_nobody_commits_or_rolls_back_by_hand() -> None:
    async with unit_of_work() as work:
        for word in (work.commit, work.rollback):
            with pytest.raises(TransactionError, match="nobody else"):
                await word()


async def test_a_unit_of_work_inside_another_is_refused() -> None:
    async with unit_of_work():
        with pytest.raises(TransactionError):
            async with unit_of_work():
                pass


async def test_a_read_only_unit_cannot_write() -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with unit_of_work(read_only=True):
            await fetch(MARK, "gone")


async def test_it_also_works_without_a_pool(database: object) -> None:
    pool, db.engine.pool = db.engine.pool, None
    try:
        async with unit_of_work():
            await fetch(MARK, "kept")
    finally:
        db.engine.pool = pool
    assert await marks() == ["kept"]


async def test_fetching_outside_of_a_unit_of_work_is_refused() -> None:
    with pytest.raises(TransactionError, match="needs a unit of work"):
        await fetch("SELECT 1")


async def test_a_task_that_outlives_its_unit_of_work_cannot_write() -> None:
    gone = asyncio.Event()

    async def late() -> None:
        await gone.wait()
        await fetch(MARK, "late")

    async with unit_of_work():
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    gone.set()
    with pytest.raises(asyncpg.InterfaceError):
        await task
    assert await marks() == []


# --- once more


async def test_a_serialization_conflict_is_tried_again() -> None:
    async with unit_of_work():
        await fetch(MARK, "counter")
    tries: list[int] = []
    both = asyncio.Barrier(2)

    @retrying
    async def count() -> None:
        tries.append(1)
        async with unit_of_work(isolation="SERIALIZABLE"):
            found = await fetch_value("SELECT count FROM rate_limit WHERE key = 'counter'")
            if len(tries) <= 2:
                await both.wait()
            await fetch("UPDATE rate_limit SET count = $1 WHERE key = 'counter'", found + 1)

    await asyncio.gather(count(), count())
    async with unit_of_work():
        assert await fetch_value("SELECT count FROM rate_limit WHERE key = 'counter'") == 2
    assert len(tries) == 3


async def test_a_deadlock_is_tried_again() -> None:
    async with unit_of_work():
        await fetch(MARK, "left")
        await fetch(MARK, "right")
    tries: list[int] = []
    both = asyncio.Barrier(2)

    @retrying
    async def bump(*keys: str) -> None:
        tries.append(1)
        async with unit_of_work():
            for n, key in enumerate(keys):
                await fetch("UPDATE rate_limit SET count = count + 1 WHERE key = $1", key)
                if n == 0 and len(tries) <= 2:
                    await both.wait()

    await asyncio.gather(bump("left", "right"), bump("right", "left"))
    async with unit_of_work():
        assert [row["count"] for row in await fetch("SELECT count FROM rate_limit")] == [2, 2]
    assert len(tries) == 3


async def test_retrying_ends_after_three_tries_and_tells_what_was_wrong() -> None:
    tries: list[int] = []

    @retrying
    async def hopeless() -> None:
        tries.append(1)
        async with unit_of_work():
            await fetch("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    with pytest.raises(asyncpg.SerializationError):
        await hopeless()
    assert len(tries) == 3


async def test_other_errors_are_not_tried_again() -> None:
    tries: list[int] = []

    @retrying
    async def wrong() -> None:
        tries.append(1)
        async with unit_of_work():
            await fetch("SELECT 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await wrong()
    assert len(tries) == 1


# --- limits


async def test_the_web_waits_for_no_statement_lock_or_idle_transaction_for_long() -> None:
    async with unit_of_work():
        limits = [
            await fetch_value(f"SHOW {name}")
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert limits == ["4s", "2s", "15s"]


async def test_nobody_waits_for_a_connection_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.engine, "wait", 0.1)
    pool = db.engine.pool
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    try:
        with pytest.raises(TimeoutError):
            await marks()
    finally:
        await asyncio.gather(*(pool.release(connection) for connection in taken))
    assert await marks() == []

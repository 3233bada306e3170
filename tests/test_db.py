"""The unit of work under everything that can go wrong with it: nothing is lost silently, no connection leaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from portal import db
from portal.db import EVERYWHERE, CommitUnknown, fetch, fetch_value, reading, retrying, unit_of_work
from portal.people.tables import Person
from tests import builders

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean", "pool_stays_whole")]

# However a connection breaks, asyncpg has a name of its own for it; only the second half are PostgresErrors.
BROKEN = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
)
MARK = "INSERT INTO rate_limit (id, key, window_from, count) VALUES (gen_random_uuid(), $1, now(), 0)"


@pytest.fixture
async def pool_stays_whole(database: object) -> AsyncIterator[None]:
    """After every test here, each connection of the pool can still be had at once, outside any transaction."""
    yield
    pool = db.engine.pool
    taken = [await asyncio.wait_for(pool.acquire(), 5) for _ in range(pool.get_max_size())]
    assert not any(connection.is_in_transaction() for connection in taken)
    await asyncio.gather(*(pool.release(connection) for connection in taken))


async def marks() -> list[str]:
    async with unit_of_work():
        return sorted(row["key"] for row in await fetch("SELECT key FROM rate_limit"))


async def kill(admin: asyncpg.Connection, pid: int) -> None:
    await admin.execute("SELECT pg_terminate_backend($1)", pid)
    while await admin.fetchval("SELECT true FROM pg_stat_activity WHERE pid = $1", pid):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


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


# --- broken connections


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


# --- storms


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


# --- scope


async def two_estates() -> tuple[int, int]:
    one, other = await builders.community("mingxi", "明溪花园"), await builders.community("donghu", "东湖小筑")
    await builders.unit(one, "1栋101")
    await builders.unit(other, "8栋801")
    return one, other


async def units_in(*scopes: db.Scope) -> list[str]:
    async with unit_of_work(*scopes):
        return [row["name"] for row in await fetch("SELECT name FROM unit ORDER BY name")]


async def test_a_unit_of_work_sees_its_communities_and_no_other() -> None:
    one, other = await two_estates()
    assert await units_in() == []
    assert await units_in(one) == ["1栋101"]
    assert await units_in(one, other) == await units_in(EVERYWHERE) == ["1栋101", "8栋801"]


async def test_a_used_connection_has_no_scope_left() -> None:
    one, _ = await two_estates()
    assert await units_in(one)
    for _ in range(20):
        assert await db.engine.pool.fetch("SELECT name FROM unit") == []


async def test_rows_of_another_community_cannot_be_written_moved_or_deleted() -> None:
    one, other = await two_estates()
    insert = (
        "INSERT INTO unit (id, community, name, sort_key, use, occupancy)"
        " VALUES (gen_random_uuid(), $1, '9栋901', '9', 'residential', 'owner')"
    )
    for sql, value in ((insert, other), ("UPDATE unit SET community = $1", other)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with unit_of_work(one):
                await fetch(sql, value)
    async with unit_of_work(one):
        await fetch("UPDATE unit SET name = 'mine' WHERE community = $1", other)
    assert await units_in(other) == ["8栋801"]


async def test_a_key_may_not_point_into_another_community() -> None:
    one, other = await two_estates()
    async with unit_of_work(other):
        theirs = await fetch_value("SELECT id FROM unit")
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="same_community"):
        async with unit_of_work(one, other):
            await fetch(
                "INSERT INTO debtor (id, community, unit, key) VALUES (gen_random_uuid(), $1, $2, 'x')", one, theirs
            )


async def test_a_reading_opens_its_own_scope_or_joins_the_running_one() -> None:
    one, other = await two_estates()

    @reading
    async def names(scope: int) -> tuple[list[str], str]:
        found = [row["name"] for row in await fetch("SELECT name FROM unit ORDER BY name")]
        return found, await fetch_value("SHOW transaction_read_only")

    assert await names(one) == (["1栋101"], "on")
    async with unit_of_work(one, other):
        assert await names(one) == (["1栋101", "8栋801"], "off")


async def test_piccolo_queries_run_in_the_unit_of_work_too() -> None:
    community = await builders.community("mingxi", "明溪花园")
    await builders.owner(community, "陈静", "19900000101")
    async with unit_of_work(community):
        assert [row["name"] for row in await Person.select(Person.name)] == ["陈静"]
    assert await Person.select(Person.name) == []


async def test_the_scope_text_takes_nothing_but_numbers() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        unit_of_work(type("By", (), {"communities": ["1}'; DROP TABLE bill --"]})())


# --- limits


async def test_the_web_waits_for_no_statement_lock_or_idle_transaction_for_long() -> None:
    async with unit_of_work():
        limits = [
            await fetch_value(f"SHOW {name}")
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert limits == ["5s", "2s", "15s"]


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

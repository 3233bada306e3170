"""What counts as a database that is away, for every part of the portal; and what becomes of its connections."""

from __future__ import annotations

import errno
import ssl

import asyncpg
import pytest

from portal.platform.db import unit_of_work as db
from portal.platform.db.engine import NotPrimary, Unreachable, is_down, is_full, is_lost
from portal.platform.db.unit_of_work import CommitUnknown, fetch, unit_of_work
from tests.marks import MARK, marks

DOWN_AND_LOST = (
    asyncpg.ConnectionDoesNotExistError("08003"),
    asyncpg.AdminShutdownError("57P01"),
    asyncpg.CrashShutdownError("57P02"),
    asyncpg.CannotConnectNowError("57P03"),
    asyncpg.IdleInTransactionSessionTimeoutError("25P03"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.TargetServerAttributeNotMatched("a standby"),
    ConnectionRefusedError(111, "refused"),
    TimeoutError(),
    ssl.SSLError("certificate"),
    NotPrimary(),
    Unreachable("28P01"),
)
DOWN_ONLY = (
    CommitUnknown(),
    asyncpg.TooManyConnectionsError("53300"),
    asyncpg.LockNotAvailableError("55P03"),
    asyncpg.QueryCanceledError("57014"),
    asyncpg.SerializationError("40001"),
    asyncpg.PostgresIOError("58030"),
)
NEITHER = (
    asyncpg.UniqueViolationError("23505"),
    asyncpg.ReadOnlySQLTransactionError("25006"),  # in a unit of work that only reads: a mistake of ours
    asyncpg.FeatureNotSupportedError("0A000"),
    asyncpg.UndefinedTableError("42P01"),
    asyncpg.InvalidPasswordError("28P01"),  # unless it comes from connecting
    FileNotFoundError(2, "no such file", "template.html"),
    KeyError("x"),
)


@pytest.mark.parametrize("error", [*DOWN_AND_LOST, *DOWN_ONLY, *NEITHER], ids=repr)
def test_an_error_is_the_databases_or_ours(error: Exception) -> None:
    assert (is_down(error), is_lost(error)) == (error not in NEITHER, error in DOWN_AND_LOST)
    wrapped = RuntimeError()
    wrapped.__cause__ = ExceptionGroup("", [error])
    assert is_down(wrapped) == is_down(error)


@pytest.mark.anyio
@pytest.mark.usefixtures("database", "clean", "pool_stays_whole")
class TestConnections:
    """What becomes of connections."""

    async def test_whoever_may_write_and_is_refused_stands_before_a_standby(self) -> None:
        with pytest.raises(NotPrimary):
            async with unit_of_work():
                await fetch("SET TRANSACTION READ ONLY")
                await fetch(MARK, "gone")
        assert await marks() == []

    async def test_whoever_only_reads_and_writes_all_the_same_is_wrong(self) -> None:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with unit_of_work(read_only=True):
                await fetch(MARK, "gone")

    async def test_a_lost_connection_takes_the_others_with_it(self) -> None:
        pool = db.engine.pool
        two = [await pool.acquire() for _ in range(2)]
        before = {one.get_server_pid() for one in two}
        for one in two:
            await pool.release(one)
        with pytest.raises(TimeoutError):
            async with unit_of_work():
                await db.connection().execute("SELECT pg_sleep(20)", timeout=0.1)
        two = [await pool.acquire() for _ in range(2)]
        assert not before & {one.get_server_pid() for one in two}
        for one in two:
            await pool.release(one)

    async def test_a_login_that_is_let_in_no_more_is_the_databases_matter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As when its password was changed while the portal runs."""
        monkeypatch.setattr(db.engine, "config", {**db.engine.config, "user": "portal_nobody"})
        monkeypatch.setattr(db.engine, "pool", None)
        with pytest.raises(Unreachable) as told:
            await marks()
        assert isinstance(told.value.__cause__, asyncpg.InvalidAuthorizationSpecificationError)
        assert is_down(told.value)


def test_a_full_disk_is_seen_through_what_it_led_to() -> None:
    def raised(first: Exception, then: Exception) -> Exception:
        try:
            try:
                raise first
            finally:
                raise then
        except Exception as error:
            return error

    theirs, ours = asyncpg.DiskFullError("53100"), OSError(errno.ENOSPC, "No space left on device", "portal.env")
    assert is_full(theirs) and is_full(ours) and is_full(raised(theirs, asyncpg.ConnectionDoesNotExistError("08003")))
    assert not is_full(asyncpg.ConnectionDoesNotExistError("08003")) and not is_full(
        PermissionError(13, "Permission denied", "portal.env")
    )

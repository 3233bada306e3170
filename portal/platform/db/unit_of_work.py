"""The unit of work: one transaction as one role, with the scope of its estates."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

import asyncpg
from asyncpg import PostgresError
from asyncpg.pool import PoolConnectionProxy
from piccolo.columns import BigInt, Column, Date, ForeignKey, OnDelete, OnUpdate, Text
from piccolo.constraints import Check
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresTransaction
from piccolo.table import Table

from portal.platform.db.engine import (
    TAKES_NO_WRITES,
    CommitUnknown,
    Connection,
    NotPrimary,
    Unreachable,
    engine,
    is_lost,
    state_of,
)

P = ParamSpec("P")
R = TypeVar("R")
UNDONE_WITHIN = 1  # seconds for a ROLLBACK; a connection on which it takes longer is closed, which does the same


class _Everywhere:
    """The scope of jobs and of sign-in: every community there is."""

    communities = ()


EVERYWHERE = _Everywhere()


class HasCommunities(Protocol):
    """A principal, or anything else that knows its communities."""

    @property
    def communities(self) -> Sequence[int]: ...


Scope = HasCommunities | int | _Everywhere


class UnitOfWork(PostgresTransaction):
    """One transaction: opened with the principal's scope, always released, never nested."""

    __slots__ = ("_opening", "_writes", "patience")
    connection: Connection

    def __init__(self, scopes: Iterable[Scope], *, isolation: str = "READ COMMITTED", read_only: bool = False) -> None:
        super().__init__(engine, allow_nested=False)
        self._writes = not read_only
        self.patience: float | None = None  # seconds for each statement of `fetch`; else the pool's
        self._opening = (
            f"BEGIN ISOLATION LEVEL {isolation} {'READ ONLY' if read_only else 'READ WRITE'};"
            f"SELECT set_config('app.communities', {_scope_text(scopes)}, true)"
        )

    async def get_connection(self) -> Connection:
        """One of the pool's. Raises TimeoutError when none comes free in time: nobody waits in an endless queue."""
        try:
            if self.engine.pool:
                return await self.engine.pool.acquire(timeout=engine.wait)
            return await self.engine.get_new_connection()
        except PostgresError as error:
            raise Unreachable(state_of(error)) from error

    async def __aenter__(self) -> UnitOfWork:
        self.connection = await self.get_connection()
        try:
            if getattr(self.connection.get_settings(), "in_hot_standby", "off") == "on":  # the server tells by itself
                raise NotPrimary
            await self.connection.execute(self._opening, timeout=engine.prompt)  # one round trip, the last
        except BaseException as error:
            moved = NotPrimary() if state_of(error) in TAKES_NO_WRITES else None
            with contextlib.suppress(Exception):  # above all, a cancellation stays one
                await asyncio.shield(self._undo(moved or error))
            if moved:
                raise moved from error
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Literal[False]:
        self.engine.current_transaction.reset(self.context)
        if kind is None:
            await asyncio.shield(self._end("COMMIT"))
            return False
        # What reads alone and still writes is a mistake of ours; what may write was refused by the server.
        moved = NotPrimary() if self._writes and state_of(error) == "25006" else None
        with contextlib.suppress(Exception):  # what went wrong first is what is told
            await asyncio.shield(self._undo(moved or error))
        if moved:
            raise moved from error
        return False

    async def _undo(self, error: BaseException) -> None:
        """Roll back, or throw away a connection that is of no more use, which does the same."""
        if is_lost(error):
            await self._throw_away()
        await self._end("ROLLBACK")

    async def _end(self, word: str) -> None:
        """End it and give the connection back in one piece, so that a cancellation cannot come between."""
        try:
            async with asyncio.timeout(None if word == "COMMIT" else UNDONE_WITHIN):
                ended = await self.connection.execute(word)
            if ended != word:  # an aborted transaction answers COMMIT with ROLLBACK
                raise TransactionError("nothing was saved: an error inside was caught")
        except Exception as error:
            if is_lost(error):
                await self._throw_away()
                if word == "COMMIT":
                    raise CommitUnknown from error
            raise
        finally:
            with contextlib.suppress(Exception):  # one that breaks on its way back is replaced; what it did is done
                await self._give_back()

    async def _throw_away(self) -> None:
        """Close the connection at once, and let the pool replace all others: they lead to the same host."""
        if self.engine.pool:
            await self.engine.pool.expire_connections()
        with contextlib.suppress(Exception):  # it may be closed already
            self.connection.terminate()

    async def _give_back(self) -> None:
        if self.engine.pool and isinstance(self.connection, PoolConnectionProxy):
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()

    async def commit(self) -> None:
        raise TransactionError("the unit of work commits, nobody else")

    rollback = commit


def _scope_text(scopes: Iterable[Scope]) -> str:
    """An SQL expression for the communities in scope; only whole numbers ever reach the text."""
    numbers: list[int] = []
    for scope in scopes:
        if isinstance(scope, _Everywhere):
            return "(SELECT '{' || coalesce(string_agg(id::text, ','), '') || '}' FROM community)"
        numbers += [scope] if isinstance(scope, int) else list(scope.communities)
    return "'{" + ",".join(str(int(number)) for number in numbers) + "}'"


def unit_of_work(*scopes: Scope, isolation: str = "READ COMMITTED", read_only: bool = False) -> UnitOfWork:
    """A transaction that sees and writes only the communities of its scopes (principals, numbers or EVERYWHERE)."""
    return UnitOfWork(scopes, isolation=isolation, read_only=read_only)


async def widen_scope(community: int) -> None:
    """Let the running unit of work also see a community, for the import that has just created it."""
    await fetch(
        "SELECT set_config('app.communities', "
        "(nullif(current_setting('app.communities', true), '')::int[] || $1::int)::text, true)",
        community,
    )


def reading(query: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """A screen query: joins the running unit of work, or opens a read-only one in the scope of its first argument."""

    @functools.wraps(query)
    async def read(*args: P.args, **kwargs: P.kwargs) -> R:
        if engine.transaction_exists():
            return await query(*args, **kwargs)
        async with unit_of_work(args[0], isolation="REPEATABLE READ", read_only=True):  # type: ignore[arg-type]
            return await query(*args, **kwargs)

    return read


def retrying(action: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run the whole action again when the database asks for it: a `with` block cannot repeat itself."""

    @functools.wraps(action)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for tries in (2, 1, 0):
            try:
                return await action(*args, **kwargs)
            except PostgresError as error:
                if error.sqlstate not in ("40001", "40P01") or not tries or engine.transaction_exists():
                    raise
                await asyncio.sleep(0.02 * (3 - tries))
        raise AssertionError("unreachable")

    return run


def running() -> UnitOfWork:
    """The running unit of work. Raises TransactionError outside of one."""
    get = engine.current_transaction.get()
    if not isinstance(get, UnitOfWork):
        raise TransactionError("this needs a unit of work")
    return get


def connection() -> Connection:
    """Its connection. Raises TransactionError outside of one."""
    return running().connection


async def fetch(sql: str, *values: Any) -> list[asyncpg.Record]:
    """Rows of a statement with $1, $2 … in the caller's transaction."""
    work = running()
    return await work.connection.fetch(sql, *values, timeout=work.patience)


async def fetch_one(sql: str, *values: Any) -> asyncpg.Record | None:
    """The first row, or None."""
    work = running()
    return await work.connection.fetchrow(sql, *values, timeout=work.patience)


async def fetch_value(sql: str, *values: Any) -> Any:
    """The first value of the first row, or None."""
    work = running()
    return await work.connection.fetchval(sql, *values, timeout=work.patience)


async def advisory_lock(key: str) -> None:
    """Wait until no other transaction holds this key; let go at the end of the transaction."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


# --- how columns are declared (rule 12)


def ref(table: type[Table] | str, *, null: bool = False, **options: Any) -> ForeignKey[Any]:
    """A foreign key that is required, indexed and never cascades; between rows of an estate, with the estate in it."""
    options = {"index": True} | options
    return ForeignKey(
        table, null=null, default=None, on_delete=OnDelete.restrict, on_update=OnUpdate.no_action, **options
    )


def fen(*, null: bool = False) -> BigInt:
    """A sum in fen, without a default: a forgotten sum is refused."""
    return BigInt(null=null, default=None, help_text="fen")


def text(*, null: bool = False, **options: Any) -> Text:
    """Text of any length, without a default."""
    return Text(null=null, default=None, **options)


def day(*, null: bool = False, **options: Any) -> Date:
    """A business date, without a default."""
    return Date(null=null, default=None, **options)


def one_of(column: str, states: type[StrEnum]) -> Check:
    """A CHECK that a column holds one of the enum's values."""
    return Check(f'"{column}" IN ({", ".join(f"{chr(39)}{s.value}{chr(39)}" for s in states)})')


def columns(*chosen: Column) -> list[Column | str]:
    """A list of columns, for Unique constraints."""
    return list(chosen)

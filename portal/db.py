"""The only way to the database: one engine, pointed at one role; one unit of work with its scope."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

import asyncpg
from asyncpg import InterfaceError, InternalClientError, PostgresError
from piccolo.columns import BigInt, Column, Date, ForeignKey, OnDelete, OnUpdate, Text
from piccolo.constraints import Check
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.table import Table

P = ParamSpec("P")
R = TypeVar("R")


class CommitUnknown(Exception):
    """The connection broke while committing: look whether the work is there before doing it again."""


class Engine(PostgresEngine):
    """Piccolo asks the server its version while it is imported; ours stays silent until it is opened."""

    wait: float | None = None

    async def check_version(self) -> None: ...

    async def prep_database(self) -> None: ...

    def point_at(self, **config: Any) -> None:
        """Name the server, database and role this process works with."""
        self.config = config

    async def open(self, *, wait: float | None = None, **pool: Any) -> None:
        """Open the pool; `wait` is how many seconds a unit of work waits for a connection, the rest is asyncpg's."""
        self.wait = wait
        await self.start_connection_pool(reset=_nothing_to_reset, **pool)

    async def close(self) -> None:
        """Close the pool."""
        await self.close_connection_pool()


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """A unit of work sets everything LOCAL, and asyncpg has ended an open transaction before it asks us."""


engine = Engine({})


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

    __slots__ = ("_opening",)

    def __init__(self, scopes: Iterable[Scope], *, isolation: str = "READ COMMITTED", read_only: bool = False) -> None:
        super().__init__(engine, allow_nested=False)
        self._opening = (
            f"BEGIN ISOLATION LEVEL {isolation} {'READ ONLY' if read_only else 'READ WRITE'};"
            f"SELECT set_config('app.communities', {_scope_text(scopes)}, true)"
        )

    async def get_connection(self) -> asyncpg.Connection:
        """One of the pool's. Raises TimeoutError when none comes free in time: nobody waits in an endless queue."""
        if self.engine.pool:
            return await self.engine.pool.acquire(timeout=engine.wait)
        return await self.engine.get_new_connection()

    async def __aenter__(self) -> UnitOfWork:
        self.connection = await self.get_connection()
        try:
            await self.connection.execute(self._opening)  # one round trip; nothing is awaited after it
        except BaseException:
            with contextlib.suppress(Exception):  # above all, a cancellation stays one
                await asyncio.shield(self._end("ROLLBACK"))
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> Literal[False]:
        self.engine.current_transaction.reset(self.context)
        if kind is None:
            await asyncio.shield(self._end("COMMIT"))
        else:
            with contextlib.suppress(Exception):  # what went wrong first is what is told
                await asyncio.shield(self._end("ROLLBACK"))
        return False

    async def _end(self, word: str) -> None:
        """End it and give the connection back in one piece, so that a cancellation cannot come between."""
        try:
            if await self.connection.execute(word) != word:  # an aborted transaction answers COMMIT with ROLLBACK
                raise TransactionError("nothing was saved: an error inside was caught")
        except (OSError, InterfaceError, InternalClientError, PostgresError) as lost:
            code = getattr(lost, "sqlstate", None)
            if word == "COMMIT" and (code is None or code[:2] in ("08", "57")):
                raise CommitUnknown from lost
            raise
        finally:
            with contextlib.suppress(Exception):  # one that breaks on its way back is replaced; what it did is done
                await self._give_back()

    async def _give_back(self) -> None:
        if self.engine.pool:
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
        for left in (2, 1, 0):
            try:
                return await action(*args, **kwargs)
            except PostgresError as error:
                if error.sqlstate not in ("40001", "40P01") or not left or engine.transaction_exists():
                    raise
                await asyncio.sleep(0.02 * (3 - left))
        raise AssertionError("unreachable")

    return run


def connection() -> asyncpg.Connection:
    """The running unit of work's connection. Raises TransactionError outside of one."""
    running = engine.current_transaction.get()
    if running is None:
        raise TransactionError("this needs a unit of work")
    return running.connection


async def fetch(sql: str, *values: Any) -> list[asyncpg.Record]:
    """Rows of a statement with $1, $2 … in the running unit of work."""
    return await connection().fetch(sql, *values)


async def fetch_one(sql: str, *values: Any) -> asyncpg.Record | None:
    """The first row, or None."""
    return await connection().fetchrow(sql, *values)


async def fetch_value(sql: str, *values: Any) -> Any:
    """The first value of the first row, or None."""
    return await connection().fetchval(sql, *values)


async def advisory_lock(key: str) -> None:
    """Wait until no other transaction holds this key; let go at the end of the transaction."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


async def by_index() -> None:
    """Look rows up by index until the running unit of work ends, however small their tables seem.

    Keys are checked by plans that a connection keeps: one made while a table held a few rows reads all of it for
    every row that is written later, until statistics are taken.
    """
    await fetch("SELECT set_config('enable_seqscan', 'off', true)")


async def patiently() -> None:
    """Let each statement of the running unit of work take half a minute: figures over years of a large estate."""
    await fetch("SELECT set_config('statement_timeout', '30s', true)")


@contextlib.asynccontextmanager
async def planned_afresh() -> AsyncIterator[None]:
    """Plan the statements inside for what the tables hold by now.

    A connection keeps the plan of a statement that it was asked often: one made while the tables were empty takes the
    index of the community, and so reads all that was written since. Not for writing: each key would be planned anew.
    """
    await fetch("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
    yield  # after an error the transaction ends, and with it the setting
    await fetch("SELECT set_config('plan_cache_mode', 'auto', true)")


@contextlib.asynccontextmanager
async def alone(key: str) -> AsyncIterator[None]:
    """Work of several transactions that nobody else does at the same time; a killed process lets go of its key."""
    assert engine.pool
    async with engine.pool.acquire() as held:
        await held.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", key)
        try:
            yield
        finally:
            await held.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)


# --- how columns are declared (rule 12)


def ref(table: type[Table] | str, *, null: bool = False, **options: Any) -> ForeignKey:
    """A foreign key that is required, indexed and never cascades."""
    return ForeignKey(
        table, null=null, default=None, on_delete=OnDelete.restrict, on_update=OnUpdate.no_action, index=True, **options
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


def columns(*found: Column) -> list[Column | str]:
    """A list of columns, for Unique constraints."""
    return list(found)

"""The connection pool: finds the host that takes writes, holds session locks, and notices an outage."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import asyncpg
from asyncpg import InterfaceError, InternalClientError
from asyncpg.pool import PoolConnectionProxy
from piccolo.engine.postgres import PostgresEngine

HEAD_START = 0.3  # seconds that a host has for itself before the next one is asked as well
# Seconds, and a count: a peer that vanished without a word is known to be gone after 25 s.
KEEPALIVES: Mapping[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
OPTIONS = {
    "keepalives_idle": "TCP_KEEPIDLE",
    "keepalives_interval": "TCP_KEEPINTVL",
    "keepalives_count": "TCP_KEEPCNT",
    "tcp_user_timeout": "TCP_USER_TIMEOUT",
}
Connection = asyncpg.Connection | PoolConnectionProxy  # a pool hands its own out


class Engine(PostgresEngine):
    """Piccolo asks the server its version while it is imported; ours stays silent until it is opened."""

    wait: float | None = None
    prompt: float | None = None

    async def check_version(self) -> None: ...

    async def prep_database(self) -> None: ...

    def point_at(self, **config: Any) -> None:
        """Name the server, database and role this process works with."""
        self.config = config

    async def open(self, *, wait: float | None = None, prompt: float | None = None, **pool: Any) -> None:
        """Open the pool; the rest is asyncpg's.

        `wait` is how many seconds a unit of work waits for a connection, `prompt` how many until the server must have
        answered its BEGIN: there is nothing in it that takes time.
        """
        self.wait, self.prompt = wait, prompt
        await self.start_connection_pool(connect=connect, reset=_nothing_to_reset, **pool)

    async def close(self) -> None:
        """Close the pool."""
        await self.close_connection_pool()

    async def get_new_connection(self) -> asyncpg.Connection:
        """One that is not the pool's."""
        return await connect(**self.config)


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """A unit of work sets everything LOCAL, and asyncpg has ended an open transaction before it asks us."""


async def connect(dsn: str | None = None, **config: Any) -> asyncpg.Connection:
    """What asyncpg.connect does, with each of several hosts asked within `timeout` of its own.

    asyncpg asks one after the other within one time-out: a first host that is silent would use it up. Here the next
    one is asked when the one before has refused, or has not answered at once. Raises what tells most.
    """
    host, port = config.get("host"), config.get("port")
    if not isinstance(host, list):
        return await asyncpg.connect(dsn, **config)
    places = zip(host, port if isinstance(port, list) else [port] * len(host), strict=True)
    return await _first([{**config, "dsn": dsn, "host": one, "port": at} for one, at in places])


async def _first(places: Sequence[Mapping[str, Any]]) -> asyncpg.Connection:
    """The first connection that comes about; those that are late are closed."""
    asked: list[asyncio.Task[asyncpg.Connection]] = []
    result = None
    try:
        for place in places:
            asked.append(asyncio.create_task(asyncpg.connect(**place)))
            result = await _any(asked, HEAD_START if len(asked) < len(places) else None)
            if result:
                return result.result()
        raise max((error for task in asked if (error := task.exception())), key=_tells)
    finally:
        for task in asked:
            if task is not result:
                task.add_done_callback(_close)
                task.cancel()


def _close(late: asyncio.Task[asyncpg.Connection]) -> None:
    if not late.cancelled() and not late.exception():
        late.result().terminate()


async def _any(
    asked: Sequence[asyncio.Task[asyncpg.Connection]], patience: float | None
) -> asyncio.Task[asyncpg.Connection] | None:
    """The first of the tasks that went well, if one does before all have failed or patience (seconds) is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while True:
                if good := next((one for one in asked if one.done() and not one.exception()), None):
                    return good
                if not (open_ones := [one for one in asked if not one.done()]):
                    return None
                await asyncio.wait(open_ones, return_when=asyncio.FIRST_COMPLETED)
    return None


def _tells(error: BaseException) -> int:
    """How much an error tells of why nobody could be reached: a server's answer most, a standby least."""
    if isinstance(error, asyncpg.PostgresError):
        return 2
    return 0 if isinstance(error, asyncpg.TargetServerAttributeNotMatched) else 1


def kept_alive(**how: int) -> type[asyncpg.Connection]:
    """A kind of connection that notices when its server vanished; libpq's words, in seconds and milliseconds."""

    class Alive(asyncpg.Connection):
        def __init__(self, protocol: Any, transport: Any, *rest: Any) -> None:
            super().__init__(protocol, transport, *rest)
            keep_alive(transport.get_extra_info("socket"), how)

    return Alive


def keep_alive(wire: socket.socket, how: Mapping[str, int]) -> None:
    """Have the system ask the other end for signs of life, as KEEPALIVES says unless `how` says otherwise."""
    if wire.family == socket.AF_UNIX:
        return
    chosen = {**KEEPALIVES, **how}
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, chosen["keepalives"])
    for name, option in OPTIONS.items():
        if chosen.get(name) and hasattr(socket, option):  # not every system knows them all
            wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), chosen[name])


engine = Engine({})


@contextlib.asynccontextmanager
async def alone(key: str) -> AsyncIterator[None]:
    """Work of several transactions that nobody else does at the same time. Raises ConnectionError when the key is lost.

    The key is held by a connection of its own and goes with it, so it is never left behind: a killed process lets go
    at once, a machine that vanished when the server misses it. Whoever lost the key stops: somebody else may have it.
    """
    held = await engine.get_new_connection()
    work = asyncio.timeout(None)

    def lost(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the work is over already
            work.reschedule(0)  # long ago

    try:
        await held.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", key)
        async with work:
            held.add_termination_listener(lost)
            try:
                yield
            finally:
                held.remove_termination_listener(lost)
    except TimeoutError as late:
        if work.expired():
            raise ConnectionError("the connection that held the key was lost") from late
        raise
    finally:
        held.terminate()


# What ends a connection, or has ended it: its loss, a server that stops or starts, a transaction that stood still.
LOST = ("08", "57P", "25P03", "25P04")
# What passes while the connection lives on: conflicts, no room, a lock not come free, no time left, the disk.
BUSY = ("40", "53", "55P03", "57014", "58")
TAKES_NO_WRITES = ("0A000", "25006")  # how a standby answers BEGIN READ WRITE, and what writes without it


class CommitUnknown(Exception):
    """The connection broke while committing: look whether the work is there before doing it again."""


class Unreachable(ConnectionError):
    """No connection came about, for whatever reason the server gave: what was asked for has no part in it."""


class NotPrimary(ConnectionError):
    """The server that was reached is a standby: it takes no writes, and what it shows may be old."""


def state_of(error: BaseException | None) -> str:
    """The SQLSTATE of an error; empty if it is none of PostgreSQL's."""
    return getattr(error, "sqlstate", None) or ""


def is_lost(error: BaseException | None) -> bool:
    """Whether the connection that said this is of no more use, and a COMMIT that ended so may have been done."""
    if state := state_of(error):
        return state.startswith(LOST)
    # A missing socket has no file name, a missing file has one.
    if isinstance(error, OSError):
        return error.filename is None
    return isinstance(error, InterfaceError | InternalClientError)


def is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room, PostgreSQL's or ours; looks through causes and what an error came upon."""
    if error is None:
        return False
    if state_of(error) == "53100" or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return True
    return is_full(error.__cause__) or is_full(error.__context__)


def is_down(error: BaseException | None) -> bool:
    """Whether the database could not be had, and nothing was wrong with what was asked; looks through causes."""
    if error is None:
        return False
    if isinstance(error, CommitUnknown) or is_lost(error) or state_of(error).startswith(BUSY):
        return True
    if isinstance(error, BaseExceptionGroup):
        return any(is_down(part) for part in error.exceptions)
    return is_down(error.__cause__)

"""How PostgreSQL is reached: one engine with its pool, and connections to whichever of several hosts takes writes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
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
    found = None
    try:
        for place in places:
            asked.append(asyncio.create_task(asyncpg.connect(**place)))
            found = await _any(asked, HEAD_START if len(asked) < len(places) else None)
            if found:
                return found.result()
        raise max((error for task in asked if (error := task.exception())), key=_tells)
    finally:
        for task in asked:
            if task is not found:
                task.add_done_callback(_close)
                task.cancel()


def _close(late: asyncio.Task[asyncpg.Connection]) -> None:
    if not late.cancelled() and not late.exception():
        late.result().terminate()


async def _any(asked: Sequence[asyncio.Task[Any]], patience: float | None) -> asyncio.Task[Any] | None:
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

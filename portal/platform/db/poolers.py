"""Whether an address leads to PostgreSQL itself: asked at every start, as a pooler lets two in where one may be."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from portal.kit import clock
from portal.platform.db.address import CONNECTS_WITHIN
from portal.platform.db.engine import connect
from portal.platform.db.logins import LIMITS, Database, RoleName
from portal.platform.db.outage import is_down, state_of
from portal.platform.process.settings import Unusable

log = logging.getLogger("portal.reaching")

ROUNDS = 5  # a pooler that happens to give everybody their own session once will not do so five times
CLOCKS_MAY_DIFFER = 30  # seconds
POOLER = (
    "leads to a connection pooler that gives one session of PostgreSQL to several of ours; the portal needs PostgreSQL"
    " itself, or a pooler in session mode that passes its settings on: docs/database.md"
)
UNSETTLED = "leads to a connection pooler that does not pass on the portal's settings ({}): docs/database.md"


async def reach(database: Database, role: RoleName) -> None:
    """Connect as a role and see that it is what the portal needs. Raises Unusable, in one sentence, when it is not."""
    try:
        await assert_direct(database, role)
    except Exception as error:
        if not is_down(error) and not state_of(error):
            raise
        raise Unusable(f"{_called(database, role)} leads to no database: {reason(error)}") from None


async def assert_direct(database: Database, role: RoleName) -> None:
    """See that no pooler is between. Raises Unusable for one, and what asyncpg raises when nobody is reached."""
    config = database.config(role)
    if role == "admin":  # setup makes the other
        config["database"] = "postgres"
    try:
        await _look(config, role)
    except _Pooled as why:
        raise Unusable(f"{_called(database, role)} {why}") from None


def clock_off(theirs: datetime) -> int:
    """Whole seconds by which the database's clock is ahead of this machine's; the log says so when they matter."""
    ahead = round((theirs - clock.real_now()).total_seconds())
    if abs(ahead) > CLOCKS_MAY_DIFFER:
        log.warning("the database's clock is %+d s off this machine's: codes, webhooks and jobs go by both", ahead)
    return ahead


class _Pooled(Exception):
    pass


def _called(database: Database, role: RoleName) -> str:
    return "the embedded server" if database.embedded else database.variable(role)


def reason(error: BaseException) -> str:
    """Why there is no connection, in a few words that quote no secret."""
    match error:
        case asyncpg.TargetServerAttributeNotMatched():
            return "no server that was reached takes writes (a standby, or read-only)"
        case asyncpg.PostgresError():
            return str(error)
        case TimeoutError():
            return f"nobody answered in time ({CONNECTS_WITHIN} s unless connect_timeout says otherwise)"
        case ssl.SSLError():
            return f"no secure connection ({error})"
        case socket.gaierror():
            return "there is no host of this name"
        case asyncpg.InterfaceError():
            return str(error).partition("\n")[0]  # a hint follows
    return f"nobody listens there ({error.__class__.__name__})"


async def _look(config: Mapping[str, Any], role: RoleName) -> None:
    """PostgreSQL itself, asked for the number of its process, says the one that it gave at the beginning."""
    try:
        async with _connected(config) as one:
            clock_off(await one.fetchval("SELECT clock_timestamp()"))
            if await one.fetchval("SELECT pg_backend_pid()") == one.get_server_pid():
                return
            async with _connected(config) as other:
                await _assert_own_sessions(one, other)
            await _assert_settled(one, role)
    except (
        asyncpg.ProtocolViolationError
    ) as refused:  # "unsupported startup parameter", "transaction blocks not allowed"
        raise _Pooled(POOLER) from refused
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError) as mixed_up:
        raise _Pooled(POOLER) from mixed_up


async def _assert_own_sessions(one: asyncpg.Connection, other: asyncpg.Connection) -> None:
    """What one sets for its session must stay with it, whatever the other does meanwhile. Raises _Pooled."""
    for number in range(ROUNDS):
        await one.execute("SELECT set_config('portal.mark', $1, false)", str(number))
        if await _mark(other):
            raise _Pooled(POOLER)
        async with other.transaction():  # keeps a session of the pooler's busy, most likely the one with the mark
            await other.execute("SELECT 1")
            if await _mark(one) != str(number):
                raise _Pooled(POOLER)


async def _mark(connection: asyncpg.Connection) -> str:
    return await connection.fetchval("SELECT coalesce(current_setting('portal.mark', true), '')")


async def _assert_settled(connection: asyncpg.Connection, role: RoleName) -> None:
    wanted = {} if role == "admin" else {"role": role, **LIMITS.get(role, {})}
    for name, value in wanted.items():
        if await connection.fetchval("SELECT current_setting($1)", name) != value:
            raise _Pooled(UNSETTLED.format(name))


@asynccontextmanager
async def _connected(config: Mapping[str, Any]) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(**config)
    try:
        yield connection
    finally:
        connection.terminate()

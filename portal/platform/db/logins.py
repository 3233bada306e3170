"""Which PostgreSQL to use and as which role: the embedded one, or the addresses in the settings.

Three addresses are a wall: the app's login cannot become the owner. One address for everything also works; then each
connection only *takes* its role, which keeps programs honest but does not stop someone who can write SQL. Each address
must lead to PostgreSQL itself; a pooler in between is found at every start, since it lets two in where one may be.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

import asyncpg

from portal.kit import clock
from portal.platform.db.address import CONNECTS_WITHIN, NAME, parts
from portal.platform.db.engine import connect, is_down, state_of
from portal.platform.process.embedded import Embedded
from portal.platform.process.settings import Settings, Unusable

RoleName = Literal["admin", "portal_owner", "portal_app", "portal_worker"]
# Who waits in front of a screen gets an answer soon, and no lost connection holds its locks for long. The worker and
# the commands may think for minutes between two statements of an import, and put a whole estate's bills side by side:
# with the 4 MB that are usual, a hundred thousand homes are sorted on the disk.
LIMITS: Mapping[RoleName, Mapping[str, str]] = {
    "portal_app": {"statement_timeout": "4s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "15s"},
    "portal_worker": {"idle_in_transaction_session_timeout": "5min", "work_mem": "64MB"},
}
# The server lets go of the locks of a machine that vanished: after 25 s of silence, or of not taking what it is sent.
MISSED: Mapping[str, str] = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
    "client_connection_check_interval": "5s",  # also while it works on something
}
VARIABLES: Mapping[RoleName, str] = {"portal_app": "DATABASE_URL", "portal_worker": "DATABASE_WORKER_URL"}


class Database:
    """A running server; `config(role)` is what asyncpg needs to connect to it in that role."""

    def __init__(self, settings: Settings, *, embedded_settings: tuple[str, ...] = ()) -> None:
        """Raises Unusable for an address that cannot be read."""
        self.settings = settings
        given = {
            "DATABASE_URL": settings.database_url,
            "DATABASE_WORKER_URL": settings.worker_url,
            "DATABASE_ADMIN_URL": settings.admin_url,
        }
        self.addresses = {name: parts(url, name) for name, url in given.items() if url}
        self.embedded = None if settings.database_url else Embedded(settings.data, *embedded_settings)
        self.host = self._started() if self.embedded else ""

    def _started(self) -> str:
        """The folder of the embedded server's socket. Whoever is interrupted meanwhile leaves no server behind."""
        assert self.embedded
        try:
            return self.embedded.start()
        except BaseException:
            self.embedded.stop_if_last()
            raise

    def variable(self, role: RoleName) -> str:
        """The setting whose address serves a role."""
        known = (VARIABLES.get(role, ""), "DATABASE_ADMIN_URL", "DATABASE_URL")
        return next(name for name in known if name in self.addresses)

    def config(self, role: RoleName) -> dict[str, Any]:
        """What asyncpg is to be told for a role: where, who, which database, and the settings of its sessions."""
        limits = dict(LIMITS.get(role, {}))
        if self.embedded:
            user = "postgres" if role == "admin" else role
            where = {"host": self.host, "user": user, "database": NAME, "timeout": CONNECTS_WITHIN}
            return {**where, "server_settings": limits}
        config = dict(self.addresses[self.variable(role)])
        own = {} if role == "admin" else {"role": role}  # whoever logs in: with exactly the rights of the role
        config["server_settings"] = {**config.get("server_settings", {}), **MISSED, **own, **limits}
        return config

    def logins(self) -> dict[str, dict[str, Any]]:
        """The login that each role has an address of its own for; none when one address serves for all."""
        if self.embedded or "DATABASE_ADMIN_URL" not in self.addresses:
            return {}
        given = {"portal_app": self.settings.database_url, "portal_worker": self.settings.worker_url}
        own = {role: VARIABLES[role] for role, url in given.items() if url and url != self.settings.admin_url}  # type: ignore[index]
        known = {role: self.addresses[name] for role, name in own.items()}
        return {role: login for role, login in known.items() if "user" in login}  # else PGUSER or a service says who

    def answers(self) -> bool:
        """Whether the embedded server takes connections; a server by address looks after itself."""
        return self.embedded is None or self.embedded.answers()

    def start_again(self) -> None:
        """Start the embedded server unless it answers; if it does not start, the next caller tries again."""
        if self.embedded:
            with contextlib.suppress(SystemExit):
                self.embedded.start()

    def stop(self) -> None:
        """Stop the embedded server if nobody else uses it."""
        if self.embedded:
            self.embedded.stop_if_last()


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
    mark: str = await connection.fetchval("SELECT coalesce(current_setting('portal.mark', true), '')")
    return mark


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

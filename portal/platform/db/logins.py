"""Which PostgreSQL to talk to, as which role: the embedded one, or the addresses in the settings.

Three addresses are a wall: the app's login cannot become the owner. One address for everything also works; then each
connection only *takes* its role, which keeps programs honest but does not stop someone who can write SQL.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Literal

from portal.platform.db.address import CONNECTS_WITHIN, NAME, parts
from portal.platform.process.embedded import Embedded
from portal.platform.process.settings import Settings

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
        """Start the embedded server unless it answers; one that does not start is tried again by whoever asks again."""
        if self.embedded:
            with contextlib.suppress(SystemExit):
                self.embedded.start()

    def stop(self) -> None:
        """Stop the embedded server if nobody else uses it."""
        if self.embedded:
            self.embedded.stop_if_last()

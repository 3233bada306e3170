"""Which PostgreSQL to talk to, as which role: the embedded one, or the addresses in the settings.

Three addresses are a wall: the app's login cannot become the owner. One address for everything also works; then each
connection only *takes* its role, which keeps programs honest but does not stop someone who can write SQL.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from portal.embedded import Embedded
from portal.settings import Settings

RoleName = Literal["admin", "portal_owner", "portal_app", "portal_worker"]
NAME = "portal"
# Who waits in front of a screen gets an answer soon, and no lost connection holds its locks for long. The worker and
# the commands may think for minutes between two statements of an import, and put a whole estate's bills side by side:
# with the 4 MB that are usual, a hundred thousand homes are sorted on the disk.
LIMITS: Mapping[RoleName, Mapping[str, str]] = {
    "portal_app": {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "15s"},
    "portal_worker": {"idle_in_transaction_session_timeout": "5min", "work_mem": "64MB"},
}


class Database:
    """A running server; `config(role)` is what asyncpg needs to connect to it in that role."""

    def __init__(self, settings: Settings, *, embedded_settings: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.embedded = None if settings.database_url else Embedded(settings.data, *embedded_settings)
        self.host = self.embedded.start() if self.embedded else ""

    def config(self, role: RoleName) -> dict[str, Any]:
        """Host, user, password, database and server settings for a role."""
        limits = dict(LIMITS.get(role, {}))
        if self.embedded:
            user = "postgres" if role == "admin" else role
            return {"host": self.host, "user": user, "database": NAME, "server_settings": limits}
        settings = self.settings
        own = {"portal_app": settings.database_url, "portal_worker": settings.worker_url}.get(role)
        config = parts(own or settings.admin_url or settings.database_url or "")
        if role != "admin":  # whoever logs in: with exactly the rights of the role
            config["server_settings"] = {"role": role, **limits}
        return config

    def logins(self) -> dict[str, dict[str, Any]]:
        """The login that each role has an address of its own for; none when one address serves for all."""
        if self.embedded or not self.settings.admin_url:
            return {}
        own = {"portal_app": self.settings.database_url, "portal_worker": self.settings.worker_url}
        return {role: parts(url) for role, url in own.items() if url and url != self.settings.admin_url}

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


def parts(url: str) -> dict[str, Any]:
    """What an address says, in asyncpg's words; of its options `host` (a socket's folder) and `sslmode`."""
    found = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(found.query).items()}
    said = {
        "host": found.hostname or options.get("host"),
        "port": found.port or 5432,
        "user": unquote(found.username) if found.username else None,
        "password": unquote(found.password) if found.password else None,
        "database": unquote(found.path.lstrip("/")) or NAME,
        "ssl": options.get("sslmode"),
    }
    return {name: value for name, value in said.items() if value is not None}

"""Which PostgreSQL to talk to, as which role: the embedded one, or the addresses in the settings."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from portal.embedded import Embedded
from portal.settings import Settings

RoleName = Literal["admin", "portal_owner", "portal_app", "portal_worker"]
NAME = "portal"


class Database:
    """A running server; `config(role)` is what asyncpg needs to connect to it in that role."""

    def __init__(self, settings: Settings, *, embedded_settings: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.embedded = None if settings.database_url else Embedded(settings.data, *embedded_settings)
        self.host = self.embedded.start() if self.embedded else ""

    def config(self, role: RoleName) -> dict[str, Any]:
        """Host, user, password, database and server settings for a role."""
        if self.embedded:
            user = "postgres" if role == "admin" else role
            return {"host": self.host, "user": user, "database": NAME}
        own = {
            "admin": self.settings.admin_url,
            "portal_owner": None,
            "portal_app": self.settings.database_url,
            "portal_worker": self.settings.worker_url,
        }[role]
        url = own or self.settings.admin_url or self.settings.database_url or ""
        config = _parts(url)
        # One login for several roles is no wall, but every role still works with its own rights only.
        if role != "admin" and (not own or own == self.settings.admin_url or not self.settings.admin_url):
            config["server_settings"] = {"role": role}
        return config

    def stop(self) -> None:
        """Stop the embedded server if nobody else uses it."""
        if self.embedded:
            self.embedded.stop_if_last()


def _parts(url: str) -> dict[str, Any]:
    found = urlsplit(url)
    parts = {
        "host": found.hostname,
        "port": found.port or 5432,
        "user": unquote(found.username) if found.username else None,
        "password": unquote(found.password) if found.password else None,
        "database": found.path.lstrip("/") or NAME,
    }
    return {name: value for name, value in parts.items() if value is not None}

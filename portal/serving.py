"""The application as the web server starts it: settings from the environment, its pool opened and closed with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from portal import db
from portal.app import create_app
from portal.database import Database
from portal.kit import clock, discreet
from portal.settings import load, ready_to_serve

POOL = {"min_size": 2, "max_size": 10, "timeout": 5, "command_timeout": 20}


def make_app() -> Litestar:
    """For granian: the portal of this environment. Raises Unusable."""
    discreet.set_up()
    settings = ready_to_serve(load())
    if settings.starts_at:
        clock.start_at(settings.starts_at)

    @asynccontextmanager
    async def with_database(app: Litestar) -> AsyncIterator[None]:
        database = Database(settings)
        db.engine.point_at(**database.config("portal_app"))
        await db.engine.open(**POOL)
        try:
            yield
        finally:
            await db.engine.close()
            database.stop()

    return create_app(settings, lifespan=[with_database])


def serve(port: int, workers: int = 1, address: str = "127.0.0.1") -> None:
    """Serve until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "portal.serving:make_app",
        address=address,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        factory=True,
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]
        backpressure=64,
    ).serve()

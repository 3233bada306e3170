"""The application as the web server starts it: settings from the environment, its pool opened and closed with it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from portal import db
from portal.app import create_app
from portal.database import Database
from portal.kit import clock, discreet
from portal.notices.sms import client
from portal.settings import load, ready_to_serve

# Seconds: for a connection of the pool, for a new one to the server, and for an answer where the server's own limit
# of 5 does not reach us. Then 503, so that Stripe asks again and a person is told.
POOL = {"min_size": 2, "max_size": 10, "wait": 5, "timeout": 5, "command_timeout": 8}


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
        watch = asyncio.create_task(_end_with(os.getppid()))
        try:
            yield
        finally:
            watch.cancel()
            await db.engine.close()
            database.stop()

    if settings.sms_key_id:
        client()  # so that nobody waits for it when the first code is sent
    return create_app(settings, lifespan=[with_database])


async def _end_with(parent: int) -> None:
    """End when the process that started this one was killed: as an orphan it would share the port for ever."""
    while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


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
        respawn_failed_workers=True,
    ).serve()

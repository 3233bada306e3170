"""The application for the web server: settings from the environment, and a pool for its lifetime."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.types import ASGIApp

from portal import VERSION
from portal.kit import clock
from portal.overview.health.queries import in_short
from portal.people.channels.sms import client
from portal.platform.db.engine import engine, is_down, state_of
from portal.platform.db.logins import Database
from portal.platform.process import log_lines as discreet
from portal.platform.process.settings import load, ready_to_serve, refuse_taken
from portal.run.app import create_app
from portal.web.request.access_log import Access

log = logging.getLogger("portal.web")

# Seconds: for a connection of the pool, for the first word of a transaction, and for an answer where the server's own
# limit of 4 does not reach us. Then 503: whatever stands still, Stripe and people are told within 5.
POOL = {"min_size": 2, "max_size": 10, "wait": 3.5, "prompt": 2, "command_timeout": 4.3}


def make_app() -> ASGIApp:
    """For granian: the portal of this environment. Raises Unusable."""
    settings = ready_to_serve(load())
    discreet.set_up(settings.log)
    if settings.starts_at:
        clock.start_at(settings.starts_at)

    @asynccontextmanager
    async def with_database(app: Litestar) -> AsyncIterator[None]:
        database = Database(settings)
        engine.point_at(**database.config("portal_app"))
        await _open()
        watch = asyncio.create_task(_end_with(os.getppid()))
        stands = await in_short(settings, "database", "migrations", "worker")
        log.info("portal web %s is ready, process %d: %s", VERSION, os.getpid(), stands)
        try:
            yield
        finally:
            watch.cancel()
            await engine.close()
            database.stop()

    if settings.sms_key_id:
        client()  # so that nobody waits for it when the first code is sent
    return Access(create_app(settings, lifespan=[with_database]))


async def _open() -> None:
    """Open the pool; when this process takes the place of one that ended in an outage, it says so to whoever asks."""
    try:
        await engine.open(**POOL)
    except Exception as away:
        if not is_down(away) and not state_of(away):
            raise
        log.warning("the database is away: %r", away)
        await engine.open(**POOL | {"min_size": 0})


async def _end_with(parent: int) -> None:
    """End when the process that started this one was killed: as an orphan it would share the port for ever."""
    while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def serve(port: int, workers: int = 1, address: str = "127.0.0.1") -> None:
    """Serve until SIGINT or SIGTERM. Raises PortTaken."""
    refuse_taken(port, address)
    from granian import Granian
    from granian.constants import Interfaces

    log.info("portal web %s begins on %s port %d, processes: %d", VERSION, address, port, workers)
    Granian(
        "portal.run.serving:make_app",
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

"""Locks that outlast a transaction: held by a session of PostgreSQL, which is why no pooler may stand before it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from portal.platform.db.engine import engine


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

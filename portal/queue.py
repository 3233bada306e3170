"""Jobs that exist if and only if the data does: put into the queue by the running unit of work."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.queries import Queries

from portal.db import connection, fetch, unit_of_work

TRIES = 5  # of a job; then it is held until somebody looks at it


class Driver(AsyncpgPoolDriver):
    """PgQueuer probes its listener as soon as it starts, often before it listens, and took the silence for a failure:
    the worker began anew ten seconds later. Here a probe waits until somebody listens.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: Any) -> None:
        """Listen; from now on a probe is heard."""
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        """Say it once somebody listens."""
        await self._listening.wait()
        await super().notify(channel, payload)


async def enqueue(entrypoint: str, *, wait: timedelta | None = None, **ids: str) -> None:
    """Ask the worker to run an entrypoint after this unit of work commits, and not before `wait` is over.

    Only ids travel, never personal data.
    """
    await Queries(AsyncpgDriver(connection())).enqueue(entrypoint, json.dumps(ids).encode(), execute_after=wait)


async def put_back() -> int:
    """Queue again what is held with tries left; how many. Their database went away while they were to be put back."""
    async with unit_of_work():
        held = await fetch("SELECT id FROM pgqueuer WHERE status = 'failed' AND attempts < $1", TRIES)
        await Queries(AsyncpgDriver(connection())).requeue_jobs([row["id"] for row in held])
    return len(held)

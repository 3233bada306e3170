"""Jobs that exist if and only if the data does: put into the queue by the running unit of work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.queries import Queries

from portal.platform.db.unit_of_work import connection, fetch, unit_of_work

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


async def enqueue_once(entrypoint: str, jobs: Mapping[str, Mapping[str, str]], *, priority: int = 0) -> None:
    """Ask for each of these jobs by its key, unless it waits or is under way; one that is held begins anew instead."""
    held = await fetch(
        "SELECT id, dedupe_key FROM pgqueuer WHERE status = 'failed' AND dedupe_key = ANY($1)", list(jobs)
    )
    queries = Queries(AsyncpgDriver(connection()))
    await queries.requeue_jobs([row["id"] for row in held])
    new = sorted(jobs.keys() - {row["dedupe_key"] for row in held})
    if new:
        await queries.enqueue(
            [entrypoint] * len(new),
            [json.dumps(jobs[key]).encode() for key in new],
            [priority] * len(new),
            dedupe_key=list(new),
            on_conflict="skip",
        )


async def forget_held(keys: str, *, before: str) -> None:
    """Forget what is held under keys that begin like this and come before another: later work has made it good."""
    await fetch(
        "DELETE FROM pgqueuer WHERE status = 'failed' AND starts_with(dedupe_key, $1) AND dedupe_key < $2", keys, before
    )


async def put_back() -> int:
    """Queue again what is held with tries left; how many. Their database went away while they were to be put back."""
    async with unit_of_work():
        held = await fetch("SELECT id FROM pgqueuer WHERE status = 'failed' AND attempts < $1", TRIES)
        await Queries(AsyncpgDriver(connection())).requeue_jobs([row["id"] for row in held])
    return len(held)

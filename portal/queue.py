"""Jobs that exist if and only if the data does: put into the queue by the running unit of work."""

from __future__ import annotations

import json
from datetime import timedelta

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from portal.db import connection, fetch, unit_of_work

TRIES = 5  # of a job; then it is held until somebody looks at it


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

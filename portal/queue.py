"""Jobs that exist if and only if the data does: put into the queue by the running unit of work."""

from __future__ import annotations

import json

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from portal.db import connection


async def enqueue(entrypoint: str, **ids: str) -> None:
    """Ask the worker to run an entrypoint after this unit of work commits. Only ids travel, never personal data."""
    await Queries(AsyncpgDriver(connection())).enqueue(entrypoint, json.dumps(ids).encode())

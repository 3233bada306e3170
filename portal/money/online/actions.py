"""End what is open online, because something else was paid or taken off."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from portal.platform.db.unit_of_work import fetch
from portal.platform.jobs.queue import enqueue


async def close_online(bills: Collection[UUID]) -> None:
    """Ask the worker to end the open online payments of these bills, in the unit of work that reduces them.

    Lock the bills first: then whoever begins to pay later sees what is left.
    """
    rows = await fetch("SELECT DISTINCT attempt FROM attempt_bill WHERE live AND bill = ANY($1::uuid[])", list(bills))
    for row in rows:
        await enqueue("close_attempt", attempt=str(row["attempt"]))

"""The daily look at notices that are still on their way."""

from __future__ import annotations

from datetime import date, timedelta

from portal.kit import clock
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.jobs.each import of_each_estate
from portal.platform.jobs.queue import enqueue

STUCK_AFTER = timedelta(minutes=10)


@of_each_estate
async def notices(on: date, community: int) -> dict[str, int]:
    """Put what is stuck back into the queue; `on` changes nothing. Repeatable: sending claims first."""
    async with unit_of_work(community):
        stuck = await fetch(
            "SELECT DISTINCT notice FROM delivery WHERE state = 'queued' AND coalesce(not_before, changed_at) < $1",
            clock.real_now() - STUCK_AFTER,
        )
        for row in stuck:
            await enqueue("send_notice", notice=str(row["notice"]), community=str(community))
    return {"queued_again": len(stuck)}

"""The daily look at holds that were to end."""

from __future__ import annotations

from datetime import date

from portal.db import fetch, unit_of_work
from portal.holds.actions import expire


async def holds(on: date) -> dict[str, int]:
    """Release what was on hold until a day before `on`, estate by estate; safe to run again."""
    async with unit_of_work():
        communities = [row["id"] for row in await fetch("SELECT id FROM community ORDER BY id")]
    released = 0
    for community in communities:
        async with unit_of_work(community):
            released += await expire(on)
    return {"released": released}

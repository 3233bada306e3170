"""The daily job that ends holds."""

from __future__ import annotations

from datetime import date

from portal.care.holds.actions import expire
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.jobs.queue import of_each_estate


@of_each_estate
async def holds(on: date, community: int) -> dict[str, int]:
    """Release the holds whose last day is before `on`; safe to run again."""
    async with unit_of_work(community):
        return {"released": await expire(on)}

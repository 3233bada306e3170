"""The daily job that counts an estate's figures."""

from __future__ import annotations

from datetime import date

from portal.kit.period import Month
from portal.overview.kept_figures.actions import keep, months_kept, months_to_count, still_so
from portal.people.estates.queries import today_in
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.jobs.queue import of_each_estate


@of_each_estate
async def figures(on: date, community: int) -> dict[str, int]:
    """Store an estate's figures of its last months; those that a late change affects are counted again.

    They are counted as of now, whatever day is asked for, because those of a past day are gone. Safe to run twice, at
    the same time, and late.
    """
    async with unit_of_work(community, read_only=True):
        today = await today_in(community)
        wanted = await months_to_count(community, today)
    for month in wanted:
        await keep(community, month, today)
    async with unit_of_work(community):
        await still_so(community, [month for month in months_kept(Month.of(today)) if month not in wanted], today)
    return {"months": len(wanted)}

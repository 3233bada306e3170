"""The daily job for answers that are due, and for asking owners whether it is really fixed."""

from __future__ import annotations

from datetime import date

from portal.care.disputes.following_up import ask_if_fixed, disputes_to_follow_up
from portal.care.standards.actions import expect_rounds
from portal.platform.jobs.queue import of_each_estate

JOB = "job:rounds"


@of_each_estate
async def rounds(on: date, community: int) -> dict[str, int]:
    """Record the services promised by this day and ask owners who are to be asked; safe to run twice, at once, late."""
    promised, asked = await expect_rounds(community, on, actor=JOB), 0
    for dispute in await disputes_to_follow_up(community, on):
        asked += await ask_if_fixed(community, dispute, on)
    return {"expected": promised, "asked": asked}

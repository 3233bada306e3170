"""The daily look at disputes whose owners are to be asked whether it is really fixed."""

from __future__ import annotations

from datetime import date

from portal.disputes.following_up import ask_if_fixed, disputes_to_follow_up


async def rounds(on: date) -> dict[str, int]:
    """Ask whoever is to be asked by this day, one dispute at a time; safe to run twice, at once, and late."""
    asked = 0
    for community, dispute in await disputes_to_follow_up(on):
        asked += await ask_if_fixed(community, dispute, on)
    return {"asked": asked}

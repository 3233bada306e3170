"""The job that seals audit rows, each minute."""

from __future__ import annotations

from datetime import date

from portal.audit.sealing import seal_community
from portal.db import fetch, unit_of_work


async def seal(on: date) -> dict[str, int]:
    """Seal every community's new audit rows; `on` changes nothing, because a seal follows the rows, not the day."""
    async with unit_of_work():
        communities = [row["id"] for row in await fetch("SELECT id FROM community ORDER BY id")]
    return {"sealed": sum([await seal_community(community) for community in communities])}

"""The job that seals audit rows every minute."""

from __future__ import annotations

from datetime import date

from portal.platform.audit.seals import seal_community
from portal.platform.jobs.queue import of_each_estate


@of_each_estate
async def seal(on: date, community: int) -> dict[str, int]:
    """Seal an estate's new audit rows; `on` changes nothing, because a seal follows the rows, not the day."""
    return {"sealed": await seal_community(community)}

"""Note until when what we wrote gives a debtor time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.kit import clock
from portal.platform.db.unit_of_work import fetch


async def give_time(community: int, case: UUID, source: UUID, until: date) -> None:
    """Record the day (included) up to which we gave the debtor of a case time; in the caller's unit of work.

    `source` is the letter, or the case itself if a message named the day.
    """
    await fetch(
        "INSERT INTO time_given (id, community, arrears_case, source, until, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)",
        community,
        case,
        source,
        until,
        clock.now(),
    )

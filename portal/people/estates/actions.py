"""Change how an estate works."""

from __future__ import annotations

from datetime import date

from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work


@retrying
async def set_working_day(community: int, on: date, *, working: bool, note: str, actor: str) -> None:
    """Say that an estate works, or rests, on a day, whatever the national calendar says of it.

    Said again, it replaces what was said before. Deadlines reckoned from now on follow it; those that were
    promised before stay as they were promised.
    """
    async with unit_of_work(community):
        await fetch(
            "INSERT INTO calendar_override (community, on_day, working, note) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (community, on_day) DO UPDATE SET working = excluded.working, note = excluded.note",
            community,
            on,
            working,
            note,
        )
        await record(
            actor, AuditVerb.WORKING_DAY_SET, f"day:{on}", community=community, reason=note, on=on, working=working
        )

"""Change an estate's settings, and record the day up to which its daily work is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.kit import clock
from portal.people.estates.creditor import FIELDS
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, retrying, unit_of_work


@retrying
async def set_working_day(community: int, on: date, *, working: bool, note: str, actor: str) -> None:
    """Set a day as working day or day off in an estate, whatever the national calendar says.

    A second time replaces the first. Deadlines computed from now on follow it; those already promised do not change.
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


@retrying
async def set_company(community: int, entered: Mapping[str, str], *, actor: str) -> None:
    """Enter the details of an estate's company; an empty text is unknown. Issued documents keep their words."""
    values = [entered[name].strip() or None for name in FIELDS]
    async with unit_of_work(community):
        await fetch(
            "UPDATE community SET company = $2, credit_code = $3, address = $4, phone = $5, bank = $6,"
            " account_name = $7, account_no = $8 WHERE id = $1",
            community,
            *values,
        )
        await record(actor, AuditVerb.COMPANY_SET, f"community:{community}", community=community)


async def day_seen_to(community: int, on: date) -> None:
    """Record that the daily work of an estate is done up to this day, in the caller's transaction; never goes back."""
    await fetch(
        "INSERT INTO daily_look (community, on_day) VALUES ($1, $2)"
        " ON CONFLICT (community) DO UPDATE SET on_day = greatest(daily_look.on_day, excluded.on_day)",
        community,
        on,
    )


async def days_to_see_to() -> Mapping[int, date]:
    """The business date of every estate whose daily work is not done, each in its own zone."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        rows = await fetch(
            "SELECT c.id, c.timezone, d.on_day FROM community c LEFT JOIN daily_look d ON d.community = c.id ORDER BY 1"
        )
    today = {row["id"]: clock.today(row["timezone"]) for row in rows}
    return {row["id"]: today[row["id"]] for row in rows if row["on_day"] is None or row["on_day"] < today[row["id"]]}

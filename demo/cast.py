"""The personas of the demo as principals: signed in and out again by the real doors."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from demo.estate import CODE
from demo.people import persona
from portal.accounts.committee.actions import SEATED
from portal.people.persons.actions import end_session, start_session
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.queries import principal_of
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work

__all__ = ["CODE", "owner", "staff_member", "voters"]


async def owner(key: str) -> Principal:
    """The persona with this key, as an owner."""
    return await _principal("SELECT id FROM human WHERE phone = $1", f"+86{persona(key).phone}", Audience.owner)


async def staff_member(login: str) -> Principal:
    """The member of staff with this login."""
    return await _principal("SELECT id FROM human WHERE login = $1", login, Audience.staff)


async def voters(community: int, on: date) -> list[Principal]:
    """The members of the committee who have a vote on a day, in a settled order."""
    async with unit_of_work(community, read_only=True):
        seated = await fetch(SEATED, community, on)
        rows = await fetch(
            "SELECT h.phone FROM person p JOIN human h ON h.id = p.human WHERE p.id = ANY($1) ORDER BY h.phone",
            [row["person"] for row in seated if row["votes"]],
        )
    return [await _principal("SELECT id FROM human WHERE phone = $1", row["phone"], Audience.owner) for row in rows]


async def _principal(sql: str, value: str, audience: Audience) -> Principal:
    async with unit_of_work(EVERYWHERE):
        human: UUID = await fetch_value(sql, value)
    token = await start_session(human, audience, "demo")
    found = await principal_of(token)
    await end_session(token)
    if found is None:
        raise LookupError(value)
    return found

"""Somebody says that paying is hard: everything is left alone for two weeks, by whatever door the word came in."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record

from portal.care.holds.actions import hold_case
from portal.care.holds.states import HoldReason
from portal.people.estates.queries import today_in
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_one

HELD_FOR = timedelta(days=14)
AGAIN_AFTER = timedelta(days=90)


async def leave_alone(community: int, debtor: UUID, source: UUID, placed_by: str, note: str) -> date | None:
    """Hold everything that a debtor owes for 14 days, and tell all who owe it; the last day.

    Once in three months, whoever writes it down: until then nothing is held anew, and the answer is the last day of the
    hold that lasts, or None. A longer pause is agreed on: a plan, or a hold by hand with its reason.

    What was said is read by finance and managers alone. Part of the caller's unit of work.
    """
    today = await today_in(community)
    last = await last_time(debtor)
    if last and today < last["on_day"] + AGAIN_AFTER:
        return last["until"] if last["until"] >= today and last["released_at"] is None else None
    until = today + HELD_FOR
    await hold_case(
        community,
        debtor,
        reason=HoldReason.hardship,
        source=source,
        placed_by=placed_by,
        until=until,
        note=note or None,
    )
    await _tell(community, debtor, source, today, until)
    return until


async def last_time(debtor: UUID) -> Record | None:
    """The newest such hold: its `source`, `until`, `released_at`, and the day `on_day` on which it was placed."""
    return await fetch_one(
        "SELECT h.source, h.until, h.released_at, (h.placed_at AT TIME ZONE c.timezone)::date AS on_day FROM hold h"
        " JOIN community c ON c.id = h.community WHERE h.debtor = $1 AND h.reason = 'hardship'"
        " ORDER BY h.placed_at DESC LIMIT 1",
        debtor,
    )


async def _tell(community: int, debtor: UUID, source: UUID, today: date, until: date) -> None:
    people = await fetch(
        "SELECT m.person, u.name AS unit FROM debtor_member m JOIN debtor d ON d.id = m.debtor"
        " JOIN unit u ON u.id = d.unit WHERE m.debtor = $1 ORDER BY m.person",
        debtor,
    )
    await tell(
        [one["person"] for one in people],
        NoticeKind.pause_begun,
        community=community,
        subject=f"hold:{source}",
        link="/case",
        channels=(Channel.inbox, Channel.sms),
        unit=people[0]["unit"],
        from_on=today,
        until_on=until,
    )

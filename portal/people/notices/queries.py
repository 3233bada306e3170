"""A person's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.facts import from_json
from portal.people.notices.states import Channel, DeliveryState, NoticeKind, Unsent
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PAGE = 20


@dataclass(frozen=True)
class Note:
    """A notice in the inbox; `facts` as they were stored, to be worded for its reader."""

    id: UUID
    kind: NoticeKind
    facts: dict[str, Any]
    link: str | None
    at: datetime
    state: DeliveryState
    estate: str

    @property
    def new(self) -> bool:
        """Whether it was not opened yet."""
        return self.state is not DeliveryState.read


@dataclass(frozen=True)
class Way:
    """The channel by which a notice went besides the inbox: `phone` if by SMS, and the reason if it was not sent."""

    channel: Channel
    state: DeliveryState
    at: datetime
    phone: str | None
    why: Unsent | None


@dataclass(frozen=True)
class Inbox:
    """One page of the inbox, newest first."""

    notes: list[Note]
    number: int
    pages: int
    unread: int


_SELECT = (
    "SELECT n.id, n.kind, n.facts, n.link, n.created_at AS at, d.state, c.name AS estate FROM notice n"
    " JOIN community c ON c.id = n.community JOIN delivery d ON d.notice = n.id AND d.channel = 'inbox'"
)


@reading
async def inbox_of(by: Principal, number: int = 1) -> Inbox:
    """A page of all notices to the person; a page past the end gives the last one."""
    counted = await fetch_one(
        "SELECT count(*)::int AS all, (count(*) FILTER (WHERE d.state <> 'read'))::int AS unread FROM notice n"
        " JOIN delivery d ON d.notice = n.id AND d.channel = 'inbox' WHERE n.person = ANY($1)",
        list(by.persons),
    )
    assert counted
    last = pages(counted["all"], PAGE)
    number = min(max(number, 1), last)
    rows = await fetch(
        _SELECT + " WHERE n.person = ANY($1) ORDER BY n.created_at DESC, n.id LIMIT $2 OFFSET $3",
        list(by.persons),
        PAGE,
        offset(number, PAGE),
    )
    return Inbox([_note(row) for row in rows], number, last, counted["unread"])


@reading
async def ways_of(by: Principal, notice: UUID) -> list[Way]:
    """The channels by which a notice of theirs went besides the inbox, with the results."""
    rows = await fetch(
        "SELECT d.channel, d.state, d.changed_at, d.trouble,"
        " CASE d.channel WHEN 'sms' THEN coalesce(d.address, p.phone) END AS phone"
        " FROM delivery d JOIN notice n ON n.id = d.notice JOIN person p ON p.id = n.person"
        " WHERE d.notice = $1 AND n.person = ANY($2) AND d.channel <> 'inbox' ORDER BY d.channel DESC",
        notice,
        list(by.persons),
    )
    return [
        Way(
            channel=Channel(row["channel"]),
            state=DeliveryState(row["state"]),
            at=row["changed_at"],
            phone=row["phone"],
            why=Unsent(row["trouble"]) if row["state"] == DeliveryState.suppressed else None,
        )
        for row in rows
    ]


@reading
async def ways_wanted(by: Principal) -> dict[Channel, bool]:
    """The channels besides the inbox that a person has chosen."""
    row = await fetch_one("SELECT sms_off_at, email_off_at, wechat_openid FROM human WHERE id = $1", by.human)
    if row is None:
        raise Missing
    return {
        Channel.sms: row["sms_off_at"] is None,
        Channel.email: row["email_off_at"] is None,
        Channel.wechat: row["wechat_openid"] is not None,
    }


@reading
async def note_of(by: Principal, notice: UUID) -> Note:
    """One notice of theirs. Raises Missing."""
    row = await fetch_one(_SELECT + " WHERE n.id = $1 AND n.person = ANY($2)", notice, list(by.persons))
    if row is None:
        raise Missing
    return _note(row)


def _note(row: Record) -> Note:
    return as_row(Note, row, leaving=("facts",), facts=from_json(row["facts"]))

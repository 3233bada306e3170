"""Messages that did not arrive lately, because of a wrong address or a failing gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.facts import from_json
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, reading

PER_PAGE = 50
LATELY = timedelta(days=30)

# A message that was given up, with nothing sent to the person by that channel since; {0} communities, {1} a time.
LOST = """
FROM delivery d JOIN notice n ON n.id = d.notice
WHERE d.community = ANY({0}::int[]) AND d.state = 'failed' AND d.changed_at > {1}::timestamptz AND NOT EXISTS (
  SELECT FROM delivery o JOIN notice m ON m.id = o.notice WHERE m.person = n.person AND o.channel = d.channel
    AND (o.changed_at, o.id) > (d.changed_at, d.id) AND o.state IN ('sent', 'delivered', 'failed'))
"""
_ROWS = (
    "WITH lost AS (SELECT d.id, d.channel, d.changed_at AS at, d.trouble, n.kind, n.facts, n.person, d.community,"
    " count(*) OVER () AS found" + LOST.format("$1", "$2") + " ORDER BY d.changed_at DESC, d.id LIMIT $3 OFFSET $4)"
    " SELECT lost.*, p.name, CASE lost.channel WHEN 'sms' THEN p.phone END AS phone, u.id AS unit,"
    " u.name AS unit_name, c.name AS estate FROM lost JOIN person p ON p.id = lost.person"
    " JOIN community c ON c.id = lost.community"
    " LEFT JOIN LATERAL (SELECT u.id, u.name FROM occupancy o JOIN unit u ON u.id = o.unit"
    "  WHERE o.person = p.id AND o.revoked_at IS NULL ORDER BY o.ends_on DESC NULLS FIRST, u.sort_key"
    "  LIMIT 1) u ON true"
    " ORDER BY lost.at DESC, lost.id"
)


@dataclass(frozen=True)
class Loss:
    """A message that did not arrive: to whom, by which channel, and what the provider said; `facts` are to be worded.

    `phone` only for an SMS; `unit` is one of their homes.
    """

    id: UUID
    name: str
    phone: str | None
    unit: UUID | None
    unit_name: str | None
    estate: str
    kind: NoticeKind
    facts: dict[str, Any]
    channel: Channel
    at: datetime
    trouble: str | None


@dataclass(frozen=True)
class Losses:
    """A page of them, the latest first."""

    rows: list[Loss]
    found: int
    page: int
    pages: int


@reading
async def losses_of(by: Principal, page: int = 1) -> Losses:
    """The messages of the last thirty days that did not arrive, in the reader's communities."""
    rows = await fetch(
        _ROWS, list(by.where(May.read_messages)), clock.real_now() - LATELY, PER_PAGE, offset(page, PER_PAGE)
    )
    result = rows[0]["found"] if rows else 0
    return Losses(
        [
            as_row(Loss, row, leaving=("facts", "found", "person", "community"), facts=from_json(row["facts"]))
            for row in rows
        ],
        result,
        page,
        pages(result, PER_PAGE),
    )

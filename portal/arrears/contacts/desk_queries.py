"""Manual and hardship holds as a work list: which end soon, and which have ended and need a review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading

SOON = timedelta(days=7)
PER_PAGE = 50

# A hold that ended is a task until staff do something about the case. It is read from what they did, so no list of
# tasks can disagree with it. A hold on a sum lies on several lines and is one row.
_HOLDS = """
WITH placed AS (
  SELECT h.source, h.community, h.debtor, max(h.until) AS until, min(h.placed_at) AS placed_at, min(h.placed_by) AS by,
    min(h.note) AS note,
    min(h.reason) AS reason, sum(h.amount)::bigint AS amount, bool_and(h.released_at IS NOT NULL) AS released
  FROM hold h WHERE h.community = ANY($1::int[]) AND h.reason IN ('manual', 'hardship')
  GROUP BY h.source, h.community, h.debtor),
dated AS (SELECT p.*, ($2::timestamptz AT TIME ZONE c.timezone)::date AS today, c.timezone FROM placed p
  JOIN community c ON c.id = p.community),
work AS (
  SELECT d.*, k.id AS arrears_case, k.unit FROM dated d
  JOIN arrears_case k ON k.debtor = d.debtor AND k.state <> 'closed'
  WHERE CASE WHEN d.until >= d.today THEN NOT d.released ELSE
    NOT EXISTS (SELECT FROM contact o WHERE o.arrears_case = k.id AND o.on_day > d.until
                    AND o.by_staff IS NOT NULL)
    AND NOT EXISTS (SELECT FROM payment_promise r WHERE r.arrears_case = k.id
                    AND (r.at AT TIME ZONE d.timezone)::date > d.until)
    AND NOT EXISTS (SELECT FROM case_reason r WHERE r.arrears_case = k.id
                    AND (r.at AT TIME ZONE d.timezone)::date > d.until)
    AND NOT EXISTS (SELECT FROM case_stage s WHERE s.arrears_case = k.id AND s.changed_on > d.until
                    AND s.actor LIKE 'staff:%')
    AND NOT EXISTS (SELECT FROM hold h WHERE h.debtor = d.debtor AND h.reason IN ('manual', 'hardship')
                    AND h.placed_at > d.placed_at)
  END)
SELECT w.*, u.name AS unit_name, c.name AS estate, n.names, s.name AS staff, count(*) OVER () AS found,
  count(*) FILTER (WHERE w.until < w.today) OVER () AS ended
FROM work w JOIN unit u ON u.id = w.unit JOIN community c ON c.id = w.community
LEFT JOIN debtor_names n ON n.debtor = w.debtor
LEFT JOIN staff s ON s.community = w.community AND w.by = 'staff:' || s.human
ORDER BY w.until, u.name, w.source LIMIT $3 OFFSET $4
"""


@dataclass(frozen=True)
class OnHold:
    """A hold by staff of a case that is not closed; `amount` is None if it stops the whole case.

    A hold for `hardship` came from what the owner said, and waits for our answer.
    """

    source: UUID
    case: UUID
    unit: str
    estate: str
    people: str
    amount: Money | None
    note: str
    hardship: bool
    by: str
    until: date
    today: date

    @property
    def ended(self) -> bool:
        """Whether its last day is past and nobody has done anything about the case since."""
        return self.until < self.today

    @property
    def soon(self) -> bool:
        """Whether it ends within seven days."""
        return not self.ended and self.until <= self.today + SOON


@dataclass(frozen=True)
class HoldList:
    """A page of holds: ended ones first, then by the day on which they end. `ended` counts these on all pages."""

    rows: list[OnHold]
    found: int
    ended: int
    page: int
    pages: int


@reading
async def holds_by_hand(by: Principal, page: int = 1) -> HoldList:
    """Holds by staff in the reader's communities: live ones and ended ones that are still a task.

    A page past the end gives the first one.
    """
    page = max(page, 1)
    rows = await _rows(by, page)
    if not rows and page > 1:
        page, rows = 1, await _rows(by, 1)
    found, ended = (rows[0]["found"], rows[0]["ended"]) if rows else (0, 0)
    return HoldList(
        [
            OnHold(
                source=row["source"],
                case=row["arrears_case"],
                unit=row["unit_name"],
                estate=row["estate"],
                people=row["names"] or "",
                amount=None if row["amount"] is None else Money(row["amount"]),
                note=row["note"] or "",
                hardship=row["reason"] == "hardship",
                by=row["staff"] or "",
                until=row["until"],
                today=row["today"],
            )
            for row in rows
        ],
        found,
        ended,
        page,
        pages(found, PER_PAGE),
    )


async def _rows(by: Principal, page: int) -> list[Record]:
    return await fetch(_HOLDS, list(by.where(May.read_holds)), clock.now(), PER_PAGE, offset(page, PER_PAGE))

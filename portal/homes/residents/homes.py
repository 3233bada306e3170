"""The homes to which an owner may bind somebody, and who owns a home on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

_OWNED = (
    "SELECT u.id, u.name, u.community, c.name AS estate, t.today, o.person AS owner, o.starts_on AS since FROM unit u"
    " JOIN community c ON c.id = u.community CROSS JOIN LATERAL (SELECT ($2 AT TIME ZONE c.timezone)::date AS today) t"
    " JOIN occupancy o ON o.unit = u.id AND o.role IN ('owner', 'co_owner')"
    " AND coalesce(o.starts_on, '-infinity') <= t.today AND coalesce(o.ends_on, 'infinity') >= t.today"
    " WHERE o.person = ANY($1)"
)


@dataclass(frozen=True)
class HomeToBind:
    """A home by its common name, with its estate: names of homes repeat. `owner` is the reader's person there.

    `since` is their first day as its owner, `today` the day in the estate's zone.
    """

    id: UUID
    name: str
    community: int
    estate: str
    today: date
    owner: UUID
    since: date | None


@reading
async def owned_homes(by: Principal) -> list[HomeToBind]:
    """The homes they own today, in their natural order."""
    rows = await fetch(_OWNED + ' ORDER BY c.id, u.sort_key COLLATE "C", u.id', list(by.persons), clock.now())
    return [HomeToBind(**row) for row in rows]


@reading
async def owned_home(by: Principal, unit: UUID) -> HomeToBind:
    """One of them. Raises Missing."""
    row = await fetch_one(_OWNED + " AND u.id = $3 ORDER BY o.starts_on LIMIT 1", list(by.persons), clock.now(), unit)
    if row is None:
        raise Missing
    return HomeToBind(**row)


async def owners_on(unit: UUID, day: date) -> list[UUID]:
    """The persons who own a home on a day, in the running unit of work."""
    rows = await fetch(
        "SELECT person FROM occupancy WHERE unit = $1 AND role IN ('owner', 'co_owner')"
        " AND coalesce(starts_on, '-infinity') <= $2 AND coalesce(ends_on, 'infinity') >= $2 ORDER BY person",
        unit,
        day,
    )
    return [row["person"] for row in rows]

"""What people may see of their own homes, and who owns a home on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.homes.units.states import BOUND, OWNING, OccupantRole, Use
from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as, fetch_one_as
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class Occupant:
    """Somebody with a tie to a home on a day; `share` if it is known and not the whole home.

    `revocable`: the reader may end this person's access.
    """

    id: UUID
    tie: UUID
    name: str
    role: OccupantRole
    share: Decimal | None
    ends_on: date | None
    mine: bool
    revocable: bool


@dataclass(frozen=True)
class Home:
    """A unit with the people tied to it. `area` in m²; `owned`: by the reader."""

    id: UUID
    name: str
    community: str
    hotline: str | None
    use: Use
    area: Decimal | None
    owned: bool
    people: Sequence[Occupant]


@reading
async def homes_of(by: Principal, at: datetime) -> list[Home]:
    """The reader's homes on this day in the estate's zone, with co-owners, tenants and family.

    Tenants see only themselves: they may not look up who owns the home. Family has access as long as the owner whose
    family they are.
    """
    rows = await fetch(
        "SELECT u.id AS unit, u.name AS unit_name, u.use, u.billable_area, c.name AS community, c.timezone,"
        " coalesce(c.hotline, c.phone) AS hotline,"
        " o.id AS tie, o.person, o.role, o.share, o.starts_on, o.ends_on, o.family_of, p.name"
        " FROM unit u JOIN community c ON c.id = u.community"
        " JOIN occupancy o ON o.unit = u.id AND o.revoked_at IS NULL"
        " JOIN person p ON p.id = o.person"
        " WHERE u.id IN (SELECT unit FROM occupancy WHERE person = ANY($1))"
        " ORDER BY c.id, u.sort_key, u.id, o.role <> 'owner', o.role <> 'co_owner', p.external_id",
        list(by.persons),
    )
    ties: dict[UUID, list[Any]] = {}
    for row in rows:
        if _holds(row, at.astimezone(ZoneInfo(row["timezone"])).date()):
            ties.setdefault(row["unit"], []).append(row)
    homes = [_home(_with_owners(tied), set(by.persons)) for tied in ties.values()]
    return [home for home in homes if home]


def _holds(tie: Any, on: date) -> bool:
    return (tie["starts_on"] is None or tie["starts_on"] <= on) and (tie["ends_on"] is None or on <= tie["ends_on"])


def _with_owners(ties: Sequence[Any]) -> list[Any]:
    """Without the family of somebody who no longer owns the home."""
    owners = {tie["person"] for tie in ties if tie["role"] in OWNING}
    return [tie for tie in ties if tie["role"] != OccupantRole.family or tie["family_of"] in owners]


def _home(ties: Sequence[Any], mine: set[UUID]) -> Home | None:
    owned = any(tie["person"] in mine and tie["role"] in OWNING for tie in ties)
    seen = [_occupant(tie, mine, owned) for tie in ties if owned or tie["person"] in mine]
    if not seen:
        return None
    first = ties[0]
    return Home(
        id=first["unit"],
        name=first["unit_name"],
        community=first["community"],
        hotline=first["hotline"],
        use=Use(first["use"]),
        area=first["billable_area"],
        owned=owned,
        people=seen,
    )


def _occupant(tie: Any, mine: set[UUID], owned: bool) -> Occupant:
    role, me = OccupantRole(tie["role"]), tie["person"] in mine
    return Occupant(
        id=tie["person"],
        tie=tie["tie"],
        name=tie["name"],
        role=role,
        share=_part(tie["share"]),
        ends_on=tie["ends_on"],
        mine=me,
        revocable=role in BOUND and (me or owned),
    )


def _part(share: Decimal | None) -> Decimal | None:
    return None if share == 1 else share


_OWNED = (
    "SELECT u.id, u.name, u.community, c.name AS estate, t.today, o.person AS owner, o.starts_on AS since FROM unit u"
    " JOIN community c ON c.id = u.community CROSS JOIN LATERAL (SELECT ($2 AT TIME ZONE c.timezone)::date AS today) t"
    " JOIN occupancy o ON o.unit = u.id AND o.role IN ('owner', 'co_owner')"
    " AND coalesce(o.starts_on, '-infinity') <= t.today AND coalesce(o.ends_on, 'infinity') >= t.today"
    " WHERE o.person = ANY($1)"
)


@dataclass(frozen=True)
class HomeToBind:
    """A home by its common name, with its estate. `owner` is the reader's person there.

    `since` is their first day as its owner, `today` the date in the estate's zone.
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
    """The homes that they own today, in natural order."""
    return await fetch_as(
        HomeToBind, _OWNED + ' ORDER BY c.id, u.sort_key COLLATE "C", u.id', list(by.persons), clock.now()
    )


@reading
async def owned_home(by: Principal, unit: UUID) -> HomeToBind:
    """One of these homes. Raises Missing."""
    home = await fetch_one_as(
        HomeToBind, _OWNED + " AND u.id = $3 ORDER BY o.starts_on LIMIT 1", list(by.persons), clock.now(), unit
    )
    if home is None:
        raise Missing
    return home


async def owners_on(unit: UUID, day: date) -> list[UUID]:
    """The persons who own a home on a day, in the caller's transaction."""
    rows = await fetch(
        "SELECT person FROM occupancy WHERE unit = $1 AND role IN ('owner', 'co_owner')"
        " AND coalesce(starts_on, '-infinity') <= $2 AND coalesce(ends_on, 'infinity') >= $2 ORDER BY person",
        unit,
        day,
    )
    return [row["person"] for row in rows]

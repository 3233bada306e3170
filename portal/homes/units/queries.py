"""What a person may see of the homes they own or rent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.homes.units.states import BOUND, OWNING, OccupantRole, Use
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class Occupant:
    """Someone with a tie to a home on the day asked about; `share` of it, if known and not the whole.

    `revocable`: the reader may end what this person sees of the home.
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
    """The homes that are theirs on this day in the estate's zone, with co-owners, tenants and family.

    A tenant sees only themselves: who owns the home is not theirs to look up. Family belongs to a home as long as the
    owner does whose family they are.
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

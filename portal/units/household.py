"""What a person may see of the homes they own or rent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.db import fetch, reading
from portal.people.principal import Principal
from portal.units.states import OccupantRole, Use


@dataclass(frozen=True)
class Occupant:
    """Someone with a tie to a home on the day asked about; `share` of it, if known and not the whole."""

    id: UUID
    name: str
    role: OccupantRole
    share: Decimal | None
    mine: bool


@dataclass(frozen=True)
class Home:
    """A unit with the people tied to it. `area` in m²."""

    id: UUID
    name: str
    community: str
    hotline: str | None
    use: Use
    area: Decimal | None
    people: Sequence[Occupant]


@reading
async def homes_of(by: Principal, at: datetime) -> list[Home]:
    """The homes that are theirs on this day in the estate's zone, with co-owners and tenants.

    A tenant sees only themselves: who owns the home is not theirs to look up.
    """
    rows = await fetch(
        "SELECT u.id AS unit, u.name AS unit_name, u.use, u.billable_area, c.name AS community, c.timezone, c.hotline,"
        " o.person, o.role, o.share, o.starts_on, o.ends_on, p.name"
        " FROM unit u JOIN community c ON c.id = u.community JOIN occupancy o ON o.unit = u.id"
        " JOIN person p ON p.id = o.person"
        " WHERE u.id IN (SELECT unit FROM occupancy WHERE person = ANY($1))"
        " ORDER BY c.id, u.sort_key, u.id, o.role <> 'owner', o.role <> 'co_owner', p.external_id",
        list(by.persons),
    )
    ties: dict[UUID, list[Any]] = {}
    for row in rows:
        if _holds(row, at.astimezone(ZoneInfo(row["timezone"])).date()):
            ties.setdefault(row["unit"], []).append(row)
    homes = [_home(tied, set(by.persons)) for tied in ties.values()]
    return [home for home in homes if home.people]


def _holds(tie: Any, on: date) -> bool:
    return (tie["starts_on"] is None or tie["starts_on"] <= on) and (tie["ends_on"] is None or on <= tie["ends_on"])


def _home(ties: Sequence[Any], mine: set[UUID]) -> Home:
    people = [
        Occupant(t["person"], t["name"], OccupantRole(t["role"]), _part(t["share"]), t["person"] in mine) for t in ties
    ]
    owner = any(p.mine and p.role is not OccupantRole.tenant for p in people)
    seen = [p for p in people if p.mine or owner]
    first = ties[0]
    return Home(first["unit"], first["unit_name"], first["community"], first["hotline"], Use(first["use"]),
                first["billable_area"], seen)  # fmt: skip


def _part(share: Decimal | None) -> Decimal | None:
    return None if share == 1 else share

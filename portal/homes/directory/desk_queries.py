"""The homes of the reader's estates: the list, and one home with its people over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.homes.units.states import BOUND, OWNING, OccupancyState, OccupantRole, Use
from portal.homes.vacancies.queries import LIVED_IN
from portal.kit import clock
from portal.kit.display import masked, offset, pages
from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 50
LIVED_TODAY = LIVED_IN.format(day="($2 AT TIME ZONE c.timezone)::date")
# Staff who call people need the whole number; others see enough of it to recognise it.


@dataclass(frozen=True)
class UnitRow:
    """A home in a list. `owners` are the names of today's owners; `billable_area` is in m²."""

    id: UUID
    estate: str
    name: str
    building: str | None
    use: Use
    billable_area: Decimal | None
    occupancy: OccupancyState
    owners: tuple[str, ...]


@dataclass(frozen=True)
class UnitList:
    """One page of homes in their natural order."""

    units: list[UnitRow]
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class TieRow:
    """A person's tie to a home. `phone` is None if unknown, and masked unless the reader may call."""

    id: UUID
    person: UUID
    name: str
    role: OccupantRole
    share: Decimal | None
    starts_on: date | None
    ends_on: date | None
    phone: str | None
    now: bool
    revoked: bool

    @property
    def revocable(self) -> bool:
        """Whether it is a tenant's or family member's tie that still gives access to the home."""
        return self.role in BOUND and not self.revoked

    @property
    def owns(self) -> bool:
        """Whether they own it, alone or with others."""
        return self.role in OWNING


@dataclass(frozen=True)
class UnitAt:
    """A home with everybody who has owned or rented it, the present ones first."""

    id: UUID
    community: int
    estate: str
    name: str
    building: str | None
    stairwell: str | None
    floor: str | None
    use: Use
    billable_area: Decimal | None
    occupancy: OccupancyState
    handed_over_on: date | None
    ties: list[TieRow]


@reading
async def units_at(by: Principal, words: str = "", page: int = 1) -> UnitList:
    """The homes of the reader's communities; `words` is the beginning of a name, or a building, in any spelling."""
    rows = await fetch(
        f"SELECT u.id, c.name AS estate, u.name, u.building, u.use, u.billable_area, {LIVED_TODAY} AS occupancy,"
        "   count(*) OVER () AS found, ARRAY(SELECT p.name FROM occupancy o JOIN person p ON p.id = o.person"
        "     WHERE o.unit = u.id AND o.role IN ('owner', 'co_owner')"
        "     AND coalesce(o.starts_on, '-infinity') <= ($2 AT TIME ZONE c.timezone)::date"
        "     AND coalesce(o.ends_on, 'infinity') >= ($2 AT TIME ZONE c.timezone)::date"
        "     ORDER BY o.role DESC, p.name) AS owners"
        " FROM unit u JOIN community c ON c.id = u.community"
        " WHERE u.community = ANY($1) AND ($3 = '' OR starts_with(plain_text(u.name), plain_text($3))"
        "   OR plain_text(u.building) = plain_text($3))"
        ' ORDER BY c.code, u.sort_key COLLATE "C", u.name COLLATE "C" LIMIT $4 OFFSET $5',
        list(by.where(May.read_homes)),
        clock.now(),
        words.strip(),
        PER_PAGE,
        offset(page, PER_PAGE),
    )
    result = rows[0]["found"] if rows else 0
    return UnitList([unit_row(row) for row in rows], result, page, pages(result, PER_PAGE))


def unit_row(row: Any) -> UnitRow:
    """A row of the columns of UnitRow."""
    return as_row(UnitRow, row, leaving=("found",))


@reading
async def unit_at(by: Principal, unit: UUID) -> UnitAt:
    """A home of the reader's communities with its people. Raises Missing."""
    row = await fetch_one(
        "SELECT u.id, u.community, c.name AS estate, u.name, u.building, u.stairwell, u.floor, u.use, u.billable_area,"
        f" {LIVED_TODAY} AS occupancy, u.handed_over_on, c.timezone FROM unit u JOIN community c ON c.id = u.community"
        " WHERE u.id = $1 AND u.community = ANY($3)",
        unit,
        clock.now(),
        list(by.where(May.read_homes)),
    )
    if row is None:
        raise Missing
    ties = await _ties(by, unit, row["community"], clock.today(row["timezone"]))
    return as_row(UnitAt, row, leaving=("timezone",), ties=ties)


async def _ties(by: Principal, unit: UUID, community: int, on: date) -> list[TieRow]:
    rows = await fetch(
        "SELECT o.id, o.revoked_at, p.id AS person, p.name, o.role, o.share, o.starts_on, o.ends_on, p.phone"
        " FROM occupancy o JOIN person p ON p.id = o.person WHERE o.unit = $1"
        " ORDER BY o.ends_on DESC NULLS FIRST, o.starts_on DESC NULLS LAST, o.role DESC, p.name",
        unit,
    )
    calls = by.may(community, May.read_phones)
    ties = [
        TieRow(
            id=row["id"],
            person=row["person"],
            name=row["name"],
            role=OccupantRole(row["role"]),
            share=row["share"],
            starts_on=row["starts_on"],
            ends_on=row["ends_on"],
            phone=shown(row["phone"], whole=calls),
            now=row["revoked_at"] is None and (row["starts_on"] or date.min) <= on <= (row["ends_on"] or date.max),
            revoked=row["revoked_at"] is not None,
        )
        for row in rows
    ]
    return sorted(ties, key=lambda tie: not tie.now)


def shown(phone: str | None, *, whole: bool) -> str | None:
    """A number as the reader may see it: without +86 for the home country, or only its ends."""
    if phone is None:
        return None
    return phone.removeprefix("+86") if whole else masked(phone)

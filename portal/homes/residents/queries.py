"""Access requests and occupancies, for owners and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.homes.residents.states import BindingState, BoundAs
from portal.homes.units.queries import Home, homes_of, owned_homes
from portal.homes.units.states import OccupantRole
from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading
from portal.platform.files.queries import PhotoRow, photo_of, photos_of


@dataclass(frozen=True)
class Request:
    """A request in a list of its owner or the desk. `phone` is E.164, but always shown masked."""

    id: UUID
    unit: str
    estate: str
    name: str
    phone: str
    role: BoundAs
    starts_on: date
    ends_on: date | None
    state: BindingState
    asked_at: datetime
    answer: str | None

    @property
    def waits(self) -> bool:
        """Whether it can still be answered or withdrawn."""
        return self.state is BindingState.requested


@dataclass(frozen=True)
class Household:
    """The reader's homes with all their people, and requests that wait or were refused lately."""

    homes: list[Home]
    requests: list[Request]

    @property
    def owns(self) -> bool:
        """Whether there is a home to which they may give access."""
        return any(home.owned for home in self.homes)


@dataclass(frozen=True)
class Tie:
    """A tenant's or family member's tie, with the home's common name and its estate; `mine` if it is the reader's."""

    id: UUID
    unit: UUID
    home: str
    estate: str
    name: str
    role: OccupantRole
    starts_on: date | None
    ends_on: date | None
    mine: bool


@dataclass(frozen=True)
class Owner:
    """Somebody who owns the home today."""

    name: str
    role: OccupantRole
    asked: bool


@dataclass(frozen=True)
class RequestPage:
    """A request with what its answer depends on. `known` are names on the roll with this number, and their homes."""

    request: Request
    unit: UUID
    note: str | None
    photos: list[PhotoRow]
    owners: list[Owner]
    known: list[tuple[str, str]]
    answered_by: str | None
    answered_at: datetime | None
    tie: UUID | None
    revoked_at: datetime | None
    concerned: bool

    @property
    def asker_owns(self) -> bool:
        """Whether the person who asked still owns the home."""
        return any(owner.asked for owner in self.owners)

    @property
    def can_be_answered(self) -> bool:
        """Whether this reader may answer it now."""
        return self.request.waits and not self.concerned

    @property
    def can_be_revoked(self) -> bool:
        """Whether the tie that it made is still there."""
        return self.tie is not None and self.revoked_at is None


_ROWS = (
    "SELECT b.*, u.name AS unit_name, c.name AS estate, c.timezone FROM binding b JOIN unit u ON u.id = b.unit"
    " JOIN community c ON c.id = b.community"
)


@reading
async def household_of(by: Principal) -> Household:
    """Homes and people as of today, and the reader's requests of the last thirty days that were not approved."""
    rows = await fetch(
        _ROWS + " WHERE b.asked_by = $1 AND (b.state = 'requested'"
        " OR b.state = 'refused' AND b.answered_at > $2::timestamptz - interval '30 days') ORDER BY b.asked_at DESC",
        by.human,
        clock.now(),
    )
    return Household(await homes_of(by, clock.now()), [_request(row) for row in rows])


@reading
async def request_of(by: Principal, binding: UUID) -> Request:
    """A request of the reader. Raises Missing."""
    row = await fetch_one(_ROWS + " WHERE b.id = $1 AND b.asked_by = $2", binding, by.human)
    if row is None:
        raise Missing
    return _request(row)


_TIES = (
    "SELECT o.id, o.unit, u.name AS home, c.name AS estate, p.name, o.role, o.starts_on, o.ends_on, o.person"
    " FROM occupancy o JOIN unit u ON u.id = o.unit JOIN community c ON c.id = o.community"
    " JOIN person p ON p.id = o.person WHERE o.id = $1 AND o.role IN ('tenant', 'family')"
)


@reading
async def tie_of(by: Principal, tie: UUID) -> Tie:
    """A tie that the reader may end: to a home they own today, or their own. Raises Missing."""
    row = await fetch_one(_TIES, tie)
    mine = row is not None and row["person"] in by.persons
    if row is None or not (mine or row["unit"] in {home.id for home in await owned_homes(by)}):
        raise Missing
    return _tie(row, mine)


@reading
async def tie_at(by: Principal, tie: UUID) -> Tie:
    """A tie in a community where the reader answers requests. Raises Missing."""
    row = await fetch_one(_TIES + " AND o.community = ANY($2)", tie, list(by.where(May.end_ties)))
    if row is None:
        raise Missing
    return _tie(row, False)


@reading
async def requests_at(by: Principal) -> list[Request]:
    """The desk's last hundred requests: those that wait, oldest first, then the answered ones, newest first."""
    rows = await fetch(
        _ROWS + " WHERE b.community = ANY($1) ORDER BY b.state <> 'requested',"
        " CASE b.state WHEN 'requested' THEN b.asked_at END, b.asked_at DESC LIMIT 100",
        list(by.where(May.read_bindings)),
    )
    return [_request(row) for row in rows]


@reading
async def request_at(by: Principal, binding: UUID) -> RequestPage:
    """A request with its evidence, for the desk. Raises Missing."""
    row = await fetch_one(
        "SELECT b.*, u.name AS unit_name, c.name AS estate, c.timezone, s.name AS answerer, o.revoked_at,"
        " (SELECT h.phone FROM human h WHERE h.id = $3) AS my_phone"
        " FROM binding b JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " LEFT JOIN staff s ON s.id = b.answered_by LEFT JOIN occupancy o ON o.id = b.occupancy"
        " WHERE b.id = $1 AND b.community = ANY($2)",
        binding,
        list(by.where(May.read_bindings)),
        by.human,
    )
    if row is None:
        raise Missing
    return RequestPage(
        request=_request(row),
        unit=row["unit"],
        note=row["note"],
        photos=await photos_of(by, f"binding:{binding}"),
        owners=await _owners(row),
        known=await _known(row),
        answered_by=row["answerer"],
        answered_at=row["answered_at"],
        tie=row["occupancy"],
        revoked_at=row["revoked_at"],
        concerned=row["asked_by"] == by.human or row["my_phone"] == row["phone"],
    )


async def photo_at(by: Principal, binding: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a request's evidence (JPEG). Raises Missing."""
    await request_at(by, binding)
    return await photo_of(by, f"binding:{binding}", photo, small=small)


async def _owners(binding: Record) -> list[Owner]:
    rows = await fetch(
        "SELECT p.id, p.name, o.role FROM occupancy o JOIN person p ON p.id = o.person"
        " WHERE o.unit = $1 AND o.role IN ('owner', 'co_owner') AND coalesce(o.starts_on, '-infinity') <= $2"
        " AND coalesce(o.ends_on, 'infinity') >= $2 ORDER BY o.role DESC, p.external_id",
        binding["unit"],
        clock.today(binding["timezone"]),
    )
    return [
        Owner(name=row["name"], role=OccupantRole(row["role"]), asked=row["id"] == binding["owner"]) for row in rows
    ]


async def _known(binding: Record) -> list[tuple[str, str]]:
    rows = await fetch(
        "SELECT p.name, coalesce(string_agg(DISTINCT u.name, ' · '), '') AS homes FROM person p"
        " LEFT JOIN occupancy o ON o.person = p.id LEFT JOIN unit u ON u.id = o.unit"
        " WHERE p.community = $1 AND p.phone = $2 GROUP BY p.id, p.name ORDER BY p.name",
        binding["community"],
        binding["phone"],
    )
    return [(row["name"], row["homes"]) for row in rows]


def _request(row: Any) -> Request:
    return Request(
        id=row["id"],
        unit=row["unit_name"],
        estate=row["estate"],
        name=row["name"],
        phone=row["phone"],
        role=BoundAs(row["role"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        state=BindingState(row["state"]),
        asked_at=row["asked_at"],
        answer=row["answer"],
    )


def _tie(row: Record, mine: bool) -> Tie:
    facts = {name: value for name, value in row.items() if name != "person"}
    return Tie(**facts | {"role": OccupantRole(row["role"])}, mine=mine)

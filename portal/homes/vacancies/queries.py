"""Vacant homes and open reports, for owners and for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.homes.units.states import OccupancyState
from portal.homes.vacancies.states import VacancyState
from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading
from portal.platform.files.queries import PhotoRow, photo_of, photos_of_all

# The occupancy of unit `u` on a day: vacant during an approved filing, else as the roll says.
LIVED_IN = (
    "CASE WHEN EXISTS (SELECT FROM vacancy v WHERE v.unit = u.id AND v.state = 'approved' AND v.starts_on <= {day}"
    " AND coalesce(v.ends_on, 'infinity') >= {day}) THEN 'vacant' ELSE u.occupancy END"
)
# Whether tie `o` makes somebody an owner on the day `t.today`.
OWNS_NOW = (
    "o.role IN ('owner', 'co_owner') AND coalesce(o.starts_on, '-infinity') <= t.today"
    " AND coalesce(o.ends_on, 'infinity') >= t.today"
)
ROWS = (
    "SELECT v.id, v.unit, u.name, c.name AS estate, v.empty_since, v.body, v.state, v.filed_at,"
    " coalesce(p.name, f.name) AS filed_by, f.human AS filer, s.name AS answered_by,"
    " v.answer, v.starts_on, v.ends_on,"
    " greatest((v.filed_at AT TIME ZONE c.timezone)::date, v.empty_since) AS earliest,"
    " ($1 AT TIME ZONE c.timezone)::date AS today"
    " FROM vacancy v JOIN unit u ON u.id = v.unit JOIN community c ON c.id = v.community"
    " LEFT JOIN person p ON p.id = v.filed_by LEFT JOIN staff f ON f.id = v.filed_at_desk"
    " LEFT JOIN staff s ON s.id = v.answered_by"
)


@dataclass(frozen=True)
class VacancyRow:
    """A filing. It counts from `starts_on` to `ends_on`, both inclusive; `earliest` is the first day allowed."""

    id: UUID
    unit: UUID
    name: str
    estate: str
    empty_since: date
    body: str
    state: VacancyState
    filed_at: datetime
    filed_by: str
    answered_by: str | None
    answer: str | None
    starts_on: date | None
    ends_on: date | None
    earliest: date
    today: date
    own: bool
    photos: Sequence[PhotoRow]

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it."""
        return self.state is VacancyState.waiting

    @property
    def lasts(self) -> bool:
        """Whether it counts and nobody has ended it."""
        return self.state is VacancyState.approved and self.ends_on is None


@dataclass(frozen=True)
class HomeVacancies:
    """A home, its occupancy today, and its filings, the newest first."""

    unit: UUID
    name: str
    estate: str
    code: str
    today: date
    occupancy: OccupancyState
    filings: Sequence[VacancyRow]

    @property
    def waiting(self) -> VacancyRow | None:
        """The filing that waits for an answer."""
        return next((one for one in self.filings if one.waits), None)

    @property
    def can_be_filed(self) -> bool:
        """Whether it is neither vacant, nor about to be, nor waiting for an answer."""
        return self.occupancy is not OccupancyState.vacant and not any(one.waits or one.lasts for one in self.filings)

    @property
    def can_be_ended(self) -> bool:
        """Whether somebody may report that it is lived in again."""
        ended = any(one.ends_on and one.ends_on >= self.today for one in self.filings)
        return any(one.lasts for one in self.filings) or (self.occupancy is OccupancyState.vacant and not ended)


@reading
async def vacancies_of(by: Principal, unit: UUID) -> HomeVacancies:
    """The filings of a home that they own today. Raises Missing."""
    mine = f"EXISTS (SELECT FROM occupancy o WHERE o.unit = u.id AND o.person = ANY($3) AND {OWNS_NOW})"
    return await _home(by, unit, mine, list(by.persons))


@reading
async def vacancies_of_unit(by: Principal, unit: UUID) -> HomeVacancies:
    """The filings of a home in the reader's communities. Raises Missing."""
    return await _home(by, unit, "u.community = ANY($3)", list(by.where(May.read_homes)))


@reading
async def vacancies_at(by: Principal) -> list[VacancyRow]:
    """The filings that the reader may see: those that wait first, the oldest on top."""
    rows = await fetch(
        ROWS + " WHERE v.community = ANY($2) ORDER BY v.state <> 'waiting',"
        " CASE WHEN v.state = 'waiting' THEN v.filed_at END, v.filed_at DESC LIMIT 100",
        clock.now(),
        list(by.where(May.read_vacancies)),
    )
    return await _filings(by, rows)


@reading
async def vacancy_at(by: Principal, vacancy: UUID) -> VacancyRow:
    """One filing. Raises Missing."""
    rows = await fetch(
        ROWS + " WHERE v.id = $3 AND v.community = ANY($2)", clock.now(), list(by.where(May.read_vacancies)), vacancy
    )
    if not rows:
        raise Missing
    return (await _filings(by, rows))[0]


@reading
async def photo_of_vacancy(by: Principal, unit: UUID, vacancy: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a filing of a home that they own today. Raises Missing."""
    await vacancies_of(by, unit)
    return await _photo(by, vacancy, photo=photo, small=small, whose="unit = $2", value=unit)


@reading
async def photo_at_desk(by: Principal, vacancy: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a filing in the reader's communities. Raises Missing."""
    return await _photo(
        by, vacancy, photo=photo, small=small, whose="community = ANY($2)", value=list(by.where(May.read_homes))
    )


async def _photo(by: Principal, vacancy: UUID, photo: UUID, small: bool, whose: str, value: Any) -> bytes:
    if not await fetch_value(f"SELECT id FROM vacancy WHERE id = $1 AND {whose}", vacancy, value):
        raise Missing
    return await photo_of(by, f"vacancy:{vacancy}", photo, small=small)


async def _home(by: Principal, unit: UUID, whose: str, values: list[Any]) -> HomeVacancies:
    row = await fetch_one(
        f"SELECT u.id, u.name, c.name AS estate, c.code, t.today, {LIVED_IN.format(day='t.today')} AS occupancy"
        " FROM unit u JOIN community c ON c.id = u.community CROSS JOIN LATERAL"
        f"   (SELECT ($2 AT TIME ZONE c.timezone)::date AS today) t WHERE u.id = $1 AND {whose}",
        unit,
        clock.now(),
        values,
    )
    if row is None:
        raise Missing
    rows = await fetch(ROWS + " WHERE v.unit = $2 ORDER BY v.filed_at DESC", clock.now(), unit)
    state = OccupancyState(row["occupancy"])
    return HomeVacancies(
        unit=row["id"],
        name=row["name"],
        estate=row["estate"],
        code=row["code"],
        today=row["today"],
        occupancy=state,
        filings=await _filings(by, rows),
    )


async def _filings(by: Principal, rows: Sequence[Any]) -> list[VacancyRow]:
    photos = await photos_of_all(by, [f"vacancy:{row['id']}" for row in rows])
    return [
        as_row(
            VacancyRow,
            row,
            leaving=("filer",),
            own=row["filer"] == by.human,
            photos=photos.get(f"vacancy:{row['id']}", ()),
        )
        for row in rows
    ]

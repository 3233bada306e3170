"""Work done on the reader's own estates, for residents and staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.care.standards.states import ServiceArea
from portal.homes.vacancies.queries import OWNS_NOW
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading
from portal.platform.files.queries import PhotoRow, photo_of, photos_of, photos_of_all

PER_PAGE = 12
ALL = "all"  # months, where a month was expected


@dataclass(frozen=True)
class RecordRow:
    """A piece of work; `zone` is the estate's time zone. `recorder` is for staff only.

    `keeps` is the promise that it keeps once; `makes_up_for` the last day of the round it makes up for, if it was late.
    `may_dispute` (of a single record) says whether the reader owns a home there today and has no open dispute about it;
    `dispute` is their last one.
    """

    id: UUID
    estate: str
    zone: str
    area: ServiceArea
    title: str
    place: str
    note: str
    done_at: datetime
    recorder: str
    department: str
    photos: list[PhotoRow]
    keeps: Bilingual | None
    makes_up_for: date | None
    may_dispute: bool = False
    dispute: UUID | None = None


@dataclass(frozen=True)
class RecordList:
    """One page of records, newest first, with the months that have records."""

    records: list[RecordRow]
    found: int
    page: int
    pages: int
    months: list[Month]
    several_estates: bool


@dataclass(frozen=True)
class EstateNow:
    """An estate in which the reader may record work, and its local time now."""

    id: int
    name: str
    now: datetime


ROW = (
    "SELECT r.id, r.community, r.area, r.title, r.place, r.note, r.done_at, c.name AS estate, c.timezone,"
    " s.name AS recorder, s.department, p.item_zh, p.item_en, count(*) OVER () AS found,"
    " CASE WHEN (r.done_at AT TIME ZONE c.timezone)::date > k.last_day THEN k.last_day END AS makes_up_for"
    " FROM service_record r JOIN community c ON c.id = r.community JOIN staff s ON s.id = r.recorded_by"
    " LEFT JOIN service_round k ON k.record = r.id LEFT JOIN service_standard p ON p.id = k.standard"
    " WHERE r.community = ANY($1)"
)


@reading
async def records_of(
    by: Principal, area: ServiceArea | None = None, month: Month | None = None, page: int = 1
) -> RecordList:
    """The records of the reader's estates, optionally of one area and one month (in the estate's zone)."""
    page = max(page, 1)
    rows = await fetch(
        ROW + " AND ($2::text IS NULL OR r.area = $2)"
        " AND ($3::text IS NULL OR to_char(r.done_at AT TIME ZONE c.timezone, 'YYYY-MM') = $3)"
        " ORDER BY r.done_at DESC, r.recorded_at DESC LIMIT $4 OFFSET $5",
        list(by.communities),
        area.value if area else None,
        str(month) if month else None,
        PER_PAGE,
        offset(page, PER_PAGE),
    )
    months = await fetch(
        "SELECT DISTINCT to_char(r.done_at AT TIME ZONE c.timezone, 'YYYY-MM') AS month FROM service_record r"
        " JOIN community c ON c.id = r.community WHERE r.community = ANY($1) ORDER BY month DESC LIMIT 24",
        list(by.communities),
    )
    photos = await photos_of_all(by, [f"service:{row['id']}" for row in rows])
    result = rows[0]["found"] if rows else 0
    return RecordList(
        records=[_row(row, photos.get(f"service:{row['id']}", [])) for row in rows],
        found=result,
        page=page,
        pages=pages(result, PER_PAGE),
        months=[Month.parse(row["month"]) for row in months],
        several_estates=len(by.communities) > 1,
    )


@reading
async def record_of(by: Principal, record: UUID) -> RecordRow:
    """One record. Raises Missing if it is not of one of the reader's estates."""
    row = await fetch_one(ROW + " AND r.id = $2", list(by.communities), record)
    if row is None:
        raise Missing
    owns = await fetch_value(
        "SELECT EXISTS (SELECT FROM occupancy o CROSS JOIN (SELECT $2::date AS today) t"
        f" WHERE o.person = ANY($1) AND o.community = $3 AND {OWNS_NOW})",
        list(by.persons),
        clock.today(row["timezone"]),
        row["community"],
    )
    mine = await fetch_one(
        "SELECT d.dispute, d.live FROM disputed d JOIN debtor_member m ON m.debtor = d.debtor AND m.person = ANY($2)"
        " WHERE d.service = $1 ORDER BY d.live DESC, d.opened_at DESC LIMIT 1",
        record,
        list(by.persons),
    )
    shown = _row(row, await photos_of(by, f"service:{record}"))
    return replace(shown, may_dispute=owns and not (mine and mine["live"]), dispute=mine["dispute"] if mine else None)


@reading
async def photo_of_record(by: Principal, record: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """The JPEG of a photo of a record. Raises as `record_of` does, and Missing if it is not one of its photos."""
    await record_of(by, record)
    return await photo_of(by, f"service:{record}", photo, small=small)


@reading
async def keepable(by: Principal) -> list[tuple[UUID, str, Bilingual]]:
    """The promises in force today that the reader may record work for: id, estate and item, by area."""
    rows = await fetch(
        "SELECT s.id, c.name, s.item_zh, s.item_en FROM service_standard s JOIN community c ON c.id = s.community"
        " WHERE s.community = ANY($1) AND s.frequency IS NOT NULL AND s.per IS NOT NULL"
        " AND s.starts_on <= ($2 AT TIME ZONE c.timezone)::date"
        " AND (s.ends_on IS NULL OR s.ends_on >= ($2 AT TIME ZONE c.timezone)::date)"
        " ORDER BY c.code, array_position($3::text[], s.area), s.item_zh",
        list(by.where(May.record_services)),
        clock.now(),
        [area.value for area in ServiceArea],
    )
    return [(row["id"], row["name"], Bilingual(row["item_zh"], row["item_en"])) for row in rows]


@reading
async def recording_estates(by: Principal) -> list[EstateNow]:
    """The estates in which the reader may record work."""
    return await fetch_as(
        EstateNow,
        "SELECT id, name, ($2 AT TIME ZONE timezone) AS now FROM community WHERE id = ANY($1) ORDER BY code",
        list(by.where(May.record_services)),
        clock.now(),
    )


def month_of(text: str) -> Month | None:
    """The month in the filter; None for an empty or invalid value, which filters nothing."""
    try:
        return Month.parse(text) if text else None
    except ValueError:
        return None


def area_of(text: str) -> ServiceArea | None:
    """The area in the filter; None for an empty or invalid value."""
    return ServiceArea(text) if text in list(ServiceArea) else None


def _row(row: Record, photos: list[PhotoRow]) -> RecordRow:
    return RecordRow(
        id=row["id"],
        estate=row["estate"],
        zone=row["timezone"],
        area=ServiceArea(row["area"]),
        title=row["title"],
        place=row["place"],
        note=row["note"] or "",
        done_at=row["done_at"],
        recorder=row["recorder"],
        department=row["department"] or "",
        photos=photos,
        keeps=Bilingual(row["item_zh"], row["item_en"]) if row["item_zh"] else None,
        makes_up_for=row["makes_up_for"],
    )

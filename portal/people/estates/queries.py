"""Public facts of an estate: working hours, reply times, and the company that is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.estates.creditor import FIELDS, NEEDS, Creditor, Paper
from portal.people.estates.rules import ServiceLevel, WorkCalendar
from portal.people.estates.states import FeeMode
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work

COLUMNS = "company, credit_code, address, phone, bank, account_name, account_no, hotline, opens_at, closes_at"
_LACKING = " OR ".join(
    f"{'coalesce(hotline, phone)' if field == 'phone' else field} IS NULL" for field in NEEDS[Paper.letter]
)
_NAMELESS = f"SELECT name FROM community WHERE id = ANY($1) AND ({_LACKING}) ORDER BY code LIMIT $2"
_COMPANY = f"SELECT id, name, {COLUMNS} FROM community"


async def creditor_of(community: int) -> Creditor:
    """The company to which an estate's fees are owed, in the caller's transaction. Raises Missing."""
    row = await fetch_one(_COMPANY + " WHERE id = $1", community)
    if row is None:
        raise Missing
    return as_creditor(row)


async def creditors_of(communities: Iterable[int]) -> dict[int, Creditor]:
    """The companies of some estates, in the caller's transaction."""
    rows = await fetch(_COMPANY + " WHERE id = ANY($1) ORDER BY code", sorted(set(communities)))
    return {row["id"]: as_creditor(row) for row in rows}


async def nameless(communities: Iterable[int], most: int) -> list[str]:
    """The names of some of these estates whose company lacks details that a letter must name; at most so many."""
    return [row["name"] for row in await fetch(_NAMELESS, sorted(set(communities)), most)]


def as_creditor(row: Record) -> Creditor:
    """The company in a row with the estate's name and the COLUMNS."""
    fields = {name: row[name] or "" for name in (*FIELDS, "hotline")}
    return Creditor(estate=row["name"], **fields, hours=hours_of(row))


def hours_of(row: Record) -> str:
    """When the estate's desk is open, as people read it."""
    return f"{row['opens_at']:%H:%M}–{row['closes_at']:%H:%M}"


@dataclass(frozen=True)
class WorkTerms:
    """An estate's working time and its promises."""

    calendar: WorkCalendar
    level: ServiceLevel


async def work_terms(communities: Iterable[int]) -> dict[int, WorkTerms]:
    """The working terms of each estate in scope; part of the caller's unit of work."""
    wanted = sorted(set(communities))
    rows = await fetch(
        "SELECT id, timezone, opens_at, closes_at, acknowledge_hours, reply_hours, close_days,"
        " ARRAY(SELECT on_day FROM calendar_override o WHERE o.community = c.id ORDER BY on_day) AS days,"
        " ARRAY(SELECT working FROM calendar_override o WHERE o.community = c.id ORDER BY on_day) AS works"
        " FROM community c WHERE id = ANY($1)",
        wanted,
    )
    return {
        row["id"]: WorkTerms(
            WorkCalendar(
                zone=row["timezone"],
                opens=row["opens_at"],
                closes=row["closes_at"],
                overrides=dict(zip(row["days"], row["works"], strict=True)),
            ),
            ServiceLevel(
                acknowledge_hours=row["acknowledge_hours"], reply_hours=row["reply_hours"], close_days=row["close_days"]
            ),
        )
        for row in rows
    }


async def terms_of(community: int) -> WorkTerms:
    """The working terms of one estate. Raises KeyError for an unknown one."""
    return (await work_terms([community]))[community]


async def today_in(community: int) -> date:
    """The business date of an estate, in the caller's transaction. Raises Missing for an unknown one."""
    zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
    if zone is None:
        raise Missing
    return clock.today(zone)


@dataclass(frozen=True)
class PublicEstate:
    """The public details of an estate. `id` is the scope of what it publishes, `today` its business date."""

    id: int
    code: str
    name: str
    fee_mode: FeeMode
    contract: str
    creditor: Creditor
    zone: str
    today: date

    @property
    def hotline(self) -> str:
        """The public telephone number."""
        return self.creditor.telephone

    @property
    def company(self) -> str:
        """The property company with its credit code."""
        of = self.creditor
        return f"{of.company} ({of.credit_code})" if of.company and of.credit_code else of.company


async def estate_called(code: str) -> PublicEstate:
    """The estate with this code, for people who are not signed in. Raises Missing."""
    async with unit_of_work(read_only=True):
        row = await fetch_one(
            f"SELECT id, code, name, fee_mode, contract_ref, timezone, {COLUMNS} FROM community WHERE code = $1",
            code,
        )
    if row is None:
        raise Missing
    return PublicEstate(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        fee_mode=FeeMode(row["fee_mode"]),
        contract=row["contract_ref"] or "",
        creditor=as_creditor(row),
        zone=row["timezone"],
        today=clock.today(row["timezone"]),
    )

"""When an estate works, how fast it promises to answer, and what anybody may know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.estates.companies import COLUMNS, as_creditor
from portal.people.estates.creditor import Creditor
from portal.people.estates.rules import ServiceLevel, WorkCalendar
from portal.people.estates.states import FeeMode
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work


@dataclass(frozen=True)
class WorkTerms:
    """An estate's working time and what it promises in it."""

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
                row["timezone"],
                row["opens_at"],
                row["closes_at"],
                dict(zip(row["days"], row["works"], strict=True)),
            ),
            ServiceLevel(row["acknowledge_hours"], row["reply_hours"], row["close_days"]),
        )
        for row in rows
    }


async def terms_of(community: int) -> WorkTerms:
    """The working terms of one estate. Raises KeyError for an unknown one."""
    return (await work_terms([community]))[community]


async def today_in(community: int) -> date:
    """The business date of an estate, in the running unit of work. Raises Missing for an unknown one."""
    zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
    if zone is None:
        raise Missing
    return clock.today(zone)


@dataclass(frozen=True)
class PublicEstate:
    """What anybody may know of an estate. `id` is the scope of what it publishes, `today` its business date."""

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
        """The telephone for everybody."""
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

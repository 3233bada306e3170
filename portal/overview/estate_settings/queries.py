"""The calendars and companies of the reader's estates, with missing details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.overview.estate_settings.states import DayKind
from portal.people.estates.creditor import Creditor, Paper, named
from portal.people.estates.queries import creditors_of, work_terms
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class Kept:
    """A day that differs from the national calendar."""

    on: date
    kind: DayKind
    note: str


@dataclass(frozen=True)
class Calendar:
    """An estate's calendar: `known` says whether the national calendar has this year's holidays."""

    id: int
    code: str
    name: str
    hours: str
    year: int
    known: bool
    days: list[Kept]


async def calendar_at(by: Principal, code: str) -> Calendar:
    """A calendar that the reader may change. Raises Missing."""
    chosen = next((one for one in await calendars_of(by, May.set_calendar) if one.code == code), None)
    if chosen is None:
        raise Missing
    return chosen


@reading
async def calendars_of(by: Principal, what: May = May.read_calendar) -> list[Calendar]:
    """The calendars of the communities in which the reader may do this, with the days from this year on."""
    communities = list(by.where(what))
    rows = await fetch("SELECT id, code, name FROM community WHERE id = ANY($1) ORDER BY code", communities)
    days = await fetch(
        "SELECT community, on_day, working, note FROM calendar_override WHERE community = ANY($1) ORDER BY on_day",
        communities,
    )
    terms = await work_terms(communities)
    result = []
    for row in rows:
        calendar = terms[row["id"]].calendar
        year = clock.today(calendar.zone).year
        result.append(
            Calendar(
                id=row["id"],
                code=row["code"],
                name=row["name"],
                hours=f"{calendar.opens:%H:%M}–{calendar.closes:%H:%M}",
                year=year,
                known=calendar.knows(year),
                days=[
                    Kept(
                        on=day["on_day"], kind=DayKind.working if day["working"] else DayKind.resting, note=day["note"]
                    )
                    for day in days
                    if day["community"] == row["id"] and day["on_day"].year >= year
                ],
            )
        )
    return result


@dataclass(frozen=True)
class CompanyRow:
    """An estate with its company; `missing` names the details that documents need and that are unknown."""

    id: int
    code: str
    creditor: Creditor

    @property
    def missing(self) -> tuple[Sentence, ...]:
        """The names of the missing details that some document needs."""
        return named(self.creditor.missing(Paper.letter))


@reading
async def companies_of(by: Principal, what: May = May.read_companies) -> list[CompanyRow]:
    """The estates in which the reader may do this, by code."""
    rows = await fetch("SELECT id, code FROM community WHERE id = ANY($1) ORDER BY code", list(by.where(what)))
    known = await creditors_of(row["id"] for row in rows)
    return [CompanyRow(id=row["id"], code=row["code"], creditor=known[row["id"]]) for row in rows]


async def company_at(by: Principal, code: str) -> CompanyRow:
    """An estate in which the reader may enter the company. Raises Missing."""
    chosen = next((row for row in await companies_of(by, May.set_companies) if row.code == code), None)
    if chosen is None:
        raise Missing
    return chosen

"""Report a vacancy with evidence, answer the report, end the vacancy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.homes.units.states import OccupancyState
from portal.homes.vacancies.queries import LIVED_IN, OWNS_NOW
from portal.homes.vacancies.states import VACANCY_MOVES, VacancyState
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos

AHEAD = timedelta(days=62)
FAR = timedelta(days=366)
WAITING = N_("A vacancy report for this home is already waiting for an answer.")
ALREADY = N_("This home already counts as vacant.")
TOO_EARLY = N_("The home was handed over on %(day)s. Enter that day or a later one.")
TOO_LATE = N_("Enter a day no later than %(day)s. For a later day, report it closer to the time.")
BEFORE_FILING = N_("It counts from %(day)s at the earliest, when it was reported or the home became empty.")
FAR_AHEAD = N_("Enter a day no later than %(day)s.")
STILL_COUNTED = N_("The home was already vacant until %(day)s. Enter a later day.")
LIVED_EARLIER = N_("Enter a day from %(first)s to %(last)s. Bills already issued stay as they are.")
NOT_VACANT = N_("This home does not count as vacant.")
OWN = N_("Another member of staff has to answer this, because you reported it yourself.")


@retrying
async def file_vacancy(
    by: Principal, unit: UUID, *, empty_since: date, body: str, photos: Sequence[Sent] = (), once: str | None = None
) -> UUID:
    """Report, as an owner of today, that the home is empty; returns the filing's id. It has no effect until approved.

    Raises Missing for anybody else, Invalid for a day that is not allowed, Refused while one waits or the home is
    vacant.
    """
    kept, vacancy = await encode(photos), id_of(by.human, once)
    async with unit_of_work(by):
        home = await _home(unit, f"{OWNS_NOW} AND o.person = ANY($3)", list(by.persons))
        return await _file(
            by, vacancy, home=home, empty_since=empty_since, body=body, photos=kept, person=home["person"]
        )


@retrying
async def file_at_desk(
    by: Principal, unit: UUID, *, empty_since: date, body: str, photos: Sequence[Sent] = (), once: str | None = None
) -> UUID:
    """Report it for an owner who wrote or came; another member of staff answers. Raises as `file_vacancy` does."""
    kept, vacancy = await encode(photos), id_of(by.human, once)
    async with unit_of_work(*by.where(May.file_vacancies)):
        home = await _home(unit, "u.community = ANY($3)", list(by.where(May.file_vacancies)))
        staff = await staff_of(by, home["community"])
        return await _file(by, vacancy, home=home, empty_since=empty_since, body=body, photos=kept, staff=staff)


@retrying
async def approve_vacancy(by: Principal, vacancy: UUID, *, starts_on: date, answer: str = "") -> None:
    """Approve a filing: the home counts as vacant in bills issued from `starts_on` on, until it is ended.

    It counts at the earliest from the day it was filed (registered). Raises Missing, Invalid, Refused.
    """
    async with unit_of_work(*by.where(May.answer_vacancies)):
        row, me = await _for_answer(by, vacancy, VacancyState.approved)
        earliest = max(row["filed_on"], row["empty_since"])
        if starts_on < earliest:
            raise Invalid("starts_on", BEFORE_FILING, day=earliest)
        if starts_on > row["today"] + FAR:
            raise Invalid("starts_on", FAR_AHEAD, day=row["today"] + FAR)
        until = await fetch_value(
            "SELECT max(coalesce(ends_on, 'infinity')) FROM vacancy WHERE unit = $1 AND state = 'approved'",
            row["unit"],
        )
        if until == date.max:
            raise Refused(ALREADY)
        if until and starts_on <= until:
            raise Invalid("starts_on", STILL_COUNTED, day=until)
        await _answer(vacancy, VacancyState.approved, me, answer or None, starts_on)
        await _record(by, AuditVerb.VACANCY_APPROVED, vacancy, row["community"], answer or None, on=starts_on)
        await _tell(row, NoticeKind.vacancy_approved, vacancy, starts_on=starts_on, answer=answer)


@retrying
async def refuse_vacancy(by: Principal, vacancy: UUID, answer: str) -> None:
    """Refuse a filing, with reasons. Raises Missing, Refused once it is answered or to whoever filed it."""
    async with unit_of_work(*by.where(May.answer_vacancies)):
        row, me = await _for_answer(by, vacancy, VacancyState.refused)
        await _answer(vacancy, VacancyState.refused, me, answer, None)
        await _record(by, AuditVerb.VACANCY_REFUSED, vacancy, row["community"], answer)
        await _tell(row, NoticeKind.vacancy_refused, vacancy, answer=answer)


@retrying
async def withdraw_vacancy(by: Principal, unit: UUID, vacancy: UUID) -> None:
    """Withdraw one's own filing before it is answered. Raises Missing, Refused once it is answered."""
    async with unit_of_work(by):
        home = await _home(unit, f"{OWNS_NOW} AND o.person = ANY($3)", list(by.persons))
        state = await fetch_value("SELECT state FROM vacancy WHERE id = $1 AND unit = $2", vacancy, unit)
        if state is None:
            raise Missing
        to = VACANCY_MOVES.check(state, VacancyState.withdrawn)
        await fetch("UPDATE vacancy SET state = $2 WHERE id = $1", vacancy, to.value)
        await _record(by, AuditVerb.VACANCY_WITHDRAWN, vacancy, home["community"], None)


@retrying
async def end_vacancy(by: Principal, unit: UUID, lived_in_from: date) -> None:
    """Report, as an owner, from which day (today or later) the home is lived in. Raises Missing, Invalid, Refused."""
    async with unit_of_work(by):
        await _end(by, await _home(unit, f"{OWNS_NOW} AND o.person = ANY($3)", list(by.persons)), lived_in_from)


@retrying
async def end_vacancy_at_desk(by: Principal, unit: UUID, lived_in_from: date) -> None:
    """The same by staff, who were told or saw it. Raises as `end_vacancy` does."""
    async with unit_of_work(*by.where(May.file_vacancies)):
        await _end(by, await _home(unit, "u.community = ANY($3)", list(by.where(May.file_vacancies))), lived_in_from)


async def _home(unit: UUID, whose: str, values: list[Any]) -> Record:
    """The home, locked, with today's date there and its occupancy. `whose` is a condition of this module."""
    await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", unit)
    row = await fetch_one(
        f"SELECT u.id, u.community, u.name, u.handed_over_on, u.occupancy AS on_roll, t.today, o.person,"
        f" {LIVED_IN.format(day='t.today')} AS occupancy"
        " FROM unit u JOIN community c ON c.id = u.community CROSS JOIN LATERAL"
        "   (SELECT ($2 AT TIME ZONE c.timezone)::date AS today) t"
        " LEFT JOIN occupancy o ON o.unit = u.id"
        f" WHERE u.id = $1 AND {whose} ORDER BY o.id LIMIT 1",
        unit,
        clock.now(),
        values,
    )
    if row is None:
        raise Missing
    return row


async def _file(
    by: Principal,
    vacancy: UUID,
    home: Record,
    empty_since: date,
    body: str,
    photos: Sequence[Any],
    *,
    person: UUID | None = None,
    staff: UUID | None = None,
) -> UUID:
    if await fetch_value("SELECT id FROM vacancy WHERE id = $1 AND unit = $2", vacancy, home["id"]):
        return vacancy
    if home["handed_over_on"] and empty_since < home["handed_over_on"]:
        raise Invalid("empty_since", TOO_EARLY, day=home["handed_over_on"])
    if empty_since > home["today"] + AHEAD:
        raise Invalid("empty_since", TOO_LATE, day=home["today"] + AHEAD)
    if home["occupancy"] == OccupancyState.vacant or await _open(home["id"]):
        raise Refused(ALREADY)
    if await fetch_value("SELECT id FROM vacancy WHERE unit = $1 AND state = 'waiting'", home["id"]):
        raise Refused(WAITING)
    await fetch(
        "INSERT INTO vacancy (id, community, unit, empty_since, body, state, filed_by, filed_at_desk, filed_at)"
        " VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)",
        vacancy,
        home["community"],
        home["id"],
        empty_since,
        body,
        person,
        staff,
        clock.now(),
    )
    await keep_photos(home["community"], f"vacancy:{vacancy}", by.actor, photos)
    facts = {"on": empty_since, "photos": len(photos), "unit": home["id"]}
    await _record(by, AuditVerb.VACANCY_FILED, vacancy, home["community"], None, **facts)
    return vacancy


async def _open(unit: UUID) -> UUID | None:
    """The approved vacancy that nobody has ended."""
    vacancy: UUID | None = await fetch_value(
        "SELECT id FROM vacancy WHERE unit = $1 AND state = 'approved' AND ends_on IS NULL", unit
    )
    return vacancy


async def _for_answer(by: Principal, vacancy: UUID, to: VacancyState) -> tuple[Record, UUID]:
    """The filing, with its home and itself locked, and the member of staff who answers."""
    stored = await fetch_one(
        "SELECT unit FROM vacancy WHERE id = $1 AND community = ANY($2)", vacancy, list(by.where(May.answer_vacancies))
    )
    if stored is None:
        raise Missing
    await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", stored["unit"])
    row = await fetch_one(
        "SELECT v.*, u.name, (v.filed_at AT TIME ZONE c.timezone)::date AS filed_on,"
        " ($2 AT TIME ZONE c.timezone)::date AS today FROM vacancy v JOIN unit u ON u.id = v.unit"
        " JOIN community c ON c.id = v.community WHERE v.id = $1 FOR NO KEY UPDATE OF v",
        vacancy,
        clock.now(),
    )
    assert row is not None
    VACANCY_MOVES.check(row["state"], to)
    me = await staff_of(by, row["community"])
    if me == row["filed_at_desk"]:
        raise Refused(OWN)
    return row, me


async def _answer(vacancy: UUID, to: VacancyState, me: UUID, answer: str | None, starts_on: date | None) -> None:
    await fetch(
        "UPDATE vacancy SET state = $2, answered_by = $3, answered_at = $4, answer = $5, starts_on = $6 WHERE id = $1",
        vacancy,
        to.value,
        me,
        clock.now(),
        answer,
        starts_on,
    )


async def _end(by: Principal, home: Record, lived_in_from: date) -> None:
    """End the approved vacancy on the day before; a home that is vacant only by the roll is lived in from today."""
    row = await fetch_one(
        "SELECT * FROM vacancy WHERE unit = $1 AND state = 'approved' AND ends_on IS NULL FOR NO KEY UPDATE", home["id"]
    )
    if row is None and home["on_roll"] != OccupancyState.vacant:
        raise Refused(NOT_VACANT)
    first = max(home["today"], row["starts_on"] + timedelta(days=1)) if row else home["today"]
    last = home["today"] + FAR if row else home["today"]
    if not first <= lived_in_from <= last:
        raise Invalid("lived_in_from", LIVED_EARLIER, first=first, last=last)
    if home["on_roll"] == OccupancyState.vacant:
        await fetch("UPDATE unit SET occupancy = $2 WHERE id = $1", home["id"], OccupancyState.owner.value)
    if row:
        ends_on = lived_in_from - timedelta(days=1)
        await fetch("UPDATE vacancy SET ends_on = $2 WHERE id = $1", row["id"], ends_on)
    subject = f"vacancy:{row['id']}" if row else f"unit:{home['id']}"
    await record(by.actor, AuditVerb.VACANCY_ENDED, subject, community=home["community"], on=lived_in_from)
    about = {"unit": home["id"], "name": home["name"], "community": home["community"], "today": home["today"]}
    await _tell(about, NoticeKind.vacancy_ended, row["id"] if row else home["id"], starts_on=lived_in_from)


async def _record(
    by: Principal, verb: AuditVerb, vacancy: UUID, community: int, reason: str | None, **facts: object
) -> None:
    await record(by.actor, verb, f"vacancy:{vacancy}", community=community, reason=reason, **facts)


async def _tell(home: Any, kind: NoticeKind, vacancy: UUID, **facts: Any) -> None:
    """Notify everybody who owns the home today."""
    owners = await fetch(
        "SELECT o.person FROM occupancy o CROSS JOIN (SELECT $2::date AS today) t"
        f" WHERE o.unit = $1 AND {OWNS_NOW} ORDER BY o.person",
        home["unit"],
        home["today"],
    )
    await tell(
        [row["person"] for row in owners],
        kind,
        community=home["community"],
        subject=f"vacancy:{vacancy}",
        link=f"/homes/{home['unit']}/vacancy",
        unit=home["name"],
        **facts,
    )

"""A home stands empty: filed, answered by somebody else, counted on the day of issue, ended from today on."""

from datetime import UTC, date, datetime

import pytest

from portal.fees.runs.preview import preview_run
from portal.homes.directory.desk_queries import unit_at
from portal.homes.units.states import OccupancyState
from portal.homes.vacancies.actions import (
    approve_vacancy,
    end_vacancy,
    end_vacancy_at_desk,
    file_at_desk,
    file_vacancy,
    refuse_vacancy,
    withdraw_vacancy,
)
from portal.homes.vacancies.queries import photo_of_vacancy, vacancies_at, vacancies_of, vacancies_of_unit
from portal.homes.vacancies.states import VacancyState
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.run.verify import verify
from tests import builders, cast
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TODAY = date(2026, 11, 20)
FULL, EMPTY = 25024, 17517  # 89.37 m² × 2.80, and × 0.7, half up


def at(on):
    clock.start_at(datetime(on.year, on.month, on.day, 4, tzinfo=UTC))


@pytest.fixture
async def estate(database, clean):
    at(TODAY)
    found = await cast.mingxi()
    await builders.tariff(found.community, await builders.charge_item(found.community), vacancy_rate="0.7")
    yield found
    clock.start_at(clock.real_now())


async def filed(estate, *, since=date(2026, 10, 1), who="陈静", unit="1栋101", **more):
    return await file_vacancy(estate[who], estate.units[unit], empty_since=since, body="水表没有走", **more)


async def billed(estate, issued_on):
    report = await preview_run(estate.community, Month(2026, 12), issued_on)
    return report.totals.by_unit["1栋101"]


async def test_an_approved_vacancy_counts_on_the_days_of_issue_that_it_lasts(estate):
    vacancy = await filed(estate)
    assert await billed(estate, TODAY) == FULL
    await approve_vacancy(estate["蒋涛"], vacancy, starts_on=date(2026, 11, 25))
    assert [await billed(estate, date(2026, 11, day)) for day in (24, 25)] == [FULL, EMPTY]
    await end_vacancy(estate["陈静"], estate.units["1栋101"], date(2026, 12, 10))
    assert [await billed(estate, date(2026, 12, day)) for day in (9, 10)] == [EMPTY, FULL]
    assert (await verify())["ok"]


async def test_how_the_home_is_lived_in_follows_the_day(estate):
    unit = estate.units["1栋101"]
    await approve_vacancy(estate["蒋涛"], await filed(estate), starts_on=date(2026, 11, 25))
    seen = []
    for day in (date(2026, 11, 24), date(2026, 11, 25)):
        at(day)
        seen.append((await unit_at(estate["冯丽"], unit)).occupancy)
    assert seen == [OccupancyState.owner, OccupancyState.vacant]


async def test_a_filing_keeps_its_evidence_and_tells_the_owners_how_it_was_answered(estate):
    vacancy = await filed(estate, photos=[Sent("a.jpg", a_photo())])
    (row,) = await vacancies_at(estate["蒋涛"])
    assert (row.filed_by, row.empty_since, row.waits, len(row.photos)) == ("陈静", date(2026, 10, 1), True, 1)
    await refuse_vacancy(estate["沈平"], vacancy, "水表仍在走")
    async with unit_of_work(estate.community):
        told = await fetch("SELECT kind, facts::jsonb ->> 'answer' AS answer FROM notice")
        verbs = await fetch("SELECT verb FROM audit_entry ORDER BY at")
    assert [tuple(row) for row in told] == [("vacancy_refused", "水表仍在走")]
    assert [row["verb"] for row in verbs] == ["vacancy_filed", "vacancy_refused"]
    assert (await vacancies_of(estate["陈静"], estate.units["1栋101"])).can_be_filed


async def test_it_counts_at_the_earliest_from_the_filing(estate):
    vacancy = await filed(estate)
    for day, field in ((date(2026, 11, 19), "starts_on"), (date(2028, 1, 1), "starts_on")):
        with pytest.raises(Invalid) as refused:
            await approve_vacancy(estate["蒋涛"], vacancy, starts_on=day)
        assert refused.value.field == field
    await approve_vacancy(estate["蒋涛"], vacancy, starts_on=TODAY)


async def test_a_home_that_will_stand_empty_counts_from_then(estate):
    vacancy = await filed(estate, since=date(2026, 12, 24))
    with pytest.raises(Invalid):
        await approve_vacancy(estate["蒋涛"], vacancy, starts_on=date(2026, 12, 23))
    await approve_vacancy(estate["蒋涛"], vacancy, starts_on=date(2026, 12, 24))


@pytest.mark.parametrize("since", [date(2015, 6, 29), date(2027, 1, 22)])
async def test_a_day_before_the_handover_or_far_ahead_is_refused(estate, since):
    with pytest.raises(Invalid) as refused:
        await filed(estate, since=since)
    assert refused.value.field == "empty_since"


async def test_one_waits_at_a_time_and_a_vacant_home_is_not_filed_again(estate):
    vacancy = await filed(estate, once="k" * 20)
    assert await filed(estate, once="k" * 20) == vacancy
    with pytest.raises(Refused):
        await filed(estate)
    await approve_vacancy(estate["蒋涛"], vacancy, starts_on=TODAY)
    with pytest.raises(Refused):
        await filed(estate)
    with pytest.raises(Refused):
        await approve_vacancy(estate["沈平"], vacancy, starts_on=TODAY)


async def test_who_filed_it_at_the_desk_does_not_answer_it(estate):
    unit = estate.units["1栋101"]
    vacancy = await file_at_desk(estate["蒋涛"], unit, empty_since=TODAY, body="业主来电")
    with pytest.raises(Refused):
        await approve_vacancy(estate["蒋涛"], vacancy, starts_on=TODAY)
    with pytest.raises(Refused):
        await refuse_vacancy(estate["蒋涛"], vacancy, "不行")
    await approve_vacancy(estate["沈平"], vacancy, starts_on=TODAY)
    await end_vacancy_at_desk(estate["冯丽"], unit, date(2026, 11, 21))
    (row,) = (await vacancies_of_unit(estate["冯丽"], unit)).filings
    assert (row.starts_on, row.ends_on) == (TODAY, TODAY)


@pytest.mark.parametrize("day", [date(2026, 11, 19), date(2026, 11, 20), date(2027, 11, 22)])
async def test_it_ends_from_today_on_and_never_before_it_began(estate, day):
    unit = estate.units["1栋101"]
    await approve_vacancy(estate["蒋涛"], await filed(estate), starts_on=TODAY)
    with pytest.raises(Invalid) as refused:
        await end_vacancy(estate["陈静"], unit, day)
    assert refused.value.field == "lived_in_from"


async def test_the_next_vacancy_begins_after_the_last(estate):
    unit = estate.units["1栋101"]
    await approve_vacancy(estate["蒋涛"], await filed(estate), starts_on=TODAY)
    await end_vacancy(estate["陈静"], unit, date(2026, 11, 25))
    at(date(2026, 11, 25))
    again = await filed(estate, since=date(2026, 11, 25))
    await approve_vacancy(estate["蒋涛"], again, starts_on=date(2026, 11, 25))
    found = await vacancies_of(estate["陈静"], unit)
    assert [(row.starts_on, row.ends_on) for row in found.filings] == [
        (date(2026, 11, 25), None), (TODAY, date(2026, 11, 24)),
    ]  # fmt: skip
    assert (await verify())["ok"]


async def test_what_the_roll_calls_vacant_is_lived_in_from_the_day_it_is_said(estate):
    unit = estate.units["1栋101"]
    async with unit_of_work(estate.community):
        await fetch("UPDATE unit SET occupancy = 'vacant' WHERE id = $1", unit)
    assert await billed(estate, TODAY) == EMPTY
    with pytest.raises(Refused):
        await filed(estate)
    with pytest.raises(Invalid):
        await end_vacancy(estate["陈静"], unit, date(2026, 11, 21))
    await end_vacancy(estate["陈静"], unit, TODAY)
    assert await billed(estate, TODAY) == FULL


async def test_what_is_not_vacant_cannot_end_and_an_answered_filing_is_not_withdrawn(estate):
    unit = estate.units["1栋101"]
    with pytest.raises(Refused):
        await end_vacancy(estate["陈静"], unit, TODAY)
    vacancy = await filed(estate)
    await withdraw_vacancy(estate["陈静"], unit, vacancy)
    with pytest.raises(Refused):
        await withdraw_vacancy(estate["陈静"], unit, vacancy)
    with pytest.raises(Refused):
        await approve_vacancy(estate["蒋涛"], vacancy, starts_on=TODAY)
    async with unit_of_work(estate.community):
        assert await fetch_value("SELECT state FROM vacancy") == VacancyState.withdrawn


@pytest.mark.parametrize(("who", "unit"), [("陈静", "1栋102"), ("赵敏", "1栋103"), ("周杰", "1栋104")])
async def test_neighbours_tenants_and_former_owners_find_nothing(estate, who, unit):
    home = estate.units[unit]
    with pytest.raises(Missing):
        await vacancies_of(estate[who], home)
    with pytest.raises(Missing):
        await filed(estate, who=who, unit=unit)
    with pytest.raises(Missing):
        await end_vacancy(estate[who], home, TODAY)


async def test_photos_and_answers_stay_within_the_estate_and_the_roles(estate):
    vacancy, unit = await filed(estate, photos=[Sent("a.jpg", a_photo())]), estate.units["1栋101"]
    other = await cast.donghu()
    (row,) = await vacancies_at(estate["蒋涛"])
    photo = row.photos[0].id
    assert (await photo_of_vacancy(estate["陈静"], unit, vacancy, photo)).startswith(b"\xff\xd8")
    with pytest.raises(Missing):
        await photo_of_vacancy(estate["李明"], unit, vacancy, photo)
    for who in (estate["冯丽"], other["韩冰"]):
        with pytest.raises(Missing):
            await approve_vacancy(who, vacancy, starts_on=TODAY)
    assert await vacancies_at(other["韩冰"]) == []

"""What was promised and done in a month agrees with the records of that month, and no time counts twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from portal.care.dispute_desk.jobs import rounds as job
from portal.care.services.actions import Work, record_service
from portal.care.services.rounds import Delivered, delivered_in, explain_round, open_rounds
from portal.care.standards.actions import Promise, keep_promises
from portal.care.standards.states import RoundState, ServiceArea
from portal.kit import clock
from portal.kit.period import Month
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.care.services.test_rounds import counts
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def today(on: date) -> None:
    clock.start_at(datetime.combine(on, time(4), UTC))


@pytest.fixture
async def estate() -> cast.Estate:
    """The stairs are swept once a week since the second of November, a Monday."""
    today(date(2026, 11, 2))
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        wanted = Promise("cleaning", "楼道清扫", "Stairs swept", 1, "week", None, None)
        await keep_promises(estate.community, [wanted], jurisdiction="CN", on=date(2026, 11, 2))
    return estate


async def sweep(estate: cast.Estate, on: date) -> UUID:
    async with unit_of_work(estate.community):
        standard = await fetch_value("SELECT id FROM service_standard")
    return await record_service(
        estate["冯丽"], estate.community, Work(ServiceArea.cleaning, "清扫", "1栋", on, time(9), standard=standard)
    )


async def in_month(by: Principal, month: Month) -> tuple[int, int, int, int]:
    """Done, late, missed and due."""
    found: list[Delivered] = (await delivered_in(by, month)).delivered
    return counts(found[0]) if found else (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("done_on", "on", "november", "december"),
    [
        (None, date(2026, 11, 30), (0, 0, 4, 1), (0, 0, 0, 0)),  # the week runs until 6 December
        (None, date(2026, 12, 2), (0, 0, 4, 0), (0, 0, 0, 1)),
        (None, date(2026, 12, 8), (0, 0, 4, 0), (0, 0, 1, 1)),
        (date(2026, 11, 30), date(2026, 12, 8), (1, 0, 4, 0), (0, 0, 0, 1)),
        (date(2026, 12, 5), date(2026, 12, 8), (0, 0, 4, 0), (1, 0, 0, 1)),
    ],
)
async def test_a_week_belongs_to_one_month(
    estate: cast.Estate, done_on: date | None, on: date, november: tuple[int, ...], december: tuple[int, ...]
) -> None:
    today(on)
    await job(on)
    if done_on:
        await sweep(estate, done_on)
    assert (await in_month(estate["陈静"], NOVEMBER), await in_month(estate["陈静"], DECEMBER)) == (november, december)


async def test_each_reason_says_how_many_it_stands_for(estate: cast.Estate, settings: Settings) -> None:
    today(date(2026, 11, 30))
    await job(date(2026, 11, 30))
    missed = [one for one in await open_rounds(estate["冯丽"]) if one.state is RoundState.missed]
    for one, reason in zip(missed, ("暴雨", "暴雨", "电梯大修"), strict=False):
        await explain_round(estate["冯丽"], one.id, reason)
    [one] = (await delivered_in(estate["陈静"])).delivered
    assert (one.missed, sorted(one.reasons), one.unexplained) == (4, [("暴雨", 2), ("电梯大修", 1)], 1)
    assert one.promised == one.kept + one.missed + one.due
    async with browser(settings, estate["陈静"]) as client:
        page = (await client.get("/services")).text
    for words in ("2 次：暴雨", "1 次：电梯大修", "1 次尚未说明原因"):
        assert words in page


async def test_the_records_below_are_of_the_same_month_and_say_what_they_count_for(
    estate: cast.Estate, settings: Settings
) -> None:
    today(date(2026, 12, 3))
    await job(date(2026, 12, 3))
    for on in (date(2026, 11, 4), date(2026, 11, 30), date(2026, 12, 1)):
        await sweep(estate, on)  # the last one makes up for the week before
    async with browser(settings, estate["陈静"]) as client:
        pages = {month: (await client.get("/services", params={"month": month})).text
                 for month in ("2026-11", "2026-12", "", "all")}  # fmt: skip
    kept = {month: (page.count("data-service="), page.count("计入承诺：楼道清扫"), page.count("补做"))
            for month, page in pages.items()}  # fmt: skip
    assert kept == {"2026-11": (2, 2, 0), "2026-12": (1, 0, 1), "": (1, 0, 1), "all": (3, 2, 1)}
    done = re.search(r'data-label="已完成" class="num"><span>(\d+)', pages["2026-11"])
    assert done and done[1] == "3", "two in time, and one that was made up later"
    assert "承诺与完成情况" not in pages["all"]


@pytest.fixture(autouse=True)
def real_time_after() -> Iterator[None]:
    yield
    clock.start_at(clock.real_now())

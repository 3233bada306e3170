"""Promised against done: times are written down, kept by work, missed with a reason, and rated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from portal.care.dispute_desk.jobs import rounds as job
from portal.care.services.actions import Work, record_service
from portal.care.services.rating import rate, ratings_of
from portal.care.services.rounds import Delivered, delivered_in, explain_round, open_rounds
from portal.care.standards.actions import Promise, keep_promises
from portal.care.standards.states import RoundState, ServiceArea
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.period import Month
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def at(day: int, hour: int = 4) -> None:
    """A day of November 2026 in UTC; 4 h is noon in Shanghai."""
    clock.start_at(datetime(2026, 11, day, hour, tzinfo=UTC))


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    at(2)
    yield
    clock.start_at(clock.real_now())


async def promise(community: int, frequency: int = 2, per: str = "week") -> UUID:
    """Stairs are swept so often, since the first of November."""
    async with unit_of_work(community):
        wanted = Promise("cleaning", "楼道清扫", "Stairs swept", frequency, per, None, None)
        await keep_promises(community, [wanted], jurisdiction="CN", on=date(2026, 11, 1))
        found: UUID = await fetch_value("SELECT id FROM service_standard WHERE community = $1", community)
    return found


async def sweep(mingxi: cast.Estate, standard: UUID | None, day: int) -> UUID:
    """Somebody swept on a day of November."""
    done = Work(ServiceArea.cleaning, "楼道清扫", "1栋", date(2026, 11, day), time(9), standard=standard)
    return await record_service(mingxi["冯丽"], mingxi.community, done)


def counts(one: Delivered) -> tuple[int, int, int, int]:
    return one.done, one.late, one.missed, one.due


async def test_every_time_is_written_down_once_however_often_and_late_the_job_runs() -> None:
    mingxi = await cast.mingxi()
    await promise(mingxi.community)
    await asyncio.gather(job(date(2026, 11, 3)), job(date(2026, 11, 3)))
    assert (await job(date(2026, 11, 20)))["expected"] == 4
    assert (await job(date(2026, 11, 4)))["expected"] == 0, "nothing done is undone"
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT first_day, count(*) FROM service_round GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(date(2026, 11, day), 2) for day in (2, 9, 16)]
    assert (await verify())["failed"] == []


async def test_work_keeps_its_week_then_the_one_before_and_no_more() -> None:
    mingxi = await cast.mingxi()
    standard = await promise(mingxi.community)
    at(12)
    for day in (3, 10, 11):
        await sweep(mingxi, standard, day)
    [one] = (await delivered_in(mingxi["陈静"])).delivered
    assert counts(one) == (3, 0, 1, 0) and (one.promised, one.kept) == (4, 3)
    await sweep(mingxi, standard, 12)
    [one] = (await delivered_in(mingxi["陈静"])).delivered
    assert counts(one) == (3, 1, 0, 0), "done in the next week: late"
    await sweep(mingxi, standard, 12)
    await sweep(mingxi, None, 12)
    assert counts((await delivered_in(mingxi["陈静"])).delivered[0]) == (3, 1, 0, 0), "more than was promised"
    assert (await verify())["failed"] == []


async def test_of_two_who_record_at_once_each_keeps_one() -> None:
    mingxi = await cast.mingxi()
    standard = await promise(mingxi.community)
    at(4)
    await asyncio.gather(*(sweep(mingxi, standard, 3) for _ in range(3)))
    assert counts((await delivered_in(mingxi["陈静"])).delivered[0]) == (2, 0, 0, 0)


async def test_a_missed_one_gets_its_reason_once_and_by_its_own_staff() -> None:
    mingxi, other = await cast.mingxi(), await cast.donghu()
    await promise(mingxi.community, 1)
    await job(date(2026, 11, 12))
    at(12)
    waiting = await open_rounds(mingxi["冯丽"])
    assert [(one.state, one.last_day.day) for one in waiting] == [(RoundState.due, 15), (RoundState.missed, 8)]
    with pytest.raises(Refused):
        await explain_round(mingxi["冯丽"], waiting[0].id, "还没到期")
    with pytest.raises(Missing):
        await explain_round(other["韩冰"], waiting[1].id, "不是我的小区")
    await explain_round(mingxi["冯丽"], waiting[1].id, "电梯大修，楼道封闭")
    with pytest.raises(Refused):
        await explain_round(mingxi["冯丽"], waiting[1].id, "又一个原因")
    assert [one.last_day.day for one in await open_rounds(mingxi["冯丽"])] == [15]
    assert (await verify())["failed"] == []


async def test_what_was_missed_is_made_up_by_a_department_and_then_late() -> None:
    mingxi = await cast.mingxi()
    standard = await promise(mingxi.community, 1)
    await job(date(2026, 11, 24))
    at(24)
    (oldest, *_rest) = sorted(await open_rounds(mingxi["冯丽"]), key=lambda one: one.last_day)
    for department, day in (
        ("环境部", None),
        ("", date(2026, 11, 26)),
        ("环境部", date(2026, 11, 23)),
        ("保洁部", date(2026, 11, 26)),  # nobody works there
    ):
        with pytest.raises(Invalid):
            await explain_round(mingxi["冯丽"], oldest.id, "人手不足", department, day)
    await explain_round(mingxi["冯丽"], oldest.id, "人手不足", "环境部", date(2026, 11, 26))
    first = (await open_rounds(mingxi["冯丽"]))[0]
    assert (first.id, first.department, first.make_up_late) == (oldest.id, "环境部", False), "on top of the list"
    at(27)
    assert (await open_rounds(mingxi["冯丽"]))[0].make_up_late
    at(26)
    for _ in range(3):  # this week's own, last week's, and then what is to be made up
        await sweep(mingxi, standard, 26)
    assert oldest.id not in {one.id for one in await open_rounds(mingxi["冯丽"])}
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT record FROM service_round WHERE id = $1", oldest.id)
    assert (await verify())["failed"] == []


async def test_a_promise_of_another_estate_cannot_be_kept_here() -> None:
    mingxi, other = await cast.mingxi(), await cast.donghu()
    standard = await promise(other.community)
    with pytest.raises(Missing):
        await sweep(mingxi, standard, 2)
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(*) FROM service_record") == 0


async def test_promises_of_two_estates_are_not_added_up() -> None:
    mingxi, other = await cast.mingxi(), await cast.donghu()
    for community in (mingxi.community, other.community):
        await promise(community)
    await job(date(2026, 11, 3))
    both = replace(mingxi["陈静"], communities=(mingxi.community, other.community))
    found = await delivered_in(both)
    assert found.several_estates and len({one.estate for one in found.delivered}) == 2
    assert [one.promised for one in found.delivered] == [2, 2]
    assert not (await delivered_in(mingxi["陈静"])).several_estates


async def test_everybody_rates_once_and_may_change_it() -> None:
    mingxi, other = await cast.mingxi(), await cast.donghu()
    record = await sweep(mingxi, None, 2)
    await rate(mingxi["陈静"], record, 5, "很干净")
    await rate(mingxi["陈静"], record, 4, "还行")
    await rate(mingxi["赵敏"], record, 5, "")
    shown = await ratings_of(mingxi["陈静"], record)
    assert (shown.count, shown.average, shown.own, shown.words) == (2, "4.5", 4, ())
    assert (await ratings_of(mingxi["冯丽"], record, words=True)).words == ("还行",)
    with pytest.raises(Missing):
        await rate(other["郑伟"], record, 1, "")


async def test_pages_of_a_promise_from_the_form_to_the_owner(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    standard = await promise(mingxi.community, 1, "day")
    await job(date(2026, 11, 2))
    async with browser(settings, mingxi["冯丽"]) as client:
        assert str(standard) in (await client.get("/desk/services/new")).text
        typed = {"area": "cleaning", "title": "楼道清扫", "place": "1栋", "standard": str(standard)}
        made = await client.post("/desk/services/new", data=typed)
        assert made.status_code == 303, made.text[-2000:]
        wrong = await client.post("/desk/services/new", data=typed | {"standard": "nonsense"})
        assert wrong.status_code == 422
        desk = (await client.get("/desk/services/rounds")).text
        assert "漏做" in desk
        missed = (await open_rounds(mingxi["冯丽"]))[0].id
        assert "说明原因" in (await client.get(f"/desk/services/rounds/{missed}")).text
        assert (await client.post(f"/desk/services/rounds/{missed}/reason", data={"reason": ""})).status_code == 422
        assert (await client.post(f"/desk/services/rounds/{missed}/reason", data={"reason": "下雨"})).status_code == 303
    record = made.headers["location"].rpartition("/")[2]
    async with browser(settings, mingxi["陈静"]) as client:
        shown = (await client.get("/services")).text
        assert "下雨" in shown, "why it was missed is for everybody of the estate"
        assert "承诺与完成" in shown and "楼道清扫" in shown and "每天 1 次" in shown
        for stars in ("", "0", "6", "4.5"):
            assert (await client.post(f"/services/{record}/rating", data={"stars": stars})).status_code == 422
        assert (await client.post(f"/services/{record}/rating", data={"stars": "5", "text": "好"})).status_code == 303
        assert "平均 5.0 星" in (await client.get(f"/services/{record}")).text


async def test_no_more_than_three_years_are_told_of_at_once() -> None:
    estate = await cast.mingxi()
    found = await delivered_in(estate["陈静"], Month(1990, 1), Month(2026, 11))
    assert (found.first, found.last) == (Month(2023, 12), Month(2026, 11))

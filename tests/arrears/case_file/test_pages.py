"""Where an owner stands, and the file on the desk: the figures of now, the reasons, and who may look."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.arrears.case_file import queries
from portal.arrears.climbing.jobs import arrears
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plans.actions import agree_plan, approve_plan, request_plan
from portal.kit.money import Money
from portal.people.persons.permissions import Role
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def debts(database: object, clean: None):  # type: ignore[no-untyped-def]
    with on(TODAY):
        yield await world()


async def seen(settings: Settings, debts: World, who: str, path: str = "/case") -> list[dict[str, str]]:
    """The data attributes of every case on a page."""
    async with browser(settings, debts.estate[who]) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text[-3000:]
    tags = re.findall(r"<[a-z]+[^>]* data-case=[^>]*>", answer.text)
    return [dict(re.findall(r'data-(state|stage|overdue|chaseable)="([^"]*)"', tag)) for tag in tags]


def case(state: str, stage: int, overdue: int, chaseable: int) -> dict[str, str]:
    return {"state": state, "stage": str(stage), "overdue": str(overdue), "chaseable": str(chaseable)}


async def file_address(debts: World) -> str:
    return f"/desk/cases/{(await debts.row('SELECT id FROM arrears_case ORDER BY opened_on LIMIT 1'))['id']}"


async def test_nothing_overdue_is_said_calmly(settings: Settings, debts: World) -> None:
    await debts.bill(-5)
    assert await seen(settings, debts, "陈静") == []


async def test_owner_and_desk_see_the_same_figures(settings: Settings, debts: World) -> None:
    await debts.bill(25, 10_000)
    await debts.bill(3, 700)
    await debts.bill(-9, 99)
    await arrears(TODAY)
    expected = [case("open", 2, 10_700, 10_700)]
    assert await seen(settings, debts, "陈静") == expected
    assert await seen(settings, debts, "冯丽", "/desk/cases") == expected
    assert await seen(settings, debts, "冯丽", await file_address(debts)) == expected


async def test_a_payment_a_dispute_and_a_plan_show_at_once(settings: Settings, debts: World) -> None:
    old, young = await debts.bill(80, 10_000), await debts.bill(10, 5000)
    await arrears(TODAY)
    owner = debts.estate["陈静"]
    line = await debts.line(old)
    dispute = await open_dispute(owner, line, reason=DisputeReason.poor_quality, body="没有清运", amount=Money(4000))
    assert await seen(settings, debts, "陈静") == [case("open", 2, 15_000, 11_000)]
    await debts.pay(old, 6000)
    assert await seen(settings, debts, "陈静") == [case("open", 1, 9000, 5000)]
    plan = await request_plan(owner, [young], 2, TODAY + timedelta(days=5))
    await approve_plan(plan, by=debts.estate["蒋涛"])
    await agree_plan(plan, by=owner, text="约定")
    assert await seen(settings, debts, "陈静") == [case("paused", 1, 9000, 0)]
    async with browser(settings, debts.estate["冯丽"]) as client:
        text = (await client.get(await file_address(debts))).text
    assert text.count(f'data-dispute="{dispute}"') == 1
    assert text.count(f'data-plan="{plan}"') == 1
    assert text.count(f'data-line="{line}"') == 1
    assert "199****0101" in text
    assert "19900000101" not in text


async def test_paid_in_full_it_is_closed_on_every_page(settings: Settings, debts: World) -> None:
    bill = await debts.bill(25)
    await arrears(TODAY)
    await debts.pay(bill, 10_000)
    expected = [case("closed", 0, 0, 0)]
    assert await seen(settings, debts, "陈静") == expected
    assert await seen(settings, debts, "冯丽", "/desk/cases?state=closed") == expected
    assert await seen(settings, debts, "冯丽", "/desk/cases") == []
    assert await seen(settings, debts, "冯丽", await file_address(debts)) == expected


async def test_a_look_at_a_later_day_is_what_the_pages_show(settings: Settings, debts: World) -> None:
    await debts.bill(-3, 8000)
    await arrears(TODAY + timedelta(days=20))
    assert await seen(settings, debts, "陈静") == [case("open", 2, 8000, 8000)]


async def test_seller_and_buyer_each_see_their_own_case_and_a_tenant_none(settings: Settings, debts: World) -> None:
    await debts.bill(60, 10_000, "1栋104", "周杰")
    await debts.bill(10, 7000, "1栋104", "吴霞")
    await debts.bill(12, 4000, "1栋103", "孙强")
    await debts.bill(13, 4100, "1栋102", "李明", "王芳")
    await arrears(TODAY)
    assert await seen(settings, debts, "周杰") == [case("open", 2, 10_000, 10_000)]
    assert await seen(settings, debts, "吴霞") == [case("open", 1, 7000, 7000)]
    assert await seen(settings, debts, "赵敏") == []
    assert await seen(settings, debts, "李明") == await seen(settings, debts, "王芳") == [case("open", 1, 4100, 4100)]


async def test_the_list_is_chosen_by_stage_state_and_words(settings: Settings, debts: World) -> None:
    await debts.bill(25)
    await debts.bill(10, 7000, "1栋102", "李明", "王芳")
    await arrears(TODAY)
    for query, count in {
        "": 2, "?stage=1": 1, "?stage=2": 1, "?stage=9": 2, "?state=paused": 0, "?state=open": 2, "?q=1栋102": 1,
        "?q=王芳": 1, "?q=0101": 1, "?q=%25": 0, "?q=nobody": 0, "?order=oldest": 2,
    }.items():  # fmt: skip
        assert len(await seen(settings, debts, "冯丽", f"/desk/cases{query}")) == count, query


async def test_who_may_open_the_file(settings: Settings, debts: World) -> None:
    await debts.bill(25)
    await arrears(TODAY)
    path = await file_address(debts)
    next_door = await cast.donghu()
    debts.estate.people["邹敏"] = await builders.staff(debts.estate.community, "邹敏", "zou", Role.clerk)
    debts.estate.people["韩冰"] = next_door["韩冰"]
    for who, status in {"蒋涛": 200, "沈平": 200, "冯丽": 200, "邹敏": 403, "韩冰": 404, "陈静": 403}.items():
        async with browser(settings, debts.estate[who]) as client:
            assert (await client.get(path)).status_code == status, who
    assert await seen(settings, debts, "韩冰", "/desk/cases") == []


async def test_the_desk_and_a_home_count_the_same_cases(settings: Settings, debts: World) -> None:
    await debts.bill(25)
    other = await debts.bill(10, 7000, "1栋102", "李明", "王芳")
    await arrears(TODAY)
    plan = await request_plan(debts.estate["李明"], [other], 2, TODAY)
    await approve_plan(plan, by=debts.estate["蒋涛"])
    await agree_plan(plan, by=debts.estate["李明"], text="约定")
    found = await queries.figures(debts.estate["冯丽"])
    assert found == queries.Figures({1: 1, 2: 1}, Money(17_000), Money(10_000))
    homes = await queries.cases_of_unit(debts.estate["冯丽"], debts.estate.units["1栋102"])
    assert [(home.state.value, home.chaseable) for home in homes] == [("paused", Money(0))]
    assert await queries.cases_of_unit(debts.estate["陈静"], debts.estate.units["1栋102"]) == []

"""Another offer: beside what was asked for, once, by who may answer, and agreed to like any other."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, counter_plan, refuse_plan, request_plan, withdraw_plan
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.people.persons.principal import Principal
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on
from tests.care.plans.world import FIRST, LATER, asked, countered, holds, parts, running, state
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def offer(**changed: str) -> dict[str, str]:
    return {"instalments": "6", "first_on": LATER.isoformat(), "text": "首期请在十日"} | changed


async def test_another_offer_stands_beside_what_was_asked_for_and_holds_nothing(debts: World) -> None:
    plan = await countered(debts)
    assert await parts(debts, plan, 1) == [(FIRST, 3333), (date(2027, 1, 1), 3333), (date(2027, 2, 1), 3335)]
    assert [fen for _day, fen in await parts(debts, plan, 2)] == [1666] * 5 + [1671]
    assert (await parts(debts, plan, 2))[0][0] == LATER
    row = await debts.row("SELECT * FROM plan WHERE id = $1", plan)
    assert (row["state"], row["instalments"], row["first_on"], row["answer"]) == ("countered", 6, LATER, "首期请在十日")
    assert (row["total"], row["hardship"]) == (10_001, "手头紧")
    assert await holds(debts) == 0
    assert await debts.verbs("plan:%") == ["plan_requested", "plan_countered"]
    assert await debts.told("plan%") == ["plan_requested", "plan_countered"]
    assert await debts.broken_invariants() == []


async def test_the_owner_agrees_with_the_other_offer_and_it_is_kept_by_its_own_dates(debts: World) -> None:
    plan = await countered(debts, 2)
    await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    row = await debts.row("SELECT * FROM plan WHERE id = $1", plan)
    assert row["state"] == "active"
    assert row["agreed_sha256"] == hashlib.sha256("约定".encode()).hexdigest()
    assert (row["agreed_session"], row["agreed_by"]) == (debts.estate["陈静"].session, debts.estate["陈静"].human)
    assert await holds(debts) == 1
    await plans(FIRST + timedelta(days=6))  # what was asked for would be broken by now
    assert await state(debts, plan) == "active"
    await plans(LATER + timedelta(days=6))
    assert await state(debts, plan) == "broken"
    assert await debts.broken_invariants() == []


async def test_the_owner_declines_and_asks_again(debts: World) -> None:
    plan = await countered(debts)
    with pytest.raises(Refused):
        await asked(debts)
    await withdraw_plan(plan, by=debts.estate["陈静"])
    assert await state(debts, plan) == "withdrawn"
    assert await state(debts, await asked(debts)) == "requested"


async def test_only_a_request_gets_another_offer(debts: World) -> None:
    estate = debts.estate

    async def again(plan) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(Refused):
            await counter_plan(plan, by=estate["沈平"], instalments=4, first_on=LATER, text="再商量")

    plan = await countered(debts)
    await again(plan)
    await withdraw_plan(plan, by=estate["陈静"])
    await again(plan)
    plan = await asked(debts)
    await approve_plan(plan, by=estate["蒋涛"])
    await again(plan)
    await agree_plan(plan, by=estate["陈静"], text="约定")
    await again(plan)
    assert await parts(debts, plan, 2) == []


@pytest.mark.parametrize(
    ("n", "first_on", "text", "field"),
    [
        (13, LATER, "好", "instalments"),
        (1, LATER, "好", "instalments"),
        (3, TODAY - timedelta(days=1), "好", "first_on"),
        (3, TODAY + timedelta(days=61), "好", "first_on"),
        (3, LATER, " ", "text"),
    ],
)
async def test_an_offer_that_cannot_be_is_refused_at_its_field(
    debts: World, n: int, first_on: date, text: str, field: str
) -> None:
    plan = await asked(debts)
    with pytest.raises(Invalid) as refused:
        await counter_plan(plan, by=debts.estate["蒋涛"], instalments=n, first_on=first_on, text=text)
    assert refused.value.field == field
    assert await state(debts, plan) == "requested"
    assert await parts(debts, plan, 2) == []


async def test_only_finance_and_manager_of_this_estate_make_another_offer(debts: World) -> None:
    plan = await asked(debts)
    with pytest.raises(Forbidden):
        await counter_plan(plan, by=debts.estate["冯丽"], instalments=4, first_on=LATER, text="好")
    next_door = await cast.donghu()
    for who, which in ((next_door["韩冰"], plan), (debts.estate["蒋涛"], uuid4())):
        with pytest.raises(Missing):
            await counter_plan(which, by=who, instalments=4, first_on=LATER, text="好")
    assert await state(debts, plan) == "requested"


async def test_of_two_who_offer_at_once_one_wins_and_its_instalments_alone_stand(debts: World) -> None:
    plan = await asked(debts)

    async def answer(by: Principal, n: int) -> None:
        await counter_plan(plan, by=by, instalments=n, first_on=LATER, text="好")

    found = await asyncio.gather(
        answer(debts.estate["蒋涛"], 4), answer(debts.estate["沈平"], 8), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "Refused"]
    assert len(await parts(debts, plan, 2)) == (await debts.row("SELECT instalments FROM plan"))["instalments"]


async def test_an_offer_is_made_for_what_is_still_owed(debts: World) -> None:
    plan = await asked(debts)
    await debts.pay(debts.bills[25], 1)
    with pytest.raises(Refused):
        await counter_plan(plan, by=debts.estate["蒋涛"], instalments=4, first_on=LATER, text="好")
    await refuse_plan(plan, by=debts.estate["蒋涛"], text="金额已变")


async def test_when_the_first_date_has_passed_it_can_be_countered_but_not_approved(debts: World) -> None:
    plan = await asked(debts)
    with on(FIRST + timedelta(days=1)):
        with pytest.raises(Refused) as refused:
            await approve_plan(plan, by=debts.estate["蒋涛"])
        assert "Offer a later first date" in refused.value.sentence.text
        await counter_plan(plan, by=debts.estate["蒋涛"], instalments=3, first_on=LATER, text="日期已过")
        await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    assert await state(debts, plan) == "active"


async def test_an_offer_whose_first_date_has_passed_cannot_be_agreed(debts: World) -> None:
    plan = await countered(debts)
    with on(LATER + timedelta(days=1)), pytest.raises(Refused):
        await agree_plan(plan, by=debts.estate["陈静"], text="约定")


async def test_the_desk_offers_and_the_owner_sees_both_and_agrees(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    async with browser(settings, debts.estate["蒋涛"]) as desk:
        assert (await desk.post(f"/desk/plans/{plan}/counter", data=offer())).status_code == 303
        assert 'data-state="countered"' in (await desk.get(f"/desk/plans/{plan}")).text
        assert (await desk.post(f"/desk/plans/{plan}/counter", data=offer())).status_code == 409
        assert (await desk.post(f"/desk/plans/{plan}/approval", data={})).status_code == 409
    async with browser(settings, debts.estate["陈静"]) as owner:
        shown = (await owner.get(f"/plans/{plan}")).text
        assert [shown.count(f'id="part-{n}"') for n in (1, 6, 7)] == [1, 1, 0]
        assert [shown.count(f'id="asked-{n}"') for n in (1, 3, 4)] == [1, 1, 0]
        assert "首期请在十日" in shown
        assert (await owner.post(f"/plans/{plan}/acceptance", data={})).status_code == 422
        assert (await owner.post(f"/plans/{plan}/acceptance", data={"agree": "yes"})).status_code == 303
        assert (await owner.post(f"/plans/{plan}/acceptance", data={"agree": "yes"})).status_code == 409
    row = await debts.row("SELECT state, agreed_text FROM plan")
    assert row["state"] == "active"
    assert row["agreed_text"] in shown
    assert "第 6 期" in row["agreed_text"]


@pytest.mark.parametrize(
    "wrong",
    [{"instalments": "13"}, {"instalments": ""}, {"first_on": "2026-11-19"}, {"first_on": "2027-02-30"}, {"text": " "}],
)
async def test_a_mistake_comes_back_at_its_field_with_what_was_typed(
    settings: Settings, debts: World, wrong: dict[str, str]
) -> None:
    plan = await asked(debts)
    async with browser(settings, debts.estate["沈平"]) as desk:
        answer = await desk.post(f"/desk/plans/{plan}/counter", data=offer(text="十二月起较合适") | wrong)
        assert answer.status_code == 422
        (field,) = wrong
        assert f'href="#counter-{field}"' in answer.text
        assert ("十二月起较合适" in answer.text) == (field != "text")
    assert await state(debts, plan) == "requested"


async def test_strangers_make_no_offer(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    next_door = await cast.donghu()
    for who, status in ((next_door["韩冰"], 404), (debts.estate["冯丽"], 403), (debts.estate["陈静"], 403)):
        async with browser(settings, who) as client:
            assert (await client.post(f"/desk/plans/{plan}/counter", data=offer())).status_code == status
    assert await state(debts, plan) == "requested"


async def test_a_plan_on_a_paid_bill_is_refused(settings: Settings, debts: World) -> None:
    bill = await debts.bill(25, 10_001)
    await debts.pay(bill, 10_001)
    typed = {"bill": str(bill), "instalments": "3", "first_on": FIRST.isoformat()}
    async with browser(settings, debts.estate["陈静"]) as owner:
        assert (await owner.post("/plans/new", data=typed)).status_code == 409
    assert await debts.rows("SELECT id FROM plan") == []


async def test_requests_that_wait_too_long_are_first_and_red_and_the_owner_knows_by_when(
    settings: Settings, debts: World
) -> None:
    old = await asked(debts)
    async with browser(settings, debts.estate["陈静"]) as owner:
        assert "2026年11月27日" in (await owner.get(f"/plans/{old}")).text
    with on(TODAY + timedelta(days=7)):
        async with browser(settings, debts.estate["蒋涛"]) as desk:
            assert "status-bad" not in (await desk.get("/desk/plans")).text
    with on(TODAY + timedelta(days=8)):
        bill = await debts.bill(30, 20_000, "1栋102", "李明")
        new = await request_plan(debts.estate["李明"], [bill], 3, LATER)
        async with browser(settings, debts.estate["蒋涛"]) as desk:
            shown = (await desk.get("/desk/plans")).text
            assert shown.index(str(old)) < shown.index(str(new))
            assert shown.count("status-bad") == 1
            assert "2026年11月27日" in (await desk.get(f"/desk/plans/{old}")).text
            assert "status-bad" in (await desk.get("/desk/today")).text
            assert "stat-bad" in (await desk.get("/desk")).text
            await refuse_plan(old, by=debts.estate["蒋涛"], text="请先缴一部分")
            assert "status-bad" not in (await desk.get("/desk/plans")).text
    assert await state(debts, new) == "requested"


async def test_a_running_plan_gets_no_further_offer_even_by_hand(debts: World, admin) -> None:  # type: ignore[no-untyped-def]
    plan = await running(debts)
    await admin.execute(
        "INSERT INTO plan_instalment (id, community, plan, round, number, due_on, amount)"
        " SELECT gen_random_uuid(), community, plan, 2, number, due_on + 90, amount FROM plan_instalment"
    )
    assert "PLAN-2" in await debts.broken_invariants()
    assert await state(debts, plan) == "active"

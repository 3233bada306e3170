"""A plan from the request to its end: who may do what, what it holds, and what a late or repeated job does."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, refuse_plan, request_plan, withdraw_plan
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from tests import cast
from tests.arrears.cases.world import World, on
from tests.care.plans.world import FIRST, asked, holds, running, state

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_a_request_keeps_sums_and_dates_and_holds_nothing(debts: World) -> None:
    plan = await asked(debts)
    parts = await debts.rows("SELECT due_on, amount FROM plan_instalment WHERE plan = $1 ORDER BY number", plan)
    assert [tuple(part) for part in parts] == [
        (date(2026, 12, 1), 3333),
        (date(2027, 1, 1), 3333),
        (date(2027, 2, 1), 3335),
    ]
    assert await holds(debts) == 0
    assert await debts.verbs("plan:%") == ["plan_requested"]
    assert await debts.told("plan%") == ["plan_requested"]


async def test_what_is_under_review_is_not_in_the_plan(debts: World) -> None:
    bill = await debts.bill(25, 10_001)
    line = await debts.line(bill)
    await open_dispute(debts.estate["陈静"], line, reason=DisputeReason.other, body="不对", amount=Money(4001))
    plan = await asked(debts)
    assert (await debts.row("SELECT total FROM plan WHERE id = $1", plan))["total"] == 6000


async def test_one_live_plan_for_each_debtor_even_if_asked_twice_at_once(debts: World) -> None:
    await debts.bill(25, 10_001)
    found = await asyncio.gather(*(asked(debts) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found if not isinstance(one, UUID)] == [Refused, Refused]
    with pytest.raises(Refused):
        await asked(debts, 4)


async def test_another_may_be_asked_for_after_a_refusal_or_a_withdrawal(debts: World) -> None:
    plan = await asked(debts)
    await refuse_plan(plan, by=debts.estate["沈平"], text="请先缴清十月")
    plan = await asked(debts)
    await withdraw_plan(plan, by=debts.estate["陈静"])
    assert await state(debts, await asked(debts)) == "requested"


@pytest.mark.parametrize("who", ["李明", "赵敏", "吴霞"])
async def test_nobody_asks_for_another_ones_bills(debts: World, who: str) -> None:
    bill = await debts.bill(25)
    with pytest.raises(Missing):
        await request_plan(debts.estate[who], [bill], 3, FIRST)


async def test_a_tenant_may_pay_but_not_plan(debts: World) -> None:
    bill = await debts.bill(25, 10_000, "1栋103", "孙强")
    with pytest.raises(Missing):
        await request_plan(debts.estate["赵敏"], [bill], 3, FIRST)


async def test_nothing_left_to_pay_and_two_homes_at_once_are_refused(debts: World) -> None:
    bill = await debts.bill(25)
    await debts.pay(bill, 10_000)
    with pytest.raises(Refused):
        await request_plan(debts.estate["陈静"], [bill], 3, FIRST)
    ours = [await debts.bill(days, 10_000, unit, "李明") for days, unit in ((30, "1栋101"), (31, "1栋102"))]
    with pytest.raises(Invalid):
        await request_plan(debts.estate["李明"], ours, 3, FIRST)
    with pytest.raises(Invalid):
        await request_plan(debts.estate["李明"], [], 3, FIRST)


async def test_agreeing_keeps_the_exact_text_and_holds_the_whole_case(debts: World) -> None:
    plan = await running(debts)
    row = await debts.row("SELECT * FROM plan WHERE id = $1", plan)
    assert (row["state"], row["agreed_text"], row["version"]) == ("active", "约定", 3)
    assert row["agreed_sha256"] == hashlib.sha256("约定".encode()).hexdigest()
    assert row["agreed_session"] == debts.estate["陈静"].session
    assert await holds(debts) == 1
    assert await debts.verbs("plan:%") == ["plan_requested", "plan_approved", "plan_agreed"]
    assert await debts.told("plan%") == ["plan_requested", "plan_approved", "plan_active"]
    assert await debts.broken_invariants() == []


async def test_only_finance_and_manager_answer_and_only_in_their_own_estate(debts: World) -> None:
    plan = await asked(debts)
    with pytest.raises(Forbidden):
        await approve_plan(plan, by=debts.estate["冯丽"])
    next_door = await cast.donghu()
    with pytest.raises(Missing):
        await approve_plan(plan, by=next_door["韩冰"])
    assert await state(debts, plan) == "requested"


async def test_of_two_who_answer_one_wins(debts: World) -> None:
    plan = await asked(debts)

    async def answer(by: Principal, yes: bool) -> None:
        await (approve_plan(plan, by=by) if yes else refuse_plan(plan, by=by, text="不行"))

    finance, manager = debts.estate["蒋涛"], debts.estate["沈平"]
    found = await asyncio.gather(answer(finance, True), answer(manager, False), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "Refused"]


async def test_a_refusal_needs_its_reasons(debts: World) -> None:
    plan = await asked(debts)
    with pytest.raises(Invalid):
        await refuse_plan(plan, by=debts.estate["蒋涛"], text="  ")


async def test_only_an_approved_plan_can_be_agreed_and_only_by_who_owes(debts: World) -> None:
    plan = await asked(debts)
    with pytest.raises(Refused):
        await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    await approve_plan(plan, by=debts.estate["蒋涛"])
    with pytest.raises(Missing):
        await agree_plan(plan, by=debts.estate["李明"], text="约定")
    with pytest.raises(Missing):
        await agree_plan(uuid4(), by=debts.estate["陈静"], text="约定")
    await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    with pytest.raises(Refused):
        await withdraw_plan(plan, by=debts.estate["陈静"])


async def test_a_co_owner_may_agree(debts: World) -> None:
    bill = await debts.bill(25, 10_000, "1栋102", "李明", "王芳")
    plan = await request_plan(debts.estate["李明"], [bill], 2, FIRST)
    await approve_plan(plan, by=debts.estate["蒋涛"])
    await agree_plan(plan, by=debts.estate["王芳"], text="约定")
    assert await debts.told("plan_active") == ["plan_active"] * 2


async def test_a_plan_is_built_on_what_is_still_owed(debts: World) -> None:
    plan = await asked(debts)
    await debts.pay(debts.bills[25], 1)
    with pytest.raises(Refused):
        await approve_plan(plan, by=debts.estate["蒋涛"])


async def test_a_plan_whose_first_date_has_passed_cannot_start(debts: World) -> None:
    plan = await asked(debts)
    with on(FIRST + timedelta(days=1)), pytest.raises(Refused):
        await approve_plan(plan, by=debts.estate["蒋涛"])


async def test_kept_to_the_end_it_is_completed_and_lets_go(debts: World) -> None:
    plan = await running(debts, 2)
    with on(FIRST + timedelta(days=5)):
        await debts.pay(debts.bills[25], 5000)
    await plans(date(2026, 12, 20))
    assert await state(debts, plan) == "active"
    with on(date(2027, 1, 1)):
        await debts.pay(debts.bills[25], 5001)
    assert (await plans(date(2027, 1, 1)))["completed"] == 1
    assert (await state(debts, plan), await holds(debts)) == ("completed", 0)
    assert (await debts.verbs("plan:%"))[-1] == "plan_completed"
    assert await debts.broken_invariants() == []


async def test_missed_beyond_the_grace_it_is_broken_and_lets_go(debts: World) -> None:
    plan = await running(debts)
    await plans(FIRST + timedelta(days=5))
    assert await state(debts, plan) == "active"
    assert (await plans(FIRST + timedelta(days=6)))["broken"] == 1
    assert (await state(debts, plan), await holds(debts)) == ("broken", 0)
    assert await debts.told("plan_broken") == ["plan_broken"]
    assert await debts.broken_invariants() == []


async def test_running_the_job_twice_at_once_and_again_for_a_past_day_changes_nothing_more(debts: World) -> None:
    await running(debts)
    late = FIRST + timedelta(days=40)
    found = await asyncio.gather(*(plans(late) for _ in range(4)))
    assert sum(one["broken"] for one in found) == 1
    before = await debts.state_hash()
    await plans(late)
    await plans(FIRST)
    assert await debts.state_hash() == before


async def test_paid_after_the_grace_stays_broken_even_if_the_job_comes_later(debts: World) -> None:
    plan = await running(debts)
    with on(FIRST + timedelta(days=20)):
        await debts.pay(debts.bills[25], 10_001)
        await plans(FIRST + timedelta(days=40))
    assert await state(debts, plan) == "broken"


async def test_what_is_tampered_with_is_found(debts: World, admin) -> None:  # type: ignore[no-untyped-def]
    await running(debts)
    for sql, found in (
        ("UPDATE plan SET total = total + 1", "PLAN-2"),
        ("UPDATE plan SET total = total - 1, agreed_text = 'x'", "PLAN-3"),
        ("UPDATE plan SET agreed_text = '约定'; UPDATE hold SET released_at = now()", "PLAN-1"),
        ("UPDATE hold SET released_at = NULL; UPDATE plan SET debtor = gen_random_uuid()", "PLAN-4"),
    ):
        await admin.execute(sql)
        assert found in await debts.broken_invariants()

"""A second chance, once, and only for who has caught up; and what is paid early ends at once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from portal.arrears.climbing.jobs import arrears
from portal.care.plan_pages.jobs import plans, sweep_plans
from portal.care.plans.actions import request_plan
from portal.care.plans.keeping import reinstate_plan
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import World, on
from tests.care.plans.world import FIRST, asked, holds, running, state
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
MISSED = FIRST + timedelta(days=6)
AFTER = MISSED + timedelta(days=2)


async def broken(debts: World, n: int = 3) -> UUID:
    """A plan of which the first instalment was missed."""
    plan = await running(debts, n)
    with on(MISSED):
        await plans(MISSED)
    return plan


async def caught_up(debts: World) -> UUID:
    """The same, and then what was missed is paid."""
    plan = await broken(debts)
    with on(AFTER):
        await debts.pay(debts.bills[25], 3333)
    return plan


async def resume(debts: World, plan: UUID, who: str = "沈平", text: str = "补缴已到账") -> None:
    with on(AFTER):
        await reinstate_plan(plan, by=debts.estate[who], text=text)


async def test_paid_up_it_runs_again_and_the_hold_is_back(debts: World) -> None:
    plan = await caught_up(debts)
    assert await holds(debts) == 0
    await resume(debts, plan)
    assert (await state(debts, plan), await holds(debts)) == ("active", 1)
    row = await debts.row("SELECT * FROM plan_reinstatement")
    assert (row["plan"], row["body"]) == (plan, "补缴已到账")
    assert (await debts.verbs("plan:%"))[-2:] == ["plan_broken", "plan_reinstated"]
    assert (await debts.told("plan%"))[-1] == "plan_reinstated"
    await plans(AFTER + timedelta(days=1))
    assert await state(debts, plan) == "active"
    assert await debts.broken_invariants() == []


async def test_the_case_rests_again_while_it_is_kept(debts: World) -> None:
    plan = await caught_up(debts)
    await arrears(AFTER)
    assert [case[1] for case in await debts.cases()] == ["open"]
    await resume(debts, plan)
    await arrears(AFTER + timedelta(days=1))
    assert [case[1] for case in await debts.cases()] == ["paused"]


async def test_a_second_miss_is_final_and_told_again(debts: World) -> None:
    plan = await caught_up(debts)
    await resume(debts, plan)
    second = date(2027, 1, 7)
    with on(second):
        assert (await plans(second))["broken"] == 1
        await debts.pay(debts.bills[25], 3333)
        with pytest.raises(Refused) as refused:
            await reinstate_plan(plan, by=debts.estate["沈平"], text="再给一次机会")
    assert "already been resumed once" in refused.value.sentence.text
    assert (await state(debts, plan), await holds(debts)) == ("broken", 0)
    assert await debts.told("plan_broken") == ["plan_broken"] * 2
    assert await debts.broken_invariants() == []


async def test_kept_to_the_end_after_its_second_chance_it_is_completed(debts: World) -> None:
    plan = await caught_up(debts)
    await resume(debts, plan)
    with on(date(2026, 12, 30)):
        await debts.pay(debts.bills[25], 10_001 - 3333)
        await plans(date(2026, 12, 31))
    assert (await state(debts, plan), await holds(debts)) == ("completed", 0)


async def test_what_was_missed_is_paid_first(debts: World) -> None:
    plan = await broken(debts)
    with pytest.raises(Refused) as refused:
        await resume(debts, plan)
    assert refused.value.sentence.facts["sum"].fen == 3333  # type: ignore[attr-defined]
    with on(AFTER):
        await debts.pay(debts.bills[25], 3332)
    with pytest.raises(Refused):
        await resume(debts, plan)
    assert (await state(debts, plan), await holds(debts)) == ("broken", 0)
    assert await debts.rows("SELECT id FROM plan_reinstatement") == []


async def test_reasons_are_written_and_only_a_broken_plan_is_resumed(debts: World) -> None:
    plan = await asked(debts)
    with pytest.raises(Refused):
        await resume(debts, plan)
    with pytest.raises(Invalid):
        await resume(debts, plan, text=" ")


async def test_a_plan_that_is_paid_up_or_replaced_by_another_is_not_resumed(debts: World) -> None:
    plan = await broken(debts)
    with on(AFTER):
        await debts.pay(debts.bills[25], 3333)
        other = await debts.bill(40, 5000)
        await request_plan(debts.estate["陈静"], [other], 2, AFTER + timedelta(days=3))
    with pytest.raises(Refused):
        await resume(debts, plan)
    assert await debts.rows("SELECT id FROM plan_reinstatement") == []
    with on(AFTER):
        await debts.pay(debts.bills[25], 10_001 - 3333)
    with pytest.raises(Refused):
        await resume(debts, plan)
    assert await debts.broken_invariants() == []


async def test_only_finance_and_manager_of_this_estate_resume(debts: World) -> None:
    plan = await caught_up(debts)
    next_door = await cast.donghu()
    with pytest.raises(Forbidden):
        await resume(debts, plan, "冯丽")
    with on(AFTER), pytest.raises(Missing):
        await reinstate_plan(plan, by=next_door["韩冰"], text="好")


async def test_of_two_who_resume_at_once_one_wins(debts: World) -> None:
    plan = await caught_up(debts)
    with on(AFTER):
        found = await asyncio.gather(
            *(reinstate_plan(plan, by=debts.estate[who], text="好") for who in ("蒋涛", "沈平")),
            return_exceptions=True,
        )
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "Refused"]
    assert (await state(debts, plan), await holds(debts)) == ("active", 1)


async def test_the_database_lets_no_ended_plan_run_by_itself(debts: World, master: asyncpg.Connection) -> None:
    await broken(debts)
    with pytest.raises(asyncpg.RestrictViolationError, match="has ended"):
        await master.execute("UPDATE plan SET state = 'active'")


async def test_the_desk_resumes_and_the_owner_reads_why(settings: Settings, debts: World) -> None:
    plan = await broken(debts)
    with on(AFTER):
        async with browser(settings, debts.estate["陈静"]) as owner:
            shown = (await owner.get(f"/plans/{plan}")).text
            assert "amount=33.33" in shown
            assert "/payments/new?line=" in shown
        async with browser(settings, debts.estate["蒋涛"]) as desk:
            assert "/reinstatement" not in (await desk.get(f"/desk/plans/{plan}")).text
            assert (await desk.post(f"/desk/plans/{plan}/reinstatement", data={"text": "好"})).status_code == 409
            await debts.pay(debts.bills[25], 3333)
            assert "/reinstatement" in (await desk.get(f"/desk/plans/{plan}")).text
            assert (await desk.post(f"/desk/plans/{plan}/reinstatement", data={"text": ""})).status_code == 422
            assert (await desk.post(f"/desk/plans/{plan}/reinstatement", data={"text": "已补缴"})).status_code == 303
            assert (await desk.post(f"/desk/plans/{plan}/reinstatement", data={"text": "已补缴"})).status_code == 409
        async with browser(settings, debts.estate["冯丽"]) as service:
            assert (await service.post(f"/desk/plans/{plan}/reinstatement", data={"text": "好"})).status_code == 403
        async with browser(settings, debts.estate["陈静"]) as owner:
            shown = (await owner.get(f"/plans/{plan}")).text
            assert 'data-state="active"' in shown
            assert "已补缴" in shown


async def test_paid_early_it_is_completed_without_waiting_for_the_morning(settings: Settings, debts: World) -> None:
    plan = await running(debts)
    assert (await sweep_plans())["looked"] == 0
    async with browser(settings, debts.estate["陈静"]) as owner:
        line = await debts.line(debts.bills[25])
        shown = (await owner.get(f"/plans/{plan}")).text
        assert f'href="/payments/new?line={line}"' in shown
        assert f'href="/payments/new?line={line}&amp;amount=33.33"' in shown
        assert (await owner.get(f"/payments/new?line={line}&amount=33.33")).status_code == 200
        await debts.pay(debts.bills[25], 10_001)
        shown = (await owner.get(f"/plans/{plan}")).text
        assert "/payments/new" not in shown
        assert "已全部缴清" in shown
        assert 'data-state="active"' in shown
        assert (await sweep_plans())["looked"] == 1
        assert 'data-state="completed"' in (await owner.get(f"/plans/{plan}")).text
    assert await holds(debts) == 0
    assert (await sweep_plans())["looked"] == 0
    assert await debts.told("plan_completed") == ["plan_completed"]


async def test_an_instalment_paid_in_part_leaves_its_rest_to_pay_now(settings: Settings, debts: World) -> None:
    plan = await running(debts)
    await debts.pay(debts.bills[25], 1000)
    async with browser(settings, debts.estate["陈静"]) as owner:
        assert "amount=23.33" in (await owner.get(f"/plans/{plan}")).text
    with on(date(2027, 1, 2)):  # two are due, the first is missed, but nobody has looked yet
        async with browser(settings, debts.estate["陈静"]) as owner:
            assert "amount=56.66" in (await owner.get(f"/plans/{plan}")).text

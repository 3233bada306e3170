"""The daily job passes over cases of which nothing changed, and over no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.arrears.cases.queries import changed_debtors
from portal.arrears.climbing.jobs import arrears
from portal.arrears.ladder.rules import SEED
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.holds.actions import hold_case
from portal.fees.receivables.states import HoldReason
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests.arrears.cases.world import TODAY, World, on, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def debts(database: object, clean: None) -> World:
    """陈静 owes 100 yuan since five days, and was reminded; tomorrow 20 yuan more are past due."""
    with on(TODAY):
        made = await world()
        await made.bill(5)
        await made.bill(0, 2000)
        await arrears(TODAY)
    return made


async def sifted(debts: World, day: int = 0, small: Money = SEED.small_balance) -> int:
    async with unit_of_work(debts.estate.community):
        return len(await changed_debtors(debts.estate.community, TODAY + timedelta(days=day), small))


async def test_nothing_changed_nobody_is_looked_at_and_the_day_is_noted(debts: World) -> None:
    async with unit_of_work(debts.estate.community):
        await fetch("UPDATE arrears_case SET looked_on = $1", TODAY - timedelta(days=1))
    assert await sifted(debts) == 0
    with on(TODAY):
        assert (await arrears(TODAY))["looked"] == 1
    assert (await debts.row("SELECT looked_on FROM arrears_case"))["looked_on"] == TODAY
    assert await sifted(debts, 1) == 1, "a line is past due by then"
    assert await sifted(debts, small=Money(50_000)) == 1, "other terms"


async def test_days_alone_bring_a_case_back_when_the_job_may_let_it_climb(debts: World) -> None:
    with on(TOMORROW):
        await arrears(TOMORROW)
    assert [await sifted(debts, day) for day in (1, 10, 11)] == [0, 0, 1]


async def _paid(debts: World) -> None:
    await debts.pay(debts.bills[5], 2000)


async def _disputed(debts: World) -> None:
    about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(3000)}
    await open_dispute(debts.estate["陈静"], await debts.line(debts.bills[5]), **about)


async def _held(debts: World) -> None:
    row = await debts.row("SELECT community, debtor FROM arrears_case")
    async with unit_of_work(row["community"]):  # without the look that every act takes with it
        await hold_case(row["community"], row["debtor"], HoldReason.manual, uuid4(), "test", TODAY + timedelta(days=5))


@pytest.mark.parametrize("change", [_paid, _disputed, _held])
async def test_whatever_is_owed_or_held_otherwise_is_looked_at(
    debts: World, change: Callable[[World], Awaitable[None]]
) -> None:
    with on(TODAY):
        await change(debts)
    assert await sifted(debts) == 1


async def test_sums_that_are_the_same_by_chance_are_not_the_same(debts: World) -> None:
    with on(TOMORROW):
        await _paid(debts)  # 20 yuan less of one line, 20 yuan more of another
    assert await sifted(debts, 1) == 1

"""The desk's list of holds by hand: what ends next, and what an ended one leaves until somebody acts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from portal.arrears.cases.states import ContactChannel, ContactOutcome, Reason
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts, holding
from portal.arrears.contacts.desk_queries import OnHold, holds_by_hand
from portal.care.holds.jobs import holds
from portal.kit.money import Money
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
LAST = TODAY + timedelta(days=10)


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    with on(TODAY):
        yield await world()


async def listed(debts: World) -> list[OnHold]:
    return (await holds_by_hand(debts.estate["蒋涛"])).rows


async def held_case(debts: World, amount: Money | None = None) -> UUID:
    await debts.bill(30)
    await debts.bill(20, 5000)
    await arrears(TODAY)
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    await holding.hold_by_hand(debts.estate["蒋涛"], case, "等待过户", LAST, amount)
    return case


async def test_a_hold_on_a_sum_is_one_row_however_many_lines_it_lies_on(debts: World) -> None:
    case = await held_case(debts, Money(12_000))
    (row,) = await listed(debts)
    assert (row.case, row.unit, row.amount, row.note, row.until) == (case, "1栋101", Money(12_000), "等待过户", LAST)
    assert row.by and not row.soon and not row.ended
    assert (await holds_by_hand(debts.estate["蒋涛"], 9)).rows == [row], "a page past the end is the first"


async def test_it_is_told_a_week_before_its_end_and_stays_after_it(debts: World) -> None:
    await held_case(debts)
    said = []
    for days in (2, 3, 10, 11, 40):
        with on(TODAY + timedelta(days=days)):
            await holds(TODAY + timedelta(days=days))
            (row,) = await listed(debts)
            said.append((row.amount, row.soon, row.ended))
    assert said == [(None, False, False), (None, True, False), (None, True, False), (None, False, True),
                    (None, False, True)]  # fmt: skip


@pytest.mark.parametrize("act", ["contact", "promise", "reason", "hold", "nothing"])
async def test_an_ended_one_is_work_until_somebody_acts(debts: World, act: str) -> None:
    case, who = await held_case(debts), debts.estate["蒋涛"]
    await contacts.set_reason(who, case, Reason.unknown)  # before its end, and so not about its end
    after = LAST + timedelta(days=1)
    with on(after):
        await holds(after)
        await arrears(after)
        assert [row.ended for row in await listed(debts)] == [True]
        if act == "contact":
            await contacts.record_contact(who, case, ContactChannel.call, ContactOutcome.reached)
        elif act == "promise":
            await contacts.promise(who, case, after, Money(100))
        elif act == "reason":
            await contacts.set_reason(who, case, Reason.title_change)
        elif act == "hold":
            await holding.hold_by_hand(who, case, "过户延期", after, None)
        left = [row.ended for row in await listed(debts)]
    assert left == {"nothing": [True], "hold": [False]}.get(act, [])


async def test_a_settled_case_leaves_no_work(debts: World) -> None:
    await held_case(debts)
    for days, fen in ((30, 10_000), (20, 5000)):
        await debts.pay(debts.bills[days], fen)
    assert await listed(debts) == []


async def test_the_page_is_for_those_who_may_hold_and_of_their_estate(settings: Settings, debts: World) -> None:
    await held_case(debts)
    for who, status in (("蒋涛", 200), ("沈平", 200), ("冯丽", 403), ("陈静", 403)):
        async with browser(settings, debts.estate[who]) as client:
            answer = await client.get("/desk/holds")
            assert answer.status_code == status
            assert ("等待过户" in answer.text) == (status == 200)
    assert (await holds_by_hand((await cast.donghu())["韩冰"])).rows == []

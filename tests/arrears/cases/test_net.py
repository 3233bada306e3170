"""Net of credit: what is asked, shown, chased and charged is one number, and what credit covers is in none of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.arrears.climbing.jobs import arrears
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.holds.actions import hold_line, release
from portal.fees.receivables.states import HoldReason
from portal.kit.facts import from_json
from portal.kit.money import Money
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import word
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import builders
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
BILL, CREDIT, ASKED = 79_591, 77_811, 1780
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    """陈静 owes 795.91 since twenty days, and 778.11 of hers lie with the company since a settled bill was overpaid."""
    with on(TODAY):
        found = await world()
        settled = await found.bill(40, 1000)
        await found.pay(settled, 1000 + CREDIT)
        await found.bill(20, BILL)
        yield found


async def page(debts: World, settings: Settings, address: str, who: str = "陈静") -> str:
    """What somebody reads there, in Chinese."""
    async with browser(settings, debts.estate[who]) as client:
        answer = await client.get(address)
    assert answer.status_code == 200, address
    return answer.text


async def test_the_reminder_the_case_and_every_page_ask_for_what_credit_does_not_cover(
    debts: World, settings: Settings
) -> None:
    assert (await arrears(TODAY))["reminded"] == 1
    told = await debts.row("SELECT facts FROM notice WHERE kind = 'arrears_reminder'")
    facts = from_json(told["facts"])
    assert (facts["total"], facts["covered"], facts["before"]) == (Money(ASKED), Money(CREDIT), Money(BILL))
    assert [bill["amount"] for bill in facts["bills"]] == [Money(ASKED)]
    assert (
        "共 ¥795.91，其中 ¥778.11 已由您的账户余额（归您所有）抵扣，请缴 ¥17.80"
        in word(NoticeKind.arrears_reminder, facts, "zh-CN").body
    )
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    for who, address in (("陈静", "/case"), ("沈平", "/desk/cases"), ("沈平", f"/desk/cases/{case}")):
        text = await page(debts, settings, address, who)
        assert (re.findall(r'data-overdue="(\d+)"', text), re.findall(r'data-chaseable="(\d+)"', text)) == (
            [str(ASKED)],
            [str(ASKED)],
        ), address
    bill = debts.bills[20]
    for address in ("/", "/bills", f"/bills/{bill}", "/case", f"/payments/new?bill={bill}"):
        text = await page(debts, settings, address)
        assert "¥17.80" in text and "¥778.11" in text and "¥795.91" in text, address
    assert f'data-outstanding="{BILL}"' in await page(debts, settings, f"/bills/{bill}"), "the ledger's fact stays"
    assert not await debts.broken_invariants()


async def test_whoever_pays_what_is_asked_hears_nothing_more(debts: World, settings: Settings) -> None:
    await arrears(TODAY)
    await debts.pay(debts.bills[20], ASKED)
    assert await debts.cases() == [("1栋101", "closed", 0)], "in the same transaction"
    with on(TOMORROW):
        done = await arrears(TOMORROW)
        assert (done["opened"], done["reminded"]) == (0, 0)
        assert "现在不用缴" in await page(debts, settings, "/")
        for address in ("/", "/bills", f"/bills/{debts.bills[20]}", "/case"):
            text = re.sub(r"<details>.*?</details>", "", await page(debts, settings, address), flags=re.S)
            assert "逾期" not in text.replace("没有逾期款项", ""), address
        assert not await debts.broken_invariants()


async def test_a_covered_line_opens_no_case_and_starts_no_stage(debts: World) -> None:
    await debts.bill(70, 5000, "1栋102", "李明")
    settled = await debts.bill(80, 100, "1栋102", "李明")
    await debts.pay(settled, 100 + 5000)
    await debts.bill(5, 3000, "1栋102", "李明")
    await arrears(TODAY)
    assert ("1栋102", "open", 1) in await debts.cases(), "five days, not seventy"


async def test_credit_that_comes_closes_a_case_and_credit_that_goes_lets_it_be_chased_again(debts: World) -> None:
    await debts.bill(30, 5000, "1栋102", "李明")
    settled = await debts.bill(80, 100, "1栋102", "李明")
    await debts.pay(settled, 100)
    await arrears(TODAY)
    await debts.pay(settled, 5000)
    assert ("1栋102", "closed", 0) in await debts.cases()
    assert not await debts.broken_invariants()


async def test_when_a_hold_ends_and_credit_covers_its_line_the_case_closes(debts: World) -> None:
    line = await debts.line(debts.bills[20])
    await debts.pay(debts.bills[20], ASKED)
    row = await debts.row("SELECT debtor, community FROM bill LIMIT 1")
    source = uuid4()
    async with unit_of_work(row["community"]):
        await hold_line(row["community"], row["debtor"], line, Money(500), HoldReason.manual, source, "test")
    await arrears(TODAY)
    assert await debts.cases() == [("1栋101", "open", 0)], "what is held is not covered, and not chased either"
    async with unit_of_work(row["community"]):
        await release(source, by="test")
    assert await debts.cases() == [("1栋101", "closed", 0)]
    assert not await debts.broken_invariants()


async def test_lists_and_the_daily_look_see_credit_come(debts: World) -> None:
    await arrears(TODAY)
    settled = debts.bills[40]
    await debts.pay(settled, 200)
    assert await debts.lists_agree()
    assert (await arrears(TODAY))["changed"] == 1
    assert (await debts.history())[-1][0] == "reduced"
    assert not await debts.broken_invariants()


async def test_a_dispute_moves_the_credit_to_what_is_not_disputed(debts: World) -> None:
    await debts.bill(10, 50_000)
    await arrears(TODAY)
    line: UUID = await debts.line(debts.bills[20])
    about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(BILL)}
    await open_dispute(debts.estate["陈静"], line, **about)
    assert await debts.cases() == [("1栋101", "open", 2)]
    found = await debts.row(
        "SELECT sum(outstanding - held - covered) AS asked FROM owed_by((SELECT debtor FROM arrears_case))"
    )
    assert found["asked"] == 0, "778.11 cover the 500 that are not disputed"
    assert await debts.lists_agree()


async def test_the_fund_is_not_chased_and_named_apart(debts: World, settings: Settings) -> None:
    fund = await builders.charge_item(debts.estate.community, "fund", "fund", "专项维修资金")
    await builders.bill(
        debts.estate.community, debts.estate.units["1栋101"], [debts.estate["陈静"]],
        [(debts.item, 2000), (fund, 6600)],
        period="2026-09", due_on=TODAY - timedelta(days=15), issued_on=TODAY - timedelta(days=30),
    )  # fmt: skip
    await arrears(TODAY)
    case = await debts.row("SELECT id, debtor FROM arrears_case")
    text = await page(debts, settings, "/case")
    assert f'data-chaseable="{ASKED + 2000}"' in text and "专项维修资金 ¥66.00" in text
    assert "专项维修资金 ¥66.00" in await page(debts, settings, f"/desk/cases/{case['id']}", "沈平")
    facts = from_json((await debts.row("SELECT facts FROM notice WHERE kind = 'arrears_reminder'"))["facts"])
    assert (facts["total"], facts["fund"]) == (Money(ASKED + 2000), Money(6600))
    assert "不计入上面的金额" in word(NoticeKind.arrears_reminder, facts, "zh-CN").body
    assert "其中" in await page(debts, settings, "/bills")
    assert await debts.lists_agree() and not await debts.broken_invariants()


async def test_the_fund_alone_opens_no_case(debts: World) -> None:
    fund = await builders.charge_item(debts.estate.community, "fund", "fund", "专项维修资金")
    await builders.bill(
        debts.estate.community, debts.estate.units["1栋102"], [debts.estate["李明"]], [(fund, 6600)],
        period="2026-09", due_on=TODAY - timedelta(days=90), issued_on=TODAY - timedelta(days=99),
    )  # fmt: skip
    await arrears(TODAY)
    assert [unit for unit, _state, _stage in await debts.cases()] == ["1栋101"]

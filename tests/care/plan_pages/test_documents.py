"""The agreement on paper: the same bytes whatever was paid since, for who may read the plan, and not before."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from portal.care.plan_pages.documents import _data
from portal.care.plan_pages.jobs import sweep_plans
from portal.care.plan_pages.queries import plan_of, plan_on_desk
from portal.care.plans.actions import agree_plan, approve_plan
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import World, on
from tests.care.plans.world import asked, countered, running
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_the_same_agreement_gives_the_same_bytes_to_both_sides(settings: Settings, debts: World) -> None:
    plan = await running(debts)
    async with (
        browser(settings, debts.estate["陈静"]) as owner,
        browser(settings, debts.estate["冯丽"]) as desk,
    ):
        first = await owner.get(f"/plans/{plan}/agreement.pdf")
        assert first.status_code == 200
        assert first.headers["content-type"] == "application/pdf"
        assert first.content.startswith(b"%PDF-")
        with on(date(2026, 12, 2)):
            await debts.pay(debts.bills[25], 10_001)
            await sweep_plans()
            assert (await owner.get(f"/plans/{plan}/agreement.pdf")).content == first.content
            assert (await desk.get(f"/desk/plans/{plan}/agreement.pdf")).content == first.content


async def test_it_says_what_was_agreed_and_nothing_of_any_hardship(debts: World) -> None:
    plan = await countered(debts, 2)
    await agree_plan(plan, by=debts.estate["陈静"], text="第一行\n第二行")
    said = _data(await plan_of(debts.estate["陈静"], plan), sandbox=False)
    assert (said["unit"], said["owners"], said["agreed_by"]) == ("1栋101", "陈静", "陈静")
    assert (said["total"], said["capitals"]) == ("100.01", "壹佰元零壹分")
    assert said["text"] == ["第一行", "第二行"]
    assert said["sha256"] == hashlib.sha256("第一行\n第二行".encode()).hexdigest()
    assert str(said["agreed_at"]).startswith("2026-11-20 12:0")
    assert said["parts"] == [
        {"number": "1", "due": "2026-12-10", "amount": "50.00"},
        {"number": "2", "due": "2027-01-10", "amount": "50.01"},
    ]
    assert [(line["due"], line["amount"]) for line in said["lines"]] == [("2026-10-26", "100.01")]  # type: ignore[attr-defined]
    assert said == _data(await plan_on_desk(debts.estate["沈平"], plan), sandbox=False)
    assert "手头紧" not in str(said)
    assert "Demonstration" in str(_data(await plan_of(debts.estate["陈静"], plan), sandbox=True)["footer"])


async def test_there_is_no_paper_before_and_none_for_strangers(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    async with browser(settings, debts.estate["陈静"]) as owner:
        assert (await owner.get(f"/plans/{plan}/agreement.pdf")).status_code == 404
    async with browser(settings, debts.estate["蒋涛"]) as desk:
        assert (await desk.get(f"/desk/plans/{plan}/agreement.pdf")).status_code == 404
    await approve_plan(plan, by=debts.estate["蒋涛"])
    await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    next_door = await cast.donghu()
    for who, path, status in (
        (debts.estate["李明"], f"/plans/{plan}", 404),
        (next_door["韩冰"], f"/desk/plans/{plan}", 404),
        (debts.estate["陈静"], f"/desk/plans/{plan}", 403),
        (None, f"/plans/{plan}", 303),
    ):
        async with browser(settings, who) as client:
            assert (await client.get(f"{path}/agreement.pdf")).status_code == status


async def test_the_agreed_text_acknowledges_and_says_how_money_is_applied(debts: World, settings: Settings) -> None:
    plan = await asked(debts)
    await approve_plan(plan, by=debts.estate["蒋涛"])
    async with browser(settings, debts.estate["陈静"]) as owner:
        assert (await owner.post(f"/plans/{plan}/acceptance", data={"agree": "yes"})).status_code == 303
    text = (await debts.row("SELECT agreed_text FROM plan"))["agreed_text"]
    for words in ("《民法典》第一百九十五条", "先抵充到期在先的费用", "也不计收违约金", "终止", "恢复本计划一次"):
        assert words in text

"""How members stand with their own bills: by a rule, or as far as they agreed, and never a sum."""

from __future__ import annotations

import re
from datetime import date

import pytest

from portal.accounts.committee.actions import consent
from portal.accounts.committee.queries import Panel, panel_of
from portal.accounts.committee.states import Standing
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.kit.errors import Forbidden
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.accounts.committee.seats import seat
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TODAY = date(2026, 11, 20)


async def panel(estate: cast.Estate, name: str, rule: str = "") -> Panel:
    async with unit_of_work(estate.community, read_only=True):
        return await panel_of(estate.community, rule, estate[name].persons, TODAY)


async def owing() -> cast.Estate:
    """李明 owes since October; 陈静 for a bill that is not due yet."""
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    for home, who, due_on in (("1栋102", "李明", date(2026, 10, 15)), ("1栋101", "陈静", date(2026, 12, 15))):
        await builders.bill(estate.community, estate.units[home], [estate[who]], [(item, 54321)], due_on=due_on)
    return estate


async def test_without_a_rule_only_those_who_agreed_are_shown_and_only_as_long_as_they_do() -> None:
    estate = await owing()
    li, chen = await seat(estate, "李明"), await seat(estate, "陈静", "主任")
    assert (await panel(estate, "李明")).members == [] and (await panel(estate, "李明")).untold == 2
    await consent(li, estate.community, True)
    await consent(li, estate.community, True)
    found = await panel(estate, "李明")
    assert found.members == [("委员", "李明", Standing.overdue)] and (found.untold, found.mine) == (1, True)
    assert (await panel(estate, "陈静")).mine is False and (await panel(estate, "王芳")).mine is None
    await consent(chen, estate.community, True)
    assert ("主任", "陈静", Standing.clear) in (await panel(estate, "李明")).members
    await consent(li, estate.community, False)
    assert (await panel(estate, "陈静")).members == [("主任", "陈静", Standing.clear)]
    async with unit_of_work(estate.community):
        said = await fetch("SELECT verb FROM audit_entry WHERE verb LIKE 'standing_%' ORDER BY at")
    assert [row["verb"] for row in said] == ["standing_shown", "standing_shown", "standing_hidden"]


async def test_what_is_held_is_not_called_overdue() -> None:
    estate = await owing()
    await seat(estate, "李明")
    async with unit_of_work(estate.community):
        (line,) = await fetch("SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill WHERE b.due_on < $1", TODAY)
    await open_dispute(
        estate["李明"], line["id"], reason=DisputeReason.other, body="没有这项服务", amount=Money(54321), photos=[]
    )
    assert (await panel(estate, "李明", "规定")).members == [("委员", "李明", Standing.clear)]


async def test_a_rule_of_the_place_is_named_and_asks_nobody(settings: Settings) -> None:
    estate = await owing()
    li = await seat(estate, "李明")
    async with browser(settings, li) as client:
        page = (await client.get("/committee")).text
        assert "同意显示我的缴费情况" in page and "北京" not in page and "有逾期" not in page
        sent = {"community": estate.community, "given": "yes"}
        assert (await client.post("/committee/consent", data=sent)).status_code == 303
        page = (await client.get("/committee")).text
        assert "不再显示我的缴费情况" in page and "有逾期" in page and "543.21" not in re.sub(r"<[^>]+>", "", page)
        assert (await client.post("/committee/consent", data={"community": 999})).status_code == 404
    async with unit_of_work(estate.community):
        await fetch("UPDATE community SET jurisdiction = 'CN-beijing'")
    async with browser(settings, li) as client:
        page = (await client.get("/committee")).text
        assert "北京市物业管理条例第四十三条第八项" in page and "/committee/consent" not in page


async def test_nobody_consents_who_is_no_member() -> None:
    estate = await owing()
    with pytest.raises(Forbidden):
        await consent(estate["陈静"], estate.community, True)

"""The file of a case at the desk: its checklist, what may be added to it, and what comes back when it cannot."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from portal.arrears.climbing.jobs import arrears
from portal.people.persons.permissions import Role
from portal.platform.process.settings import Settings
from tests import builders
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = TODAY + timedelta(days=30)


@pytest.fixture
async def debts(database: object, clean: None):  # type: ignore[no-untyped-def]
    """陈静 owes since forty days at stage 2."""
    with on(DAY):
        debts = await world()
        await debts.bill(10)
        await arrears(TODAY)
        await arrears(TODAY + timedelta(days=7))
        yield debts


async def path(debts: World) -> str:
    return f"/desk/cases/{(await debts.row('SELECT id FROM arrears_case'))['id']}"


async def test_a_member_of_staff_works_through_a_case(settings: Settings, debts: World) -> None:
    file = await path(debts)
    async with browser(settings, debts.estate["沈平"]) as client:
        page = (await client.get(file)).text
        assert set(re.findall(r'data-gate="(\w+)" data-open="no"', page)) == {"previous_step"}
        assert f'action="{file}/step"' not in page
        refused = await client.post(f"{file}/step")
        assert refused.status_code == 409 and "请先打通电话" in refused.text
        for act, fields in (
            ("contacts", {"channel": "visit", "outcome": "promised", "text": "月底前缴", "staff": "feng"}),
            ("reason", {"reason": "away"}),
            ("step", {}),
            ("promise", {"on": DAY.isoformat(), "amount": "60"}),
            ("holds", {"reason": "等住户回来", "until": DAY.isoformat(), "amount": "30"}),
        ):
            answer = await client.post(f"{file}/{act}", data=fields)
            assert (answer.status_code, answer.headers["location"]) == (303, file), act
        page = (await client.get(file)).text
    for seen in ('data-stage="3"', 'data-chaseable="7000"', 'data-reason="away"', 'data-promise="awaited"', "月底前缴",
                 "沈平 · 冯丽", "等住户回来"):  # fmt: skip
        assert seen in page, seen
    assert await debts.broken_invariants() == []


@pytest.mark.parametrize(
    ("act", "fields", "says"),
    [
        ("contacts", {"channel": "", "outcome": "reached"}, "请选择联系方式"),
        ("contacts", {"channel": "visit", "outcome": "wrong_number"}, "不会有这个结果"),
        ("contacts", {"channel": "visit", "outcome": "reached", "staff": ""}, "请填写同行人员"),
        ("contacts", {"channel": "visit", "outcome": "reached", "staff": "nobody"}, "同事的登录名"),
        ("contacts", {"channel": "fax", "outcome": "reached"}, "选项"),
        ("holds", {"reason": "", "until": "2026-12-24"}, "请写明原因"),
        ("holds", {"reason": "x", "until": ""}, "日期"),
        ("holds", {"reason": "x", "until": "2020-01-01"}, "今天或以后"),
        ("holds", {"reason": "x", "until": "2099-01-01"}, "最长 180 天"),
        ("holds", {"reason": "x", "until": "2026-12-24", "amount": "100.01"}, "只有 ¥100.00"),
        ("promise", {"on": "2020-01-01", "amount": "1"}, "今天或以后"),
        ("promise", {"on": "2026-12-24", "amount": "100.01"}, "¥100.00"),
        ("promise", {"on": "2026-12-24", "amount": "1e3"}, "请填写金额"),
        ("reason", {"reason": "lazy"}, "选项"),
    ],
)
async def test_what_cannot_be_used_comes_back(
    settings: Settings, debts: World, act: str, fields: dict[str, str], says: str
) -> None:
    before = await debts.state_hash()
    async with browser(settings, debts.estate["沈平"]) as client:
        answer = await client.post(f"{await path(debts)}/{act}", data=fields)
    assert answer.status_code == 422 and says in answer.text, answer.text[-2500:]
    assert await debts.state_hash() == before


async def test_what_people_say_of_their_hardship_is_for_finance_and_manager_only(
    settings: Settings, debts: World
) -> None:
    file = await path(debts)
    async with browser(settings, debts.estate["冯丽"]) as client:
        await client.post(f"{file}/contacts", data={"channel": "call", "outcome": "hardship", "text": "刚失业"})
        assert "刚失业" not in (await client.get(file)).text
    for name, sees in (("沈平", True), ("蒋涛", True)):
        async with browser(settings, debts.estate[name]) as client:
            assert ("刚失业" in (await client.get(file)).text) is sees


async def test_each_act_wants_its_role(settings: Settings, debts: World) -> None:
    file = await path(debts)
    legal = await builders.staff(debts.estate.community, "卫兰", "wei", Role.legal)
    for who, act, status in (
        (debts.estate["冯丽"], "holds", 403),
        (debts.estate["冯丽"], "step", 403),
        (debts.estate["蒋涛"], "step", 403),
        (legal, "holds", 403),
        (legal, "contacts", 422),
    ):
        async with browser(settings, who) as client:
            assert (await client.post(f"{file}/{act}", data={})).status_code == status, (act, status)
    async with browser(settings, debts.estate["沈平"]) as client:
        assert (await client.post(f"/desk/cases/{UUID(int=7)}/step")).status_code == 404

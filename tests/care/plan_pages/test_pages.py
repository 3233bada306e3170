"""Pages of instalments on both sides: what they show, to whom, and what comes back with a mistake."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest

from portal.arrears.climbing.jobs import arrears
from portal.care.plans.actions import approve_plan, request_plan
from portal.people.persons.permissions import Role
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World
from tests.care.plans.world import running
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
FIRST = TODAY + timedelta(days=11)


async def asked(debts: World) -> UUID:
    return await request_plan(debts.estate["陈静"], [await debts.bill(25, 10_001)], 3, FIRST, "手头很紧")


def typed(bill: UUID, **more: str) -> dict[str, str]:
    return {"bill": str(bill), "instalments": "3", "first_on": FIRST.isoformat()} | more


async def test_the_preview_shows_the_schedule_and_saves_nothing(settings: Settings, debts: World) -> None:
    bill = await debts.bill(25, 10_001)
    async with browser(settings, debts.estate["陈静"]) as client:
        for answer in (
            await client.post("/plans/new", data=typed(bill, preview="1")),
            await client.get("/plans/new", params=typed(bill, preview="1")),
        ):
            assert answer.status_code == 200, answer.text[-2000:]
            assert len(re.findall(r'id="part-\d+"', answer.text)) == 3
            assert "33.<" not in answer.text
            assert '<span class="fen">.35</span>' in answer.text
    assert await debts.rows("SELECT id FROM plan") == []


async def test_asking_answers_303_and_the_list_shows_it(settings: Settings, debts: World) -> None:
    bill = await debts.bill(25, 10_001)
    async with browser(settings, debts.estate["陈静"]) as client:
        assert (await client.get(f"/plans/new?bill={bill}")).status_code == 200
        answer = await client.post("/plans/new", data=typed(bill, hardship="手头很紧"))
        assert answer.status_code == 303, answer.text[-2000:]
        shown = await client.get(answer.headers["location"])
        assert 'data-state="requested"' in shown.text
        assert "手头很紧" in shown.text
        assert shown.text.count("data-plan=") == 1
        assert (await client.get("/plans")).text.count("data-plan=") == 1
        assert (await client.post("/plans/new", data=typed(bill))).status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"instalments": "1"}, {"instalments": "13"}, {"instalments": "drei"}, {"first_on": "2026-11-19"},
              {"first_on": "2027-02-30"}, {"first_on": "2027-06-01"}, {"first_on": ""}, {"bill": "nonsense"}]
)  # fmt: skip
@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
async def test_a_mistake_comes_back_with_what_was_typed(
    settings: Settings, debts: World, wrong: dict[str, str], preview: dict[str, str]
) -> None:
    bill = await debts.bill(25, 10_001)
    async with browser(settings, debts.estate["陈静"]) as client:
        answer = await client.post("/plans/new", data=typed(bill, hardship="手头很紧") | wrong | preview)
        assert answer.status_code == 422
        assert "手头很紧" in answer.text


async def test_a_neighbour_a_tenant_and_a_buyer_get_404(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    for name in ("李明", "赵敏", "吴霞"):
        async with browser(settings, debts.estate[name]) as client:
            assert (await client.get(f"/plans/{plan}")).status_code == 404
            for path in ("acceptance", "withdrawal"):
                assert (await client.post(f"/plans/{plan}/{path}", data={"agree": "yes"})).status_code == 404
            assert (await client.get(f"/plans/new?bill={debts.bills[25]}")).status_code == 404
            assert (await client.post("/plans/new", data=typed(debts.bills[25]))).status_code == 404
            assert "data-plan" not in (await client.get("/plans")).text


async def test_agreeing_keeps_the_text_that_was_shown(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    await approve_plan(plan, by=debts.estate["蒋涛"], text="按期缴纳即可")
    async with browser(settings, debts.estate["陈静"]) as client:
        before = await client.get(f"/plans/{plan}")
        assert "按期缴纳即可" in before.text
        assert (await client.post(f"/plans/{plan}/acceptance", data={})).status_code == 422
        assert (await client.post(f"/plans/{plan}/acceptance", data={"agree": "yes"})).status_code == 303
        after = await client.get(f"/plans/{plan}")
        assert 'data-state="active"' in after.text
        text = (await debts.row("SELECT agreed_text FROM plan"))["agreed_text"]
        assert text.splitlines()[0] == (
            "甲方：青岚物业服务有限公司（统一社会信用代码 91330100MA0000000X），住所 青岚市测试路 1 号；"
            "乙方：陈静，明溪花园1栋101的业主。双方就分期缴费约定如下。"
        )
        assert text in before.text
        assert text in after.text
        assert (await client.post(f"/plans/{plan}/withdrawal", data={})).status_code == 409


async def test_finance_answers_and_the_hardship_is_only_for_those_who_decide(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    async with browser(settings, debts.estate["冯丽"]) as service:
        page = await service.get(f"/desk/plans/{plan}")
        assert page.status_code == 200
        assert "手头很紧" not in page.text
        assert (await service.post(f"/desk/plans/{plan}/approval", data={})).status_code == 403
    async with browser(settings, debts.estate["蒋涛"]) as finance:
        assert "手头很紧" in (await finance.get(f"/desk/plans/{plan}")).text
        assert (await finance.get("/desk/plans?state=requested")).text.count("data-plan=") == 1
        assert "data-plan=" not in (await finance.get("/desk/plans?state=active")).text
        assert (await finance.post(f"/desk/plans/{plan}/refusal", data={"text": " "})).status_code == 422
        assert (await finance.post(f"/desk/plans/{plan}/approval", data={"text": "同意"})).status_code == 303
        assert (await finance.post(f"/desk/plans/{plan}/refusal", data={"text": "不"})).status_code == 409
        assert 'data-state="approved"' in (await finance.get(f"/desk/plans/{plan}")).text


@pytest.mark.parametrize("role", list(Role))
async def test_a_hardship_is_read_by_finance_and_manager_alone(settings: Settings, debts: World, role: Role) -> None:
    plan = await asked(debts)
    await arrears(TODAY)
    other = await builders.staff(debts.estate.community, "褚英", "chu", role)
    decides = role in (Role.finance, Role.manager)
    async with browser(settings, other) as client:
        for path in (f"/desk/plans/{plan}", "/desk/plans", "/desk/today", "/desk/cases", "/desk/audit", "/desk"):
            shown = await client.get(path)
            assert shown.status_code in (200, 403), path
            assert ("手头很紧" in shown.text) == (decides and path == f"/desk/plans/{plan}"), path
        case = (await debts.row("SELECT id FROM arrears_case"))["id"]
        assert "手头很紧" not in (await client.get(f"/desk/cases/{case}")).text


async def test_a_co_owner_does_not_read_what_the_other_told_of_their_hardship(settings: Settings, debts: World) -> None:
    bill = await debts.bill(25, 10_000, "1栋102", "李明", "王芳")
    plan = await request_plan(debts.estate["李明"], [bill], 2, FIRST, "手头很紧")
    for name, reads in (("李明", True), ("王芳", False)):
        async with browser(settings, debts.estate[name]) as client:
            assert ("手头很紧" in (await client.get(f"/plans/{plan}")).text) == reads


async def test_no_notice_and_no_audit_row_repeats_a_hardship(debts: World) -> None:
    plan = await asked(debts)
    await approve_plan(plan, by=debts.estate["蒋涛"], text="同意")
    for sql in (
        "SELECT facts::text AS said FROM notice",
        "SELECT facts::text || coalesce(reason, '') AS said FROM audit_entry",
    ):
        rows = await debts.rows(sql)
        assert rows
        assert [row for row in rows if "手头" in row["said"]] == []


async def test_staff_next_door_and_people_without_the_role_do_not_see_it(settings: Settings, debts: World) -> None:
    plan = await asked(debts)
    next_door = await cast.donghu()
    async with browser(settings, next_door["韩冰"]) as client:
        assert (await client.get(f"/desk/plans/{plan}")).status_code == 404
        assert (await client.post(f"/desk/plans/{plan}/approval", data={})).status_code == 404
        assert "data-plan=" not in (await client.get("/desk/plans")).text
    async with browser(settings, debts.estate["陈静"]) as client:
        assert (await client.get("/desk/plans")).status_code == 403
    async with browser(settings) as client:
        assert (await client.get(f"/plans/{plan}")).status_code == 303


async def test_on_a_plan_the_first_page_asks_for_the_instalment_and_not_for_everything(
    settings: Settings, debts: World
) -> None:
    plan = await running(debts)
    later = await debts.bill(-5, 5_000)  # due in five days, and not in the plan
    async with browser(settings, debts.estate["陈静"]) as client:
        home = (await client.get("/")).text
        plain = home.replace('<span class="fen">', "").replace("</span>", "")
        [asked_for] = re.findall(r'role="button" class="big" href="(/payments/new\?line=[^"]+amount=[^"]+)"', home)
        assert asked_for.endswith("amount=33.33") and f'data-plan="{plan}"' in home
        assert "本期应缴" in home and "分期之外待缴" in home and ">¥50.00" in plain and ">¥150.01" not in plain
        paying = (await client.get(unescape(asked_for))).text.replace('<span class="fen">', "")
        assert ">¥33.33" in paying
        bills = (await client.get("/bills")).text
        assert re.findall(r'href="/payments/new\?bill=([^"]+)"', bills) == [str(later)]
        assert "另有 ¥100.01 已暂缓或正在分期缴纳" in bills

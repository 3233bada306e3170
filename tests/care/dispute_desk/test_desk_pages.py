"""The desk's pages: a queue with the latest first to be late, and one dispute with all that is behind it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from portal.care.dispute_desk import actions as deciding
from portal.care.disputes.states import Outcome
from portal.kit import clock
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.care.disputes.test_pages import attributes
from tests.care.disputes.world import WHOLE, World
from tests.client import browser

pytestmark = pytest.mark.anyio

ACTS = ("claim", "question", "routing", "rectification", "decision", "approval")
DECISION = {"outcome": "partly", "amount": "75.07", "text": "清运记录缺三天"}


async def limit(w: World, fen: int) -> None:
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE community SET approval_limit = $2 WHERE id = $1", w.estate.community, fen)


async def test_the_desk_claims_asks_routes_and_decides(w: World, settings: Settings) -> None:
    dispute = await w.open(20000)
    day = (clock.today("Asia/Shanghai") + timedelta(days=1)).isoformat()
    async with browser(settings, w.service) as client:
        page = (await client.get("/desk/disputes")).text
        assert attributes(page)["state"] == "open" and "1栋101" in page
        for act, fields, state in (
            ("claim", {}, "open"),
            ("question", {"text": "哪几天？"}, "asked"),
            ("routing", {"department": "环境部", "due_on": day, "text": "请核查"}, "routed"),
            ("decision", DECISION, "decided"),
        ):
            answer = await client.post(f"/desk/disputes/{dispute}/{act}", data=fields)
            assert (answer.status_code, answer.headers.get("location")) == (303, f"/desk/disputes/{dispute}"), act
            page = (await client.get(f"/desk/disputes/{dispute}")).text
            assert attributes(page)["state"] == state
        assert attributes(page)["outcome"] == "partly" and "陈静" in page and "请核查" in page
    assert await w.balance() == (WHOLE - 7507, WHOLE - 7507, 0)


@pytest.mark.parametrize(
    ("act", "fields", "says"),
    [
        ("question", {"text": ""}, "请填写问题"),
        ("routing", {"department": "", "due_on": "2099-01-01"}, "请选择部门"),
        ("routing", {"department": "保洁部", "due_on": "2099-01-01"}, "请从"),
        ("routing", {"department": "环境部", "due_on": "2020-01-01"}, "请选择今天或以后的日期"),
        ("routing", {"department": "环境部", "due_on": "soon"}, "日期"),
        ("decision", DECISION | {"amount": ""}, "请填写在 ¥250.24 中减收多少"),
        ("decision", DECISION | {"amount": "250.24"}, "小于异议金额"),
        ("decision", DECISION | {"amount": "9.999"}, "请填写金额"),
        ("decision", DECISION | {"outcome": "maybe"}, "选项"),
        ("decision", DECISION | {"text": ""}, "请填写理由"),
    ],
)
async def test_what_cannot_be_used_comes_back(
    w: World, settings: Settings, act: str, fields: dict[str, str], says: str
) -> None:
    dispute = await w.open()
    async with browser(settings, w.service) as client:
        answer = await client.post(f"/desk/disputes/{dispute}/{act}", data=fields)
        assert answer.status_code == 422 and says in answer.text, answer.text
        assert all(value in answer.text for value in fields.values() if value not in ("maybe", "保洁部"))
    assert await w.state(dispute) == "open"


async def test_the_loser_of_two_deciders_reads_what_was_decided(w: World, settings: Settings) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected, by=w.finance)
    async with browser(settings, w.service) as client:
        answer = await client.post(f"/desk/disputes/{dispute}/decision", data=DECISION)
        assert answer.status_code == 409
        assert "蒋涛" in answer.text and "异议不成立" in answer.text and "已核实" in answer.text


async def test_a_large_credit_waits_for_another_manager(w: World, settings: Settings) -> None:
    await limit(w, 5000)
    dispute = await w.open()
    async with browser(settings, w.service) as client:
        await client.post(f"/desk/disputes/{dispute}/decision", data={"outcome": "upheld", "text": "属实"})
        assert (await client.post(f"/desk/disputes/{dispute}/approval", data={})).status_code == 403
    async with browser(settings, w.manager) as client:
        page = (await client.get("/desk/disputes?show=approval")).text
        assert attributes(page)["state"] == "awaiting_approval"
        assert "建议减收 ¥250.24" in (await client.get(f"/desk/disputes/{dispute}")).text
        assert (await client.post(f"/desk/disputes/{dispute}/approval", data={"text": ""})).status_code == 303
        assert (await client.post(f"/desk/disputes/{dispute}/approval", data={})).status_code == 409
    assert await w.balance() == (0, 0, 0)


async def test_who_owns_the_home_neither_decides_nor_approves(w: World, settings: Settings) -> None:
    await limit(w, 1)
    dispute = await w.open()
    for who, act in ((w.finance, "decision"), (w.manager, "approval")):
        async with unit_of_work(w.estate.community):
            await fetch("UPDATE person SET human = $2 WHERE id = $1", w.owner.persons[0], who.human)
        async with browser(settings, who) as client:
            answer = await client.post(f"/desk/disputes/{dispute}/{act}", data=DECISION)
            assert answer.status_code == 409 and "您是当事业主之一，这项异议须由其他同事处理" in answer.text
            page = (await client.get(f"/desk/disputes/{dispute}")).text
            assert f'action="/desk/disputes/{dispute}/{act}"' not in page
        if act == "decision":
            await w.decide(dispute, Outcome.upheld)
    assert await w.state(dispute) == "awaiting_approval" and await w.balance() == (WHOLE, WHOLE, WHOLE)


async def test_whose_role_or_estate_it_is_not_cannot_act(w: World, settings: Settings) -> None:
    dispute, other = await w.open(), await cast.donghu()
    clerk = await builders.staff(w.estate.community, "何文", "he", Role.clerk, Role.steward)
    for who, status in ((clerk, 403), (other["韩冰"], 404), (w.owner, 403)):
        async with browser(settings, who) as client:
            assert (await client.get(f"/desk/disputes/{dispute}")).status_code == status
            for act in ACTS:
                fields = DECISION | {"department": "环境部", "due_on": "2099-01-01"}
                assert (await client.post(f"/desk/disputes/{dispute}/{act}", data=fields)).status_code == status, act
    async with browser(settings, other["韩冰"]) as client:
        assert str(dispute) not in (await client.get("/desk/disputes")).text
    assert await w.state(dispute) == "open"


async def test_what_is_late_comes_first_and_in_red(
    w: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = await w.open()
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=12))
    fresh = await _another(w)
    async with browser(settings, w.service) as client:
        page = (await client.get("/desk/disputes")).text
        order = [UUID(one) for one in re.findall(r'data-dispute="([^"]*)"', page)]
        assert order == [late, fresh] and page.count("status-bad") == 1
        assert re.findall(r'data-dispute="([^"]*)"', (await client.get("/desk/disputes?show=late")).text) == [str(late)]
        await deciding.claim(w.service, fresh)
        assert re.findall(r'data-dispute="([^"]*)"', (await client.get("/desk/disputes?show=mine")).text) == [
            str(fresh)
        ]
        finished = (await client.get("/desk/disputes?show=finished")).text
        assert "data-dispute" not in finished


async def test_the_queue_can_be_narrowed_to_a_department_or_a_state(w: World, settings: Settings) -> None:
    first, second = await w.open(), await _another(w)
    await deciding.route(w.service, first, "工程部", clock.today("Asia/Shanghai"), "")
    async with browser(settings, w.service) as client:
        for query, expected in (
            ("department=工程部", [first]),
            ("department=客服部", []),
            ("state=open", [second]),
            ("state=withdrawn", []),
        ):
            page = (await client.get(f"/desk/disputes?{query}")).text
            assert re.findall(r'data-dispute="([^"]*)"', page) == [str(one) for one in expected], query


async def test_a_year_without_published_holidays_is_said_on_the_desk(
    w: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start.replace(year=2090, day=15))
    dispute = await w.open()
    async with browser(settings, w.service) as client:
        for path in ("/desk/disputes", f"/desk/disputes/{dispute}"):
            assert "2090 年的节假日安排尚未公布" in (await client.get(path)).text


async def _another(w: World) -> UUID:
    """A dispute about the other line of the bill."""
    from portal.care.disputes.actions import open_dispute
    from portal.care.disputes.states import DisputeReason

    return await open_dispute(w.owner, w.other_line, reason=DisputeReason.wrong_rate, body="单价不对")

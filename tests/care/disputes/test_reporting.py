"""An owner disputes a piece of work: the life of a dispute without a sum, a hold or a credit."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.dispute_desk.actions import rectify
from portal.care.disputes import actions, queries
from portal.care.disputes.reporting import dispute_service
from portal.care.disputes.states import DisputeReason, DisputeState, Outcome
from portal.care.services.actions import Work, record_service
from portal.care.services.queries import record_of
from portal.care.standards.states import ServiceArea
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import ZERO, Money
from portal.overview.desk.lookup import unit_page
from portal.platform.process.settings import Settings
from portal.web.forms.choices import Upload
from tests import builders, cast
from tests.care.disputes.test_pages import attributes
from tests.care.disputes.world import WHOLE, World
from tests.client import browser
from tests.pictures import a_photo

pytestmark = pytest.mark.anyio

FIELDS = {"reason": "poor_quality", "text": "垃圾桶没有洗干净"}


async def work(w: World, title: str = "清洗垃圾桶") -> UUID:
    """A piece of work on the estate, recorded just now."""
    return await record_service(w.service, w.estate.community, Work(ServiceArea.cleaning, title, "北门"))


async def report(w: World, record: UUID, name: str = "陈静", **more: object) -> UUID:
    """Somebody of the estate disputes it."""
    given = {"reason": DisputeReason.poor_quality, "body": FIELDS["text"]} | more
    return await dispute_service(w.estate[name], record, **given)  # type: ignore[arg-type]


async def test_a_piece_of_work_is_disputed_without_a_sum_or_a_hold(w: World) -> None:
    record = await work(w)
    dispute = await report(w, record, photos=[Upload("bins.jpg", a_photo(size=(60, 40)))])
    row = await w.row("SELECT line, amount, service, state FROM dispute WHERE id = $1", dispute)
    assert tuple(row) == (None, None, record, "open")
    assert await w.rows("SELECT id FROM hold") == [] and await w.balance() == (WHOLE, WHOLE, 0)
    page = await queries.dispute_of(w.owner, dispute)
    assert (page.dispute.item.zh, page.dispute.unit, page.dispute.amount) == ("清洗垃圾桶", "1栋101", ZERO)
    assert page.dispute.due is not None and len(page.history.photos) == 1
    assert await w.told() == ["dispute_opened"] and await w.verbs(f"dispute:{dispute}") == ["dispute_opened"]


async def test_its_debtor_are_the_owners_of_the_home_whoever_writes(w: World) -> None:
    bill = await builders.bill(
        w.estate.community,
        w.estate.units["1栋102"],
        [w.estate["李明"], w.estate["王芳"]],
        [(await builders.charge_item(w.estate.community, "parking"), 5000)],
    )
    dispute = await report(w, await work(w), "王芳")
    theirs = (await w.row("SELECT debtor FROM bill WHERE id = $1", bill))["debtor"]
    assert (await w.row("SELECT debtor FROM dispute WHERE id = $1", dispute))["debtor"] == theirs
    assert [d.id for d in await queries.disputes_of(w.estate["李明"])] == [dispute]
    assert len(await w.rows("SELECT person FROM notice WHERE kind = 'dispute_opened'")) == 2


async def test_who_does_not_see_the_record_finds_nothing(w: World) -> None:
    record, other = await work(w), await cast.donghu()
    for who, which in ((other["郑伟"], record), (w.owner, uuid4())):
        with pytest.raises(Missing):
            await dispute_service(who, which, reason=DisputeReason.other, body="…")


@pytest.mark.parametrize("name", ["赵敏", "周杰"])
async def test_a_tenant_and_a_former_owner_are_told_that_the_owner_has_to_do_it(w: World, name: str) -> None:
    record = await work(w)
    with pytest.raises(Refused, match="Only owners") if name == "赵敏" else pytest.raises((Refused, Missing)):
        await report(w, record, name)
    assert await w.rows("SELECT id FROM dispute") == []


async def test_a_second_open_dispute_of_a_debtor_is_refused_and_a_neighbour_may_still(w: World) -> None:
    record = await work(w)
    first = await report(w, record)
    with pytest.raises(Refused, match="already"):
        await report(w, record)
    await report(w, record, "李明")
    with pytest.raises(Refused, match="already"):
        await report(w, record, "王芳")
    await report(w, await work(w, "楼道清扫"))
    await actions.withdraw(w.owner, first)
    await report(w, record)


async def test_of_several_at_the_same_moment_one_is_opened(w: World) -> None:
    record = await work(w)
    ends = await asyncio.gather(
        *(report(w, record, name) for name in ("李明", "王芳", "李明", "王芳")), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["Refused", "Refused", "Refused", "UUID"]


async def test_a_double_click_opens_one_and_answers_with_it(w: World) -> None:
    record, once = await work(w), "a-key-of-sixteen-or-more"
    first = await report(w, record, once=once)
    assert await report(w, record, once=once) == first and len(await w.rows("SELECT id FROM dispute")) == 1


async def test_its_whole_life(w: World) -> None:
    dispute = await report(w, await work(w))
    await deciding.claim(w.service, dispute)
    await deciding.ask(w.service, dispute, "是哪一个？")
    await actions.answer(w.owner, dispute, "北门左边那个")
    await deciding.route(w.service, dispute, "环境部", clock.today("Asia/Shanghai") + timedelta(days=1))
    debtor = (await w.row("SELECT debtor FROM dispute"))["debtor"]
    from portal.platform.db.unit_of_work import unit_of_work

    async with unit_of_work(w.estate.community):
        assert [one[0] for one in (await queries.open_rectifications([debtor]))[debtor]] == [dispute]
    await rectify(w.service, dispute, "已重新清洗")
    assert await w.decide(dispute, Outcome.upheld) is True
    page = await queries.dispute_of(w.owner, dispute)
    assert (page.dispute.state, page.dispute.outcome, page.can_reopen) == (
        DisputeState.decided,
        Outcome.upheld,
        True,
    )
    await actions.reopen(w.owner, dispute, "又脏了")
    await w.decide(dispute, Outcome.rejected)
    await actions.accept(w.owner, dispute)
    assert await w.state(dispute) == "accepted"
    assert await w.rows("SELECT id FROM hold") == await w.rows("SELECT id FROM adjustment") == []


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_a_decision_about_work_credits_nothing(w: World, outcome: Outcome) -> None:
    dispute = await report(w, await work(w))
    with pytest.raises(Invalid) as refused:
        await w.decide(dispute, outcome, 100)
    assert refused.value.field == "amount"
    assert await w.decide(dispute, outcome, 0) is True
    assert (await queries.dispute_of(w.owner, dispute)).dispute.credited == Money(0)


async def test_reopening_gives_way_to_a_new_dispute_about_the_same_work(w: World) -> None:
    record = await work(w)
    first = await report(w, record)
    await w.decide(first, Outcome.rejected)
    await report(w, record)
    with pytest.raises(Refused, match="already open"):
        await actions.reopen(w.owner, first, "…")


async def test_reopening_while_a_new_one_is_opened_leaves_one(w: World) -> None:
    for _ in range(10):
        record = await work(w)
        first = await report(w, record)
        await w.decide(first, Outcome.rejected)
        await asyncio.gather(report(w, record), actions.reopen(w.owner, first, "…"), return_exceptions=True)
        live = await w.rows("SELECT id FROM dispute WHERE service = $1 AND state IN ('open', 'reopened')", record)
        assert len(live) == 1


async def test_from_the_record_to_the_dispute(w: World, settings: Settings) -> None:
    record = await work(w)
    async with browser(settings, w.owner) as client:
        assert f'href="/disputes/new?service={record}"' in (await client.get(f"/services/{record}")).text
        form = await client.get(f"/disputes/new?service={record}")
        assert form.status_code == 200 and "清洗垃圾桶" in form.text and 'name="amount"' not in form.text
        for fields, says in (({"reason": ""}, "请选择异议原因"), ({"text": ""}, "请写明具体情况")):
            wrong = await client.post("/disputes/new", data=FIELDS | {"service": str(record)} | fields)
            assert wrong.status_code == 422 and says in wrong.text
            assert (FIELDS | fields)["text"] in wrong.text
        answer = await client.post("/disputes/new", data=FIELDS | {"service": str(record)})
        assert answer.status_code == 303, answer.text
        page = (await client.get(answer.headers["location"])).text
        mine = attributes(page)
        assert (mine["state"], mine["held"]) == ("open", "0") and "¥" not in page and f"/services/{record}" in page
        listed = (await client.get("/disputes")).text
        assert attributes(listed)["dispute"] == mine["dispute"] and "¥" not in listed
        work_page = (await client.get(f"/services/{record}")).text
        assert "/disputes/new" not in work_page and f'href="{answer.headers["location"]}"' in work_page
        assert (await client.get("/")).status_code == 200
        again = await client.post("/disputes/new", data=FIELDS | {"service": str(record)})
        assert again.status_code == 409
        assert (await client.get(f"/disputes/new?service={record}")).status_code == 409


async def test_the_desk_sees_and_decides_it(w: World, settings: Settings) -> None:
    record = await work(w)
    dispute = await report(w, record)
    async with browser(settings, w.service) as client:
        page = (await client.get("/desk/disputes")).text
        assert attributes(page)["dispute"] == str(dispute) and "清洗垃圾桶" in page
        page = (await client.get(f"/desk/disputes/{dispute}")).text
        assert f"/desk/services/{record}" in page and 'name="amount"' not in page and "不涉及金额" in page
        wrong = await client.post(
            f"/desk/disputes/{dispute}/decision", data={"outcome": "partly", "amount": "5", "text": "属实"}
        )
        assert wrong.status_code == 422 and "金额请留空" in wrong.text
        answer = await client.post(f"/desk/disputes/{dispute}/decision", data={"outcome": "partly", "text": "属实"})
        assert answer.status_code == 303
        page = (await client.get(f"/desk/disputes/{dispute}")).text
        assert (attributes(page)["state"], attributes(page)["outcome"]) == ("decided", "partly")
    unit = await unit_page(w.manager, w.estate.units["1栋101"])
    assert [(hit.id, hit.amount) for hit in unit.disputes] == [(dispute, None)]
    assert (await desk.queue_of(w.service)).cards == []


async def test_what_is_late_about_work_stands_on_todays_list(
    w: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute, start = await report(w, await work(w)), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=9))
    async with browser(settings, w.service) as client:
        assert f'id="due-{dispute}"' in (await client.get("/desk/today")).text


async def test_tenants_and_strangers_at_the_page(w: World, settings: Settings) -> None:
    record, other = await work(w), await cast.donghu()
    for who, status in ((w.estate["赵敏"], 409), (other["郑伟"], 404)):
        async with browser(settings, who) as client:
            assert (await client.get(f"/disputes/new?service={record}")).status_code == status
            answer = await client.post("/disputes/new", data=FIELDS | {"service": str(record)})
            assert answer.status_code == status
    assert not (await record_of(w.estate["赵敏"], record)).may_dispute
    async with browser(settings, w.owner) as client:
        for nothing in ("nonsense", str(uuid4())):
            assert (await client.get(f"/disputes/new?service={nothing}")).status_code == 404


async def test_words_about_work_name_no_sum(w: World) -> None:
    from portal.kit.language import LANGUAGES
    from portal.people.notices.states import NoticeKind
    from portal.people.notices.words import word
    from tests.people.notices.test_words import FACTS

    for kind in ("opened", "asked", "routed", "rectified", "decided"):
        facts = FACTS[f"dispute_{kind}"] | {"service": True, "amount": Money(0), "item": "清洗垃圾桶"}
        for tongue in LANGUAGES:
            for outcome in Outcome:
                words = word(NoticeKind(f"dispute_{kind}"), facts | {"outcome": outcome.value}, tongue)
                assert not re.search(r"[¥￥]|sum|金额|催缴|减免|减收", words.subject + words.body + words.sms), words

"""An owner disputes a sum, and exactly that is held; every step is theirs to see and to end."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.dispute_desk.actions import rectify
from portal.care.disputes import actions, queries
from portal.care.disputes.states import DisputeReason, DisputeState, Outcome
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import unit_of_work
from tests import cast
from tests.care.disputes.world import WHOLE, World
from tests.pictures import a_photo

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Photo:
    name: str
    content: bytes


def photo(name: str = "bins.jpg") -> Photo:
    return Photo(name, a_photo(size=(60, 40)))


async def test_a_dispute_holds_the_whole_line_in_the_same_act(w: World) -> None:
    dispute = await w.open()
    assert await w.balance() == (WHOLE, WHOLE, WHOLE)
    assert await w.state(dispute) == "open"
    assert await w.verbs(f"dispute:{dispute}") == ["dispute_opened"]
    assert await w.told() == ["dispute_opened"]
    hold = await w.row("SELECT amount, reason, released_at FROM hold WHERE source = $1", dispute)
    assert tuple(hold) == (WHOLE, "dispute", None)


async def test_only_the_disputed_part_is_held_and_the_rest_stays_payable(w: World) -> None:
    await w.open(10000)
    assert await w.balance() == (WHOLE, WHOLE, 10000)
    await w.pay(WHOLE - 10000)
    assert await w.balance() == (WHOLE, 10000, 10000)


async def test_a_part_that_is_paid_cannot_be_disputed(w: World) -> None:
    await w.pay(20000)
    with pytest.raises(Invalid) as refused:
        await w.open(5025)
    assert refused.value.field == "amount" and refused.value.sentence.facts == {"free": Money(5024)}
    await w.open(5024)


@pytest.mark.parametrize("fen", [0, -1, WHOLE + 1, 10**15])
async def test_sums_that_cannot_be_disputed(w: World, fen: int) -> None:
    with pytest.raises(Invalid):
        await w.open(fen)
    assert await w.balance() == (WHOLE, WHOLE, 0)


async def test_a_line_has_one_open_dispute_at_a_time(w: World) -> None:
    first = await w.open(1000)
    with pytest.raises(Refused):
        await w.open(1000)
    await actions.withdraw(w.owner, first)
    await w.open(1000)


async def test_of_two_disputes_at_the_same_moment_one_is_opened(w: World) -> None:
    ends = await asyncio.gather(*(w.open(20000) for _ in range(4)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Refused", "Refused", "Refused", "UUID"]
    assert (await w.balance())[2] == 20000


async def test_a_double_click_opens_one_dispute_and_answers_with_it(w: World) -> None:
    ends = await asyncio.gather(*(w.open(once="a-key-of-sixteen-or-more") for _ in range(2)))
    assert ends[0] == ends[1] and (await w.balance())[2] == WHOLE
    assert len(await w.rows("SELECT id FROM dispute")) == 1


async def test_a_neighbour_and_the_estate_next_door_find_no_such_line(w: World) -> None:
    other = await cast.donghu()
    for somebody in (w.estate["李明"], other["郑伟"]):
        with pytest.raises(Missing):
            await actions.open_dispute(somebody, w.line, reason=DisputeReason.other, body="…")
    with pytest.raises(Missing):
        await actions.open_dispute(w.owner, uuid4(), reason=DisputeReason.other, body="…")


async def test_a_tenant_is_told_that_the_owner_has_to_do_it(w: World) -> None:
    from tests import builders

    item = await builders.charge_item(w.estate.community, "parking")
    unit, owner = w.estate.units["1栋103"], w.estate["孙强"]
    bill = await builders.bill(w.estate.community, unit, [owner], [(item, 5000)])
    line = (await builders.lines_of(w.estate.community, bill))[0]
    with pytest.raises(Refused, match="Only owners"):
        await actions.open_dispute(w.estate["赵敏"], line, reason=DisputeReason.other, body="…")


async def test_each_co_owner_may_act_on_the_same_dispute(w: World) -> None:
    from tests import builders

    item = await builders.charge_item(w.estate.community, "parking")
    owners = [w.estate["李明"], w.estate["王芳"]]
    bill = await builders.bill(w.estate.community, w.estate.units["1栋102"], owners, [(item, 5000)])
    line = (await builders.lines_of(w.estate.community, bill))[0]
    dispute = await actions.open_dispute(owners[0], line, reason=DisputeReason.other, body="…")
    assert [d.id for d in await queries.disputes_of(owners[1])] == [dispute]
    assert len(await w.rows("SELECT person FROM notice WHERE kind = 'dispute_opened'")) == 2
    await actions.withdraw(owners[1], dispute)
    assert await w.state(dispute) == "withdrawn"


async def test_photos_are_kept_with_the_dispute_and_shown_to_its_people_only(w: World) -> None:
    dispute = await w.open(photos=[photo("1.jpg"), photo("2.jpg")])
    page = await queries.dispute_of(w.owner, dispute)
    assert len(page.history.photos) == 2
    one = page.history.photos[0].id
    assert (await queries.photo_of_mine(w.owner, dispute, one)).startswith(b"\xff\xd8\xff")
    for who, which in ((w.estate["李明"], one), (w.owner, uuid4())):
        with pytest.raises(Missing):
            await queries.photo_of_mine(who, dispute, which)


async def test_a_file_that_is_no_photo_opens_nothing(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        await w.open(photos=[photo(), Photo("letter.jpg", b"\xff\xd8\xffhello")])
    assert refused.value.field == "photos" and refused.value.sentence.facts == {"name": "letter.jpg"}
    with pytest.raises(Invalid):
        await w.open(photos=[photo()] * 6)
    assert await w.rows("SELECT id FROM dispute") == [] and await w.rows("SELECT id FROM photo") == []


async def test_deadlines_follow_the_estates_working_time(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    friday = datetime.fromisoformat("2026-11-20T17:00:00+08:00")
    monkeypatch.setattr(clock, "now", lambda: friday)
    async with unit_of_work(w.estate.community) as _:
        from portal.platform.db.unit_of_work import fetch

        await fetch(
            "INSERT INTO calendar_override (id, community, on_day, working, note)"
            " VALUES (1, $1, '2026-11-23', false, '停电检修')",
            w.estate.community,
        )
    dispute = await w.open()
    row = await w.row("SELECT acknowledge_by, reply_by, close_by FROM dispute WHERE id = $1", dispute)
    assert [moment.isoformat() for moment in row] == [
        "2026-11-24T01:00:00+00:00",
        "2026-11-24T09:00:00+00:00",
        "2026-11-26T09:30:00+00:00",
    ]


async def test_withdrawing_frees_the_sum_at_once(w: World) -> None:
    dispute = await w.open()
    await actions.withdraw(w.owner, dispute, "已经沟通好了")
    assert await w.balance() == (WHOLE, WHOLE, 0)
    assert await w.verbs(f"dispute:{dispute}") == ["dispute_opened", "dispute_withdrawn"]
    for act in (
        actions.withdraw(w.owner, dispute),
        actions.answer(w.owner, dispute, "…"),
        actions.accept(w.owner, dispute),
    ):
        with pytest.raises(Refused):
            await act


async def test_an_answer_lets_the_clock_run_on(w: World) -> None:
    dispute = await w.open()
    await deciding.ask(w.service, dispute, "是哪几天？")
    assert (await queries.dispute_of(w.owner, dispute)).dispute.due is None
    await actions.answer(w.owner, dispute, "11月3日到5日", once="a-key-of-sixteen-or-more")
    await actions.answer(w.owner, dispute, "11月3日到5日", once="a-key-of-sixteen-or-more")
    page = await queries.dispute_of(w.owner, dispute)
    assert page.dispute.state is DisputeState.open and page.dispute.due is not None
    assert [step.kind.value for step in page.history.steps] == ["opened", "asked", "answered"]
    pause = await w.row("SELECT ends_at FROM dispute_pause WHERE dispute = $1", dispute)
    assert pause["ends_at"] is not None


async def test_a_decision_is_accepted_once(w: World) -> None:
    dispute = await w.open()
    with pytest.raises(Refused, match="no decision yet"):
        await actions.accept(w.owner, dispute)
    await w.decide(dispute, Outcome.rejected)
    await actions.accept(w.owner, dispute)
    assert await w.state(dispute) == "accepted"
    for act in (actions.accept(w.owner, dispute), actions.reopen(w.owner, dispute, "…")):
        with pytest.raises(Refused):
            await act


async def test_reopening_holds_again_what_was_not_credited(w: World) -> None:
    dispute = await w.open(20000)
    await w.decide(dispute, Outcome.partly, 5000)
    assert await w.balance() == (WHOLE - 5000, WHOLE - 5000, 0)
    await actions.reopen(w.owner, dispute, "四天都没有清运")
    assert await w.balance() == (WHOLE - 5000, WHOLE - 5000, 15000)
    assert await w.state(dispute) == "reopened"
    await w.decide(dispute, Outcome.upheld)
    assert await w.balance() == (WHOLE - 20000, WHOLE - 20000, 0)
    with pytest.raises(Refused, match="nothing left"):
        await actions.reopen(w.owner, dispute, "…")


async def test_reopening_gives_the_department_its_task_again_and_lets_the_clock_run_anew(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
    monkeypatch.setattr(clock, "now", lambda: monday)
    dispute = await w.open()
    await deciding.route(w.service, dispute, "工程部", monday.date())
    await rectify(w.service, dispute, "阀门已更换")
    await w.decide(dispute, Outcome.rejected)
    later = monday + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: later)
    await actions.reopen(w.owner, dispute, "又漏了")
    page = await desk.dispute_at(w.service, dispute)
    assert (page.dispute.state, page.dispute.department, page.dispute.has_task) == ("reopened", "工程部", True)
    assert page.dispute.department_due == date(2026, 12, 1) and not page.dispute.late
    assert [promise.done for promise in page.dispute.promises] == [None, None, None]
    assert page.dispute.due is not None and page.dispute.due > later
    queue = await desk.queue_of(w.service, "tasks", "工程部")
    assert [card.dispute.id for card in queue.cards] == [dispute]
    last = page.history.steps[-1]
    assert (last.kind, last.department, last.due_on) == ("reopened", "工程部", date(2026, 12, 1))
    await rectify(w.service, dispute, "管道也更换了")
    assert await w.state(dispute) == "reopened" and not (await desk.dispute_at(w.service, dispute)).dispute.has_task


async def test_reopening_asks_no_department_where_none_was_asked(w: World) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected)
    await actions.reopen(w.owner, dispute, "还是不认可")
    assert not (await desk.dispute_at(w.service, dispute)).dispute.has_task


async def test_reopening_holds_no_more_than_is_still_owed(w: World) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected)
    await w.pay(WHOLE - 100)
    await actions.reopen(w.owner, dispute, "还是不认可")
    assert await w.balance() == (WHOLE, 100, 100)


async def test_reopening_a_paid_line_holds_nothing_but_is_heard(w: World) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected)
    await w.pay(WHOLE)
    await actions.reopen(w.owner, dispute, "还是不认可")
    assert await w.balance() == (WHOLE, 0, 0)
    await w.decide(dispute, Outcome.upheld)
    credit = await w.row("SELECT sum(amount)::bigint AS fen FROM credit")
    assert credit["fen"] == WHOLE


async def test_a_decided_dispute_gives_way_to_a_new_one_on_its_line(w: World) -> None:
    first = await w.open()
    await w.decide(first, Outcome.rejected)
    await w.open(1000)
    with pytest.raises(Refused, match="already open"):
        await actions.reopen(w.owner, first, "…")


async def test_another_owner_finds_no_dispute_of_mine(w: World) -> None:
    dispute = await w.open()
    stranger, acts = w.estate["李明"], (actions.withdraw, actions.accept)
    for act in acts:
        with pytest.raises(Missing):
            await act(stranger, dispute)
    for worded in (actions.answer, actions.reopen):
        with pytest.raises(Missing):
            await worded(stranger, dispute, "…")
    with pytest.raises(Missing):
        await queries.dispute_of(stranger, dispute)
    assert isinstance(dispute, UUID) and await w.state(dispute) == "open"

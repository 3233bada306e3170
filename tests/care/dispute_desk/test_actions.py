"""Staff decide a dispute once, with its money, its hold and its word to the owner in the same act."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.disputes import actions, queries
from portal.care.disputes.states import Outcome, StepKind
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders, cast
from tests.care.disputes.world import WHOLE, World

pytestmark = pytest.mark.anyio


async def test_an_upheld_dispute_ends_in_a_credit_note_that_points_back(w: World) -> None:
    dispute = await w.open()
    assert await w.decide(dispute, Outcome.upheld) is True
    assert await w.balance() == (0, 0, 0)
    note = await w.row("SELECT kind, amount, source, reason, made_by, approved_by FROM adjustment")
    assert tuple(note) == ("credit_note", -WHOLE, dispute, "已核实", w.service.actor, None)
    hold = await w.row("SELECT released_at FROM hold WHERE source = $1", dispute)
    assert hold["released_at"] is not None
    assert await w.verbs(f"dispute:{dispute}") == ["dispute_opened", "dispute_decided"]
    assert await w.told() == ["dispute_opened", "dispute_decided"]


async def test_a_partly_upheld_dispute_credits_that_part_and_frees_the_rest(w: World) -> None:
    dispute = await w.open(20000)
    await w.decide(dispute, Outcome.partly, 7507)
    assert await w.balance() == (WHOLE - 7507, WHOLE - 7507, 0)
    page = await queries.dispute_of(w.owner, dispute)
    assert (page.dispute.outcome, page.dispute.credited, page.can_reopen) == (Outcome.partly, Money(7507), True)


async def test_a_rejected_dispute_moves_no_money_and_holds_nothing(w: World) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected)
    assert await w.balance() == (WHOLE, WHOLE, 0)
    assert await w.rows("SELECT id FROM adjustment") == []


async def test_what_was_paid_in_the_meantime_becomes_credit(w: World) -> None:
    dispute = await w.open()
    await w.pay(20000)
    await w.decide(dispute, Outcome.upheld)
    assert await w.balance() == (0, 0, 0)
    assert (await w.row("SELECT sum(amount)::bigint AS fen FROM credit"))["fen"] == 20000


@pytest.mark.parametrize(
    ("outcome", "fen"),
    [(Outcome.partly, None), (Outcome.partly, 0), (Outcome.partly, 20000), (Outcome.upheld, 1), (Outcome.rejected, 1)],
)
async def test_an_outcome_and_its_sum_must_agree(w: World, outcome: Outcome, fen: int | None) -> None:
    dispute = await w.open(20000)
    with pytest.raises(Invalid) as refused:
        await w.decide(dispute, outcome, fen)
    assert refused.value.field == "amount" and await w.state(dispute) == "open"


async def test_claiming_acknowledges_and_reserves_nothing(w: World) -> None:
    dispute = await w.open()
    await deciding.claim(w.service, dispute)
    await deciding.claim(w.service, dispute)
    await deciding.claim(w.finance, dispute)
    row = await w.row("SELECT state, acknowledged_at, replied_at, version FROM dispute")
    assert (row["state"], row["acknowledged_at"] is None, row["replied_at"], row["version"]) == ("open", False, None, 3)
    await w.decide(dispute, Outcome.rejected)
    assert await w.verbs(f"dispute:{dispute}") == ["dispute_opened", *["dispute_claimed"] * 2, "dispute_decided"]


async def test_a_question_stops_the_clock_until_the_answer(w: World) -> None:
    dispute = await w.open()
    await deciding.ask(w.service, dispute, "是哪几天？")
    with pytest.raises(Refused):
        await deciding.ask(w.finance, dispute, "还有呢？")
    page = await queries.dispute_of(w.owner, dispute)
    assert page.dispute.is_asked and page.dispute.due is None and not page.dispute.late
    assert await w.told() == ["dispute_opened", "dispute_asked"]
    await actions.answer(w.owner, dispute, "三号")
    await deciding.ask(w.service, dispute, "几点？")
    assert (await w.told()).count("dispute_asked") == 2


async def test_waiting_for_the_owner_moves_the_deadline(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    dispute = await w.open()
    due = (await queries.dispute_of(w.owner, dispute)).dispute.promises[2].due
    await deciding.ask(w.service, dispute, "是哪几天？")
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=7))
    await actions.answer(w.owner, dispute, "三号")
    later = (await queries.dispute_of(w.owner, dispute)).dispute.promises[2].due
    assert due is not None and later is not None and later > due + timedelta(days=3)


async def test_routing_names_the_department_to_the_owner_and_keeps_the_note_at_the_desk(w: World) -> None:
    dispute = await w.open()
    day = clock.today("Asia/Shanghai") + timedelta(days=2)
    await deciding.route(w.service, dispute, "环境部", day, "业主情绪激动，请先看现场")
    page = await queries.dispute_of(w.owner, dispute)
    assert page.dispute.department == "环境部" and all(step.note is None for step in page.history.steps)
    assert (await desk.dispute_at(w.service, dispute)).history.steps[-1].note == "业主情绪激动，请先看现场"
    await deciding.ask(w.service, dispute, "有照片吗？")
    await actions.answer(w.owner, dispute, "有")
    assert await w.state(dispute) == "routed"
    with pytest.raises(Invalid):
        await deciding.route(w.service, dispute, "环境部", day - timedelta(days=9))


async def large(w: World, limit: int = 10000) -> UUID:
    """A dispute above the estate's limit."""
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE community SET approval_limit = $2 WHERE id = $1", w.estate.community, limit)
    return await w.open()


async def test_above_the_limit_another_manager_has_to_agree(w: World) -> None:
    dispute = await large(w)
    assert await w.decide(dispute, Outcome.upheld) is False
    assert await w.state(dispute) == "awaiting_approval" and await w.balance() == (WHOLE, WHOLE, WHOLE)
    assert await w.told() == ["dispute_opened"]
    with pytest.raises(Refused, match="proposed a decision"):
        await w.decide(dispute, Outcome.rejected, by=w.finance)
    with pytest.raises(Forbidden):
        await deciding.approve(w.finance, dispute)
    await deciding.approve(w.manager, dispute)
    assert await w.state(dispute) == "decided" and await w.balance() == (0, 0, 0)
    note = await w.row("SELECT made_by, approved_by FROM adjustment")
    assert tuple(note) == (w.service.actor, w.manager.actor)
    with pytest.raises(Refused):
        await deciding.approve(w.manager, dispute)


async def test_a_manager_does_not_approve_their_own_proposal(w: World) -> None:
    dispute = await large(w)
    await w.decide(dispute, Outcome.upheld, by=w.manager)
    with pytest.raises(Refused, match="Another manager"):
        await deciding.approve(w.manager, dispute)
    second = await builders.staff(w.estate.community, "韩雪", "hanxue", Role.manager)
    await deciding.approve(second, dispute)
    assert await w.state(dispute) == "decided"


async def test_a_sum_at_the_limit_needs_one_person_only(w: World) -> None:
    assert await w.decide(await large(w, limit=WHOLE), Outcome.upheld) is True


async def test_what_is_not_approved_is_decided_anew(w: World) -> None:
    dispute = await large(w)
    await w.decide(dispute, Outcome.upheld)
    await deciding.approve(w.manager, dispute, agree=False, text="请先核对清运记录")
    assert await w.state(dispute) == "open" and await w.balance() == (WHOLE, WHOLE, WHOLE)
    kinds = [step.kind for step in (await queries.dispute_of(w.owner, dispute)).history.steps]
    assert StepKind.returned not in kinds
    await w.decide(dispute, Outcome.partly, 10000)
    assert await w.state(dispute) == "decided"
    assert [r["round"] for r in await w.rows("SELECT round FROM decision ORDER BY round")] == [1, 2]


async def test_nobody_handles_a_dispute_about_their_own_home(w: World) -> None:
    dispute = await w.open()
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE person SET human = $2 WHERE id = $1", w.owner.persons[0], w.service.human)
    for act in (deciding.claim(w.service, dispute), w.decide(dispute, Outcome.upheld)):
        with pytest.raises(Refused, match="one of the owners"):
            await act
    page = await desk.dispute_at(w.service, dispute)
    assert page.concerned and not page.can_act
    with pytest.raises(asyncpg.CheckViolationError):
        async with unit_of_work(w.estate.community):
            await fetch(
                "INSERT INTO decision (id, community, dispute, round, outcome, amount, body, decided_by, decided_at)"
                " SELECT gen_random_uuid(), community, $1, 1, 'rejected', 0, '-', id, now() FROM staff"
                " WHERE human = $2",
                dispute,
                w.service.human,
            )


async def test_a_final_decision_is_never_changed(w: World) -> None:
    dispute = await w.open()
    await w.decide(dispute, Outcome.rejected)
    with pytest.raises(asyncpg.RestrictViolationError):
        async with unit_of_work(w.estate.community):
            await fetch("UPDATE decision SET body = 'no'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(w.estate.community):
            await fetch("DELETE FROM decision")


async def test_staff_without_the_role_or_from_next_door_find_nothing(w: World) -> None:
    dispute, other = await w.open(), await cast.donghu()
    clerk = await builders.staff(w.estate.community, "何文", "he", Role.clerk, Role.steward, Role.legal)
    for who in (clerk, other["韩冰"]):
        for act in (
            deciding.claim(who, dispute),
            deciding.ask(who, dispute, "?"),
            deciding.route(who, dispute, "环境部", date(2099, 1, 1)),
            deciding.decide(who, dispute, Outcome.rejected, None, "no"),
            deciding.approve(who, dispute),
            desk.dispute_at(who, dispute),
            desk.photo_at_desk(who, dispute, uuid4()),
        ):
            with pytest.raises(Missing):
                await act
        assert (await desk.queue_of(who)).cards == []


async def test_a_decider_sees_what_changed_since_the_page_was_opened(w: World) -> None:
    dispute = await w.open()
    seen = (await desk.dispute_at(w.service, dispute)).dispute.version
    await actions.answer(w.owner, dispute, "补充：还有异味")
    with pytest.raises(Refused, match="since you opened the page"):
        await w.decide(dispute, Outcome.rejected, version=seen)
    await w.decide(dispute, Outcome.rejected, version=seen + 1)


async def test_of_two_deciders_one_wins_and_the_other_sees_the_decision(w: World) -> None:
    for round_ in range(20):
        dispute = await w.open(100)
        ends = await asyncio.gather(
            w.decide(dispute, Outcome.upheld, by=w.service),
            w.decide(dispute, Outcome.rejected, by=w.finance),
            w.decide(dispute, Outcome.partly, 40, by=w.manager),
            return_exceptions=True,
        )
        lost = [end for end in ends if isinstance(end, Refused)]
        assert ends.count(True) == 1 and len(lost) == 2, (round_, ends)
        winner = (w.service, w.finance, w.manager)[ends.index(True)].name
        decision = await w.row("SELECT outcome, amount, body FROM decision WHERE dispute = $1", dispute)
        for no in lost:
            facts = no.sentence.facts
            assert (facts["who"], facts["outcome"], facts["amount"], facts["reason"]) == (
                winner,
                Outcome(decision["outcome"]),
                Money(decision["amount"]),
                decision["body"],
            )
        assert len(await w.rows("SELECT id FROM adjustment WHERE source = $1", dispute)) == (decision["amount"] > 0)


async def test_deciding_while_the_owner_withdraws_ends_one_way_or_the_other(w: World) -> None:
    for _ in range(20):
        dispute = await w.open(100)
        decided, withdrawn = await asyncio.gather(
            w.decide(dispute, Outcome.upheld), actions.withdraw(w.owner, dispute), return_exceptions=True
        )
        state = await w.state(dispute)
        credited = len(await w.rows("SELECT id FROM adjustment WHERE source = $1", dispute))
        if state == "decided":
            assert decided is True and isinstance(withdrawn, Refused) and credited == 1
        else:
            assert state == "withdrawn" and withdrawn is None and isinstance(decided, Refused) and credited == 0


async def test_deciding_while_the_line_is_paid_loses_no_fen(w: World) -> None:
    paid = credited = 0
    for _ in range(20):
        dispute = await w.open(100)
        ends = await asyncio.gather(w.decide(dispute, Outcome.upheld), w.pay(50), return_exceptions=True)
        assert ends == [True, None]
        paid, credited = paid + 50, credited + 100
    assert await w.balance() == (WHOLE - credited, WHOLE - credited - paid, 0)


async def test_two_approvers_at_once_credit_once(w: World) -> None:
    dispute = await large(w)
    await w.decide(dispute, Outcome.upheld)
    second = await builders.staff(w.estate.community, "韩雪", "hanxue", Role.manager)
    ends = await asyncio.gather(
        deciding.approve(w.manager, dispute), deciding.approve(second, dispute), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused"]
    assert len(await w.rows("SELECT id FROM adjustment")) == 1

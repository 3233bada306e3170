"""Calls and visits: recorded whole or not at all, listed while somebody should turn to the home, and for the owner."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from portal.arrears.case_file.queries import case_on_desk, photo_of_contact
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts, next_action
from portal.care.dispute_desk import actions as deciding
from portal.care.dispute_desk.steps import OPENER
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.queries import dispute_of
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.holds.jobs import holds
from portal.care.plan_pages.queries import plans_of
from portal.care.plans.actions import request_plan
from portal.care.plans.states import PlanState
from portal.collection.outreach.actions import (
    MOST_PHOTOS,
    NO_PROMISE,
    PROMISE_OF_WHAT,
    TOO_MANY,
    WHEN_NEXT,
    Talk,
    disputable,
    record_talk,
    speaking_for,
)
from portal.collection.outreach.documents import pack_pdf
from portal.collection.outreach.queries import Queue, Wanted, queue_of, sheet_of
from portal.collection.outreach.states import Whose
from portal.collection.outreach.visits import pack_of, packs_of_building
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
CALL, VISIT = ContactChannel.call, ContactChannel.visit
NOBODY = Talk(ContactOutcome.no_answer)


async def calls(debts: World, wanted: Wanted = Wanted(), who: str = "冯丽") -> Queue:
    return await queue_of(debts.estate[who], NextStep.call, wanted)


async def at_three(debts: World) -> tuple[UUID, UUID]:
    """陈静 owes 100 yuan since 20 days before TODAY, and is at stage 3 since TODAY + 11 days. The case and its bill."""
    with on(TODAY):
        bill = await debts.bill(20)
        await arrears(TODAY)
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    with on(TODAY + DAY):
        await record_talk(debts.estate["冯丽"], case, CALL, Talk(ContactOutcome.reached))
    with on(TODAY + 11 * DAY):
        await take_step(debts.estate["沈平"], case)
    return case, bill


async def test_a_home_at_stage_two_is_called_until_it_promises_and_again_when_the_promise_is_missed() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        found = await calls(debts)
        assert [(row.case.id, row.turn.last) for row in found.rows] == [(case, None)] and found.due == 1
        talk = Talk(ContactOutcome.promised, "下周缴", promised_on=SECOND + 5 * DAY, promised=Money(5000))
        await record_talk(debts.estate["冯丽"], case, CALL, talk)
        found = await calls(debts)
        assert not found.rows and (found.due, found.waiting) == (0, 1)
        waiting = (await calls(debts, Wanted(waiting=True))).rows
        assert [row.turn.waits and row.turn.waits.facts["free"] for row in waiting] == [SECOND + 6 * DAY]
    with on(SECOND + 6 * DAY):
        found = await calls(debts, Wanted(Whose.late))
        assert [row.case.id for row in found.rows] == [case] and found.late == 1
    with on(SECOND + 3 * DAY):
        await debts.pay(debts.bills[10], 5000)
    with on(SECOND + 6 * DAY):
        assert not (await calls(debts)).late, "what was promised came in"


async def test_the_next_step_is_ones_own_or_a_colleagues_and_done_by_a_contact() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        talk = Talk(ContactOutcome.reached, next_step=NextStep.call, next_on=SECOND + 2 * DAY, who="jiang")
        await record_talk(debts.estate["冯丽"], case, CALL, talk)
    with on(SECOND + 2 * DAY):
        found = await calls(debts)
        assert [(row.turn.todo and row.turn.todo.who, row.turn.late) for row in found.rows] == [("蒋涛", False)]
        assert not (await calls(debts, Wanted(Whose.mine))).rows
        assert [row.case.id for row in (await calls(debts, Wanted(Whose.mine), "蒋涛")).rows] == [case]
    with on(SECOND + 3 * DAY):
        assert (await calls(debts)).late == 1
        await record_talk(debts.estate["蒋涛"], case, CALL, NOBODY)
        found = await calls(debts)
        assert [row.turn.todo for row in found.rows] == [None] and not found.late
        assert (await case_on_desk(debts.estate["冯丽"], case)).todo is None
        assert not await debts.broken_invariants()


@pytest.mark.parametrize(
    ("talk", "field", "words"),
    [
        (Talk(ContactOutcome.promised), "on", PROMISE_OF_WHAT),
        (Talk(ContactOutcome.promised, promised_on=SECOND), "amount", PROMISE_OF_WHAT),
        (Talk(ContactOutcome.reached, promised_on=SECOND), "on", NO_PROMISE),
        (Talk(ContactOutcome.reached, promised=Money(1)), "amount", NO_PROMISE),
        (Talk(ContactOutcome.reached, next_step=NextStep.visit), "next_on", WHEN_NEXT),
        (Talk(ContactOutcome.reached, next_on=SECOND), "next_step", WHEN_NEXT),
        (Talk(ContactOutcome.reached, next_step=NextStep.visit, next_on=SECOND - DAY), "next_on", next_action.PAST),
        (
            Talk(ContactOutcome.reached, next_step=NextStep.visit, next_on=SECOND + 91 * DAY),
            "next_on",
            next_action.TOO_FAR,
        ),
        (
            Talk(ContactOutcome.reached, next_step=NextStep.visit, next_on=SECOND, who="nobody"),
            "who",
            contacts.NO_COLLEAGUE,
        ),
        (Talk(ContactOutcome.promised, promised_on=SECOND - DAY, promised=Money(1)), "on", contacts.PAST),
        (Talk(ContactOutcome.promised, promised_on=SECOND, promised=Money(7001)), "amount", contacts.TOO_MUCH),
        (Talk(ContactOutcome.handed_over), "outcome", contacts.DOES_NOT_FIT),
    ],
)
async def test_half_a_record_is_named_and_nothing_of_it_is_kept(talk: Talk, field: str, words: str) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        with pytest.raises(Invalid) as refused:
            await record_talk(debts.estate["冯丽"], case, CALL, talk)
        assert (refused.value.field, refused.value.sentence.text) == (field, words)
        for table in ("contact", "payment_promise", "next_action", "case_reason"):
            assert not await debts.rows(f"SELECT FROM {table}")


async def test_the_cap_closes_the_record_too_and_a_stranger_sees_nothing() -> None:
    with on(SECOND):
        debts = await world()
        donghu = await cast.donghu()
        case = await at_two(debts)
        for _ in range(3):
            await record_talk(debts.estate["冯丽"], case, CALL, NOBODY)
        assert [row.turn.waits is not None for row in (await calls(debts, Wanted(waiting=True))).rows] == [True]
        with pytest.raises(Refused, match="alone for now"):
            await record_talk(debts.estate["冯丽"], case, CALL, NOBODY)
        for stranger in (debts.estate["陈静"], donghu["韩冰"]):
            for act in (
                record_talk(stranger, case, CALL, NOBODY),
                next_action.set_next(stranger, case, NextStep.wait, SECOND),
                sheet_of(stranger, case),
                speaking_for(stranger, case),
                pack_of(stranger, case),
                photo_of_contact(stranger, case, uuid4(), uuid4()),
            ):
                with pytest.raises(Missing):
                    await act
            assert not (await queue_of(stranger, NextStep.call, Wanted())).rows


async def test_a_step_that_was_planned_elsewhere_is_listed_until_it_is_done() -> None:
    debts = await world()
    case, _bill = await at_three(debts)
    with on(TODAY + 11 * DAY):
        assert not (await calls(debts)).rows
        await next_action.set_next(debts.estate["冯丽"], case, NextStep.call, TODAY + 11 * DAY)
        assert [row.case.id for row in (await calls(debts, Wanted(building="1"))).rows] == [case]
        assert not (await calls(debts, Wanted(building=""))).rows
        await record_talk(debts.estate["冯丽"], case, CALL, NOBODY)
        assert not (await calls(debts)).rows and not (await calls(debts, Wanted(waiting=True))).rows


async def test_a_visit_takes_two_and_keeps_its_photos() -> None:
    debts = await world()
    case, _bill = await at_three(debts)
    with on(TODAY + 11 * DAY):
        service = debts.estate["冯丽"]
        assert [row.case.id for row in (await queue_of(service, NextStep.visit, Wanted())).rows] == [case]
        with pytest.raises(Invalid, match="two people"):
            await record_talk(service, case, VISIT, NOBODY)
        with pytest.raises(Invalid, match="someone other than you"):
            await record_talk(service, case, VISIT, Talk(ContactOutcome.no_answer, witness="feng"))
        many = [Sent("hall.jpg", a_photo())] * (MOST_PHOTOS + 1)
        with pytest.raises(Invalid) as refused:
            await record_talk(service, case, VISIT, Talk(ContactOutcome.reached, witness="shen"), many)
        assert refused.value.sentence.text == TOO_MANY
        talk = Talk(ContactOutcome.reached, "看了单元门", witness="shen")
        contact = await record_talk(service, case, VISIT, talk, [Sent("hall.jpg", a_photo())])
        [one] = [c for c in (await case_on_desk(service, case)).log.contacts if c.id == contact]
        assert one.witness == "沈平" and len(one.photos) == 1
        assert (await photo_of_contact(service, case, contact, one.photos[0].id))[:2] == b"\xff\xd8"
        assert not (await queue_of(service, NextStep.visit, Wanted())).rows
        assert not await debts.broken_invariants()


async def test_the_pack_tells_two_people_what_they_need_and_nothing_of_hardship() -> None:
    debts = await world()
    case, bill = await at_three(debts)
    with on(TODAY + 11 * DAY):
        line = await debts.line(bill)
        about = {"reason": DisputeReason.poor_quality, "body": "单元门坏了三周", "amount": Money(3000)}
        await open_dispute(debts.estate["陈静"], line, **about)
        service = debts.estate["冯丽"]
        await record_talk(service, case, CALL, Talk(ContactOutcome.hardship, "失业在家"))
    with on(TODAY + 26 * DAY):
        await holds(TODAY + 26 * DAY)
        pack = await pack_of(debts.estate["沈平"], case)  # who may read it at the desk
        content = await pack_pdf([pack])
        assert content == await pack_pdf([pack]), "the same bytes again"
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        for words in ("1栋101", "70.00", "单元门坏了三周", "两人同行", "物业服务费", "11.66"):
            assert words in said, words
        assert "失业" not in said
        assert pack.found.log.contacts[0].body == "失业在家"
        assert [len(parts) for parts in pack.offers] == [2, 6, 12]
        with pytest.raises(Missing):
            await packs_of_building(service, "99")


async def test_staff_open_a_dispute_for_the_owner_and_cannot_decide_it() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        bill = await debts.bill(12, 9000)
        await arrears(SECOND)
        manager, line = debts.estate["沈平"], await debts.line(bill)
        found = await case_on_desk(manager, case)
        assert [debt.line for debt in disputable(found)] == [line], "the other one is disputed already"
        them = await speaking_for(manager, case)
        about = {"reason": DisputeReason.wrong_rate, "body": "电话里说单价不对"}
        dispute = await open_dispute(them, line, **about)
        shown = await dispute_of(debts.estate["陈静"], dispute)
        assert shown.history.steps[0].who == "沈平" and shown.dispute.held == Money(9000)
        assert await debts.told("dispute_opened") == ["dispute_opened"] * 2
        assert (await case_on_desk(manager, case)).case.chaseable == Money(7000)
        await deciding.claim(manager, dispute)
        with pytest.raises(Refused) as refused:
            await deciding.decide(manager, dispute, Outcome.upheld, None, "同意")
        assert refused.value.sentence.text == OPENER
        assert await deciding.decide(debts.estate["蒋涛"], dispute, Outcome.upheld, None, "单价有误")
        assert not await debts.broken_invariants()


async def test_staff_ask_for_instalments_for_the_owner_who_still_has_to_agree() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        them = await speaking_for(debts.estate["冯丽"], case)
        await request_plan(them, [debts.bills[10]], 3, SECOND + 7 * DAY, "电话里说一次缴清有困难")
        assert [plan.state for plan in await plans_of(debts.estate["陈静"])] == [PlanState.requested]
        with pytest.raises(Missing):
            await request_plan(them, [uuid4()], 3, SECOND + 7 * DAY)


async def test_the_pages_record_a_call_and_say_what_is_wrong(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        async with browser(settings, debts.estate["冯丽"]) as desk:
            sheet = f"/desk/cases/{case}/call"
            assert "19900000101" in (await desk.get(sheet)).text
            answer = await desk.post(sheet, data={"outcome": "promised", "on": f"{SECOND}"})
            assert answer.status_code == 422 and "请填写约定缴费的日期和金额" in answer.text
            good = {"outcome": "promised", "on": f"{SECOND + DAY}", "amount": "12.50", "text": "明天缴"}
            answer = await desk.post(sheet, data=good)
            assert (answer.status_code, answer.headers["location"]) == (303, "/desk/calls")
            assert (await desk.post(f"/desk/cases/{case}/visit", data={"outcome": "reached"})).status_code == 422
            assert (await desk.get("/desk/calls?whose=x&building=%00&page=-3")).status_code in (200, 400)
            preview = {"bill": str(debts.bills[10]), "instalments": "3", "first_on": f"{SECOND + DAY}", "preview": "1"}
            shown = await desk.post(f"/desk/cases/{case}/plans/new", data=preview)
            assert shown.status_code == 200 and "70.00" in shown.text
            assert not await debts.rows("SELECT FROM plan")
            wrong = await desk.post(f"/desk/cases/{case}/plans/new", data=preview | {"instalments": "13"})
            assert wrong.status_code == 422
        row = await debts.row("SELECT amount, on_day FROM payment_promise")
        assert tuple(row) == (1250, SECOND + DAY)

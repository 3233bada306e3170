"""Letters: at their stage and through their gates, once a week, net of what is held, and proven by how they arrived."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from pypdf import PdfReader

from portal.arrears.cases.states import ContactChannel, ContactOutcome
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.climbing.words import NO_DEMAND, STEP_MISSING
from portal.arrears.contacts import actions as contacts, holding
from portal.arrears.limitation.queries import limitation_of
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.collection.letters.actions import CLOSED, THERE, TOO_EARLY, issue_letter
from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.proving import (
    NO_ENVELOPE,
    NO_NUMBER,
    NO_PHOTO,
    PROVEN_ALREADY,
    open_letter,
    record_delivery,
)
from portal.collection.letters.queries import letter_at_desk, letter_of
from portal.collection.letters.states import LetterKind, LetterState
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.papers import PAY_AT, delivered
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
SECOND = TODAY + 7 * DAY


async def at_two(debts: World) -> UUID:
    """陈静 owes 100 yuan since ten days before TODAY and is at stage 2 since SECOND; of it 30 are disputed."""
    bill = await debts.bill(10)
    await arrears(TODAY)
    await arrears(SECOND)
    line = await debts.line(bill)
    about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(3000)}
    await open_dispute(debts.estate["陈静"], line, **about)
    return (await debts.row("SELECT id FROM arrears_case"))["id"]


async def notice(debts: World, case: UUID) -> UUID:
    return await issue_letter(debts.estate["冯丽"], case, LetterKind.notice, PAY_AT)


async def test_a_notice_asks_for_what_may_be_chased_and_everybody_who_owes_is_told() -> None:
    with on(SECOND):
        debts = await world()
        letter = await notice(debts, await at_two(debts))
        found = await letter_at_desk(debts.estate["沈平"], letter)
        assert (found.row.amount, found.row.called, found.row.state) == (
            Money(7000), "TZ-2026-000001", LetterState.issued,
        )  # fmt: skip
        assert [(line.amount, line.item.zh) for line in found.lines] == [(Money(7000), "物业服务费")]
        assert await debts.told("letter_issued") == ["letter_issued"]
        pdf = await letters_pdf([(found.row, found.facts, found.at)])
        assert pdf == await letters_pdf([(found.row, found.facts, found.at)]), "the same bytes again"
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert "缴费通知单" in said and "¥70.00" in said and "¥100.00" not in said and "¥30.00" not in said
        assert not await debts.broken_invariants()


async def test_opened_in_the_portal_it_has_arrived_once_and_counts_as_the_step() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        letter, chen = await notice(debts, case), debts.estate["陈静"]
        with pytest.raises(Missing):
            await open_letter(debts.estate["李明"], letter)
        for _again in range(2):
            await open_letter(chen, letter)
        rows = await debts.rows("SELECT channel, outcome FROM contact")
        assert [tuple(row) for row in rows] == [("letter", "opened")]
        assert (await letter_of(chen, letter)).row.state is LetterState.delivered
        with pytest.raises(Refused, match=PROVEN_ALREADY[:20]):
            await record_delivery(debts.estate["冯丽"], letter, ContactOutcome.handed_over)
        with pytest.raises(Invalid):
            await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.call, ContactOutcome.opened)


async def test_what_a_way_of_delivery_needs_is_asked_for_and_one_proof_is_enough() -> None:
    with on(SECOND):
        debts = await world()
        letter, feng = await notice(debts, await at_two(debts)), debts.estate["冯丽"]
        door = [Sent("door.jpg", a_photo())]
        for outcome, said in ((ContactOutcome.posted, NO_PHOTO), (ContactOutcome.registered, NO_NUMBER)):
            with pytest.raises(Invalid, match=said[:20]):
                await record_delivery(feng, letter, outcome, enclosed=True)
        with pytest.raises(Invalid):
            await record_delivery(feng, letter, ContactOutcome.posted, enclosed=True, photos=door)
        with pytest.raises(Invalid, match=NO_ENVELOPE[:20]):
            await record_delivery(feng, letter, ContactOutcome.posted, witness="shen", photos=door)
        assert await debts.rows("SELECT 1 FROM contact") == await debts.rows("SELECT 1 FROM photo") == []
        await record_delivery(feng, letter, ContactOutcome.returned, text="查无此人")
        assert (await letter_at_desk(feng, letter)).row.state is LetterState.returned
        await record_delivery(feng, letter, ContactOutcome.posted, witness="shen", enclosed=True, photos=door)
        await record_delivery(feng, letter, ContactOutcome.registered, number="XA1")
        found = await letter_at_desk(feng, letter)
        assert (found.row.state, len(found.photos), len(found.proofs)) == (LetterState.delivered, 1, 3)
        with pytest.raises(Refused):
            await record_delivery(feng, letter, ContactOutcome.handed_over)


async def test_a_letter_has_its_stage_its_gates_and_its_week() -> None:
    with on(SECOND):
        debts = await world()
        case, shen = await at_two(debts), debts.estate["沈平"]
        with pytest.raises(Refused, match=TOO_EARLY[:20]):
            await issue_letter(shen, case, LetterKind.demand, PAY_AT)
        with pytest.raises(Forbidden):
            await issue_letter(debts.estate["冯丽"], case, LetterKind.demand, PAY_AT)
        await notice(debts, case)
        with pytest.raises(Refused, match=THERE[:6]):
            await notice(debts, case)
        await holding.hold_by_hand(shen, case, "等待过户", SECOND + timedelta(days=9))
        with pytest.raises(Refused):
            await notice(debts, case)
        assert len(await debts.rows("SELECT 1 FROM letter")) == 1
        with pytest.raises(Missing):
            await issue_letter((await cast.donghu())["韩冰"], case, LetterKind.notice, PAY_AT)
    with on(SECOND + timedelta(days=1)):
        for bill in debts.bills.values():
            await debts.pay(bill, 10_000)
        await arrears(SECOND + timedelta(days=1))
        with pytest.raises(Refused, match=CLOSED[:20]):
            await notice(debts, case)


async def test_a_draft_for_a_law_firm_waits_for_every_gate_of_the_law() -> None:
    day = TODAY + timedelta(days=40)
    with on(day):
        debts = await world()
        case, shen = await at_two(debts), debts.estate["沈平"]
        await arrears(day)
        await contacts.record_contact(shen, case, ContactChannel.call, ContactOutcome.refuses)
        await take_step(shen, case)
        with pytest.raises(Refused) as refused:
            await issue_letter(shen, case, LetterKind.lawyer_draft, PAY_AT)
        assert refused.value.sentence.text == NO_DEMAND


async def test_the_desk_and_the_owner_read_it_and_nobody_else(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        async with browser(settings, debts.estate["冯丽"]) as desk:
            answer = await desk.post(f"/desk/cases/{case}/letters", data={"kind": "notice"})
            assert answer.status_code == 303
            assert (await desk.post(f"/desk/cases/{case}/letters", data={"kind": "notice"})).status_code == 409
            assert (await desk.post(f"/desk/cases/{case}/letters", data={"kind": "poem"})).status_code == 422
            address = answer.headers["location"]
            wrong = await desk.post(f"{address}/deliveries", data={"way": "registered"})
            assert wrong.status_code == 422 and "#delivery-number" in wrong.text
            assert (await desk.get(f"{address}/letter.pdf")).content.startswith(b"%PDF")
        letter = address.rsplit("/", 1)[1]
        async with browser(settings, debts.estate["陈静"]) as owner:
            page = await owner.get(f"/letters/{letter}")
            assert f'data-letter="{letter}" data-state="delivered" data-fen="7000"' in page.text
            assert (await owner.get(f"/letters/{letter}/letter.pdf")).content.startswith(b"%PDF")
            assert (await owner.get(f"/letters/{uuid4()}")).status_code == 404
        async with browser(settings, debts.estate["赵敏"]) as tenant:
            assert (await tenant.get(f"/letters/{letter}")).status_code == 404


@pytest.mark.parametrize("channel", [ContactChannel.letter, ContactChannel.demand])
async def test_what_staff_merely_note_of_paper_opens_no_stage_and_begins_no_time_anew(
    settings: Settings, channel: ContactChannel
) -> None:
    day = TODAY + 40 * DAY
    with on(day):
        debts = await world()
        case, shen = await at_two(debts), debts.estate["沈平"]
        await arrears(day)
        async with browser(settings, shen) as desk:
            typed = {"channel": channel.value, "outcome": "registered", "text": "挂号信已签收"}
            assert (await desk.post(f"/desk/cases/{case}/contacts", data=typed)).status_code == 422
        async with unit_of_work(EVERYWHERE):  # as it could be typed once
            await fetch(
                "INSERT INTO contact (id, community, arrears_case, channel, outcome, by_staff, witness, proves,"
                " on_day, at) SELECT gen_random_uuid(), k.community, k.id, $1, 'posted', s.id, w.id, false, $2, now()"
                " FROM arrears_case k JOIN staff s ON s.name = '沈平' JOIN staff w ON w.name = '冯丽'",
                channel.value,
                day,
            )
            (row,) = (await limitation_of((await fetch("SELECT debtor FROM arrears_case"))[0]["debtor"], day)).clocks
        assert not row.clock.restarts
        with pytest.raises(Refused) as refused:
            await take_step(shen, case)
        assert refused.value.sentence.text == STEP_MISSING[2]
        await delivered(shen, case, LetterKind.notice)
    with on(day + 8 * DAY):
        assert await take_step(shen, case) == 3


async def test_a_contact_and_a_delivery_stand_on_the_day_on_which_they_happened() -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        letter = await notice(debts, case)
    with on(SECOND + 3 * DAY):
        for wrong in (SECOND - DAY, SECOND + 4 * DAY):
            with pytest.raises(Invalid):
                await record_delivery(feng, letter, ContactOutcome.handed_over, happened_on=wrong)
        for wrong in (TODAY - DAY, SECOND + 4 * DAY):
            with pytest.raises(Invalid):
                await contacts.record_contact(
                    feng, case, ContactChannel.call, ContactOutcome.reached, happened_on=wrong
                )
        await record_delivery(feng, letter, ContactOutcome.handed_over, happened_on=SECOND)
        await contacts.record_contact(feng, case, ContactChannel.call, ContactOutcome.reached, happened_on=SECOND + DAY)
        await contacts.record_contact(feng, case, ContactChannel.call, ContactOutcome.reached)
    days = [row["on_day"] for row in await debts.rows("SELECT on_day FROM contact ORDER BY on_day")]
    assert days == [SECOND, SECOND + DAY, SECOND + 3 * DAY]
    assert not await debts.broken_invariants()


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE contact SET on_day = on_day - 1", "DELETE FROM letter_proof"],
)
async def test_a_proof_without_its_letter_or_before_it_is_found(tampering: str, admin: asyncpg.Connection) -> None:
    with on(SECOND):
        debts = await world()
        await delivered(debts.estate["冯丽"], await at_two(debts), LetterKind.notice)
        await admin.execute(tampering)
        assert await debts.broken_invariants() == ["I-W1"]


async def test_a_letter_takes_credit_off_line_by_line_and_names_the_fund_apart() -> None:
    with on(TODAY):
        debts = await world()
        community, chen = debts.estate.community, debts.estate["陈静"]
        fund = await builders.charge_item(community, "fund", "fund", "专项维修资金")
        due = {"due_on": TODAY - 20 * DAY, "issued_on": TODAY - 30 * DAY, "period": "2026-08"}
        await builders.bill(community, debts.estate.units["1栋101"], [chen], [(fund, 6600)], **due)
        await debts.pay(settled := await debts.bill(60, 100), 100)
        await debts.pay(settled, 1000)
    with on(SECOND):
        case = await at_two(debts)
        letter = await notice(debts, case)
        found = await letter_at_desk(debts.estate["沈平"], letter)
        assert found.row.amount == Money(10_000 - 3000 - 1000)
        (line,) = found.facts["lines"]
        assert (line["paid"], line["covered"], line["held"], line["amount"]) == (1000, 1000, 3000, 6000)
        said = "".join(
            page.extract_text()
            for page in PdfReader(io.BytesIO(await letters_pdf([(found.row, found.facts, found.at)]))).pages
        )
        assert "账户余额 ¥10.00（归您所有）" in said and "专项维修资金 ¥66.00（2026年8月）" in said
        assert not await debts.broken_invariants()

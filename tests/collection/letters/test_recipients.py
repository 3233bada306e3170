"""Each of those who owe has a proof of their own that a letter reached them; whoever else opens it proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from portal.arrears.case_file.actions import Said, record_standing
from portal.arrears.case_file.contact_log import hands
from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.facts import known_of
from portal.arrears.climbing.jobs import arrears
from portal.arrears.climbing.words import NO_DEMAND
from portal.arrears.contacts import actions as contacts, holding
from portal.arrears.contacts.next_action import set_next
from portal.care.holds.jobs import holds
from portal.collection.court.actions import _demand as demand_of
from portal.collection.evidence.actions import evidence_of
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.facts import NOT_ONE, WHICH, YOURS
from portal.collection.letters.proving import PROVEN_ALREADY, open_letter, record_delivery
from portal.collection.letters.queries import letter_at_desk
from portal.collection.letters.states import LetterKind, LetterState
from portal.kit.errors import Invalid, Missing, Refused
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.papers import PAY_AT
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
THREE, NEXT, LATER = (TODAY + n * DAY for n in (11, 12, 45))
BY_HAND = ContactOutcome.handed_over


async def together() -> tuple[World, UUID]:
    """李明 and 王芳 owe 100 yuan together since 20 days before TODAY, and are at stage 3 since TODAY + 11 days."""
    with on(TODAY):
        debts = await world()
        await debts.bill(20, 10_000, "1栋102", "李明", "王芳")
        await arrears(TODAY)
    case: UUID = (await debts.row("SELECT id FROM arrears_case"))["id"]
    with on(TODAY + DAY):
        await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.call, ContactOutcome.reached)
    with on(THREE):
        await take_step(debts.estate["沈平"], case)
    return debts, case


async def a_demand(debts: World, case: UUID) -> UUID:
    return await issue_letter(debts.estate["沈平"], case, LetterKind.demand, PAY_AT)


def person(debts: World, name: str) -> UUID:
    return debts.estate[name].persons[0]


async def test_each_of_those_who_owe_together_needs_a_proof_of_their_own() -> None:
    debts, case = await together()
    feng, shen = debts.estate["冯丽"], debts.estate["沈平"]
    with on(NEXT):
        letter = await a_demand(debts, case)
        for wrong, said in ((None, WHICH), (person(debts, "陈静"), NOT_ONE), (uuid4(), NOT_ONE)):
            with pytest.raises(Invalid) as refused:
                await record_delivery(feng, letter, BY_HAND, person=wrong)
            assert (refused.value.field, refused.value.sentence.text) == ("person", said)
        await record_delivery(feng, letter, BY_HAND, person=person(debts, "王芳"))
        found = await letter_at_desk(feng, letter)
        assert {one.name: one.state for one in found.to} == {
            "李明": LetterState.issued, "王芳": LetterState.delivered,
        }  # fmt: skip
        assert found.row.state is LetterState.issued and found.to_deliver
        assert [one.hands for one in found.proofs] == ["冯丽 → 王芳"]
        with pytest.raises(Refused) as again:
            await record_delivery(feng, letter, BY_HAND, person=person(debts, "王芳"))
        assert again.value.sentence.text == PROVEN_ALREADY
    with on(LATER):
        await arrears(LATER)
        await contacts.record_contact(
            feng, case, ContactChannel.visit, ContactOutcome.refuses, witness="shen", happened_on=LATER
        )
        async with unit_of_work(EVERYWHERE, read_only=True):
            assert (await known_of([case], LATER))[case].demanded_on is None
            assert await demand_of(case) is None, "no paper says that it arrived"
        with pytest.raises(Refused) as shut:
            await take_step(shen, case)
        assert shut.value.sentence.text == NO_DEMAND
        await record_delivery(feng, letter, ContactOutcome.registered, person=person(debts, "李明"), number="XA1")
        assert (await letter_at_desk(feng, letter)).row.state is LetterState.delivered
        async with unit_of_work(EVERYWHERE, read_only=True):
            assert (await known_of([case], LATER))[case].demanded_on == LATER, "of the last of them"
            assert (await demand_of(case) or {})["how"] == "registered"
        assert not await debts.broken_invariants()


async def test_who_opened_it_is_kept_and_shown_and_not_the_clerk_who_wrote_it() -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        await open_letter(debts.estate["李明"], letter)
        found = await letter_at_desk(debts.estate["冯丽"], letter)
        assert [(one.by, one.recipient, one.outcome) for one in found.proofs] == [(None, "李明", ContactOutcome.opened)]
        assert [one.state for one in found.to] == [LetterState.delivered, LetterState.issued]
        shown = (await case_on_desk(debts.estate["冯丽"], case)).log.contacts[0]
        assert (shown.by, shown.hands) == (None, "李明")
        await open_letter(debts.estate["王芳"], letter)
        assert (await letter_at_desk(debts.estate["冯丽"], letter)).row.state is LetterState.delivered
        assert not await debts.broken_invariants()
    assert hands("冯丽", "沈平", "李明") == "冯丽 · 沈平 → 李明"


async def test_what_staff_open_or_a_tenant_or_who_holds_the_telephone_of_the_dead_proves_nothing() -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        li, community = debts.estate["李明"], debts.estate.community
        with pytest.raises(Missing):
            await open_letter(debts.estate["赵敏"], letter)
        async with unit_of_work(community):
            await fetch(
                "INSERT INTO staff (id, community, human, name, roles)"
                " VALUES (gen_random_uuid(), $1, $2, '李明', '{}')",
                community,
                li.human,
            )
        await open_letter(li, letter)
        assert [one.state for one in (await letter_at_desk(debts.estate["沈平"], letter)).to] == [
            LetterState.issued, LetterState.issued,
        ]  # fmt: skip
        debtor = (await debts.row("SELECT debtor FROM arrears_case"))["debtor"]
        dead = Said(DebtorStanding.deceased, NEXT, "死亡证明", person=person(debts, "王芳"))
        await record_standing(debts.estate["冯丽"], debtor, dead)
        await open_letter(debts.estate["王芳"], letter)
        assert not await debts.rows("SELECT FROM contact WHERE outcome = 'opened'")
        assert [one.name for one in (await letter_at_desk(debts.estate["沈平"], letter)).to] == ["李明"]
        heir = replace(dead, standing=DebtorStanding.heir, represented_by="王安", phone="+8619900000166")
        await record_standing(debts.estate["冯丽"], debtor, heir)
        await open_letter(debts.estate["王芳"], letter)
        human = (await debts.row("SELECT human FROM person WHERE name = '王安'"))["human"]
        wang = await principal_of(await start_session(human, Audience.owner, "tests"))
        assert wang and not await debts.rows("SELECT FROM contact WHERE outcome = 'opened'")
        await open_letter(wang, letter)
        states = {one.name: one.state for one in (await letter_at_desk(debts.estate["沈平"], letter)).to}
        assert states == {"李明": LetterState.issued, "王安（王芳的继承人）": LetterState.delivered}
        assert not await debts.broken_invariants()


async def test_nobody_records_what_reached_themselves() -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        clerk = replace(debts.estate["冯丽"], human=debts.estate["李明"].human)
        with pytest.raises(Invalid) as refused:
            await record_delivery(clerk, letter, BY_HAND, person=person(debts, "李明"))
        assert refused.value.sentence.text == YOURS


async def test_an_envelope_at_the_door_is_an_attempt_and_proves_nothing_by_itself() -> None:
    debts, case = await together()
    feng = debts.estate["冯丽"]
    with on(NEXT):
        letter = await a_demand(debts, case)
        door = {"witness": "shen", "enclosed": True, "photos": [Sent("door.jpg", a_photo())]}
        for name in ("李明", "王芳"):
            await record_delivery(feng, letter, ContactOutcome.posted, person=person(debts, name), **door)
        found = await letter_at_desk(feng, letter)
        assert (found.row.state, [one.state for one in found.to]) == (LetterState.issued, [LetterState.issued] * 2)
        assert not await debts.rows("SELECT FROM contact WHERE proves")
        await record_delivery(feng, letter, ContactOutcome.returned, person=person(debts, "李明"))
        assert (await letter_at_desk(feng, letter)).row.state is LetterState.returned


async def test_a_newer_letter_stays_when_the_hold_that_ended_the_older_one_is_over() -> None:
    debts, case = await together()
    shen = debts.estate["沈平"]
    with on(NEXT):
        older = await a_demand(debts, case)
        await holding.hold_by_hand(shen, case, "等待过户", NEXT + DAY)
        assert (await letter_at_desk(shen, older)).row.state is LetterState.superseded
    with on(NEXT + 2 * DAY):
        await holds(NEXT + 2 * DAY)
        await arrears(NEXT + 2 * DAY)
        async with unit_of_work(EVERYWHERE):  # as if it had been written while the older one was void
            await fetch(
                "INSERT INTO letter (id, community, arrears_case, kind, number, issued_on, pay_by, amount, facts,"
                " by_staff, at) SELECT $1, community, arrears_case, kind, number + 1, issued_on, pay_by, amount, facts,"
                " by_staff, at FROM letter",
                newer := uuid4(),
            )
        assert (await letter_at_desk(shen, older)).row.state is LetterState.superseded
        assert (await letter_at_desk(shen, newer)).row.state is LetterState.issued


async def test_what_an_owner_opens_does_not_tick_off_what_staff_planned() -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        await set_next(debts.estate["冯丽"], case, NextStep.letter, NEXT)
        await open_letter(debts.estate["李明"], letter)
        assert (await case_on_desk(debts.estate["冯丽"], case)).todo is not None


async def test_the_page_asks_for_whom_and_the_evidence_names_them(settings: Settings) -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        async with browser(settings, debts.estate["冯丽"]) as desk:
            page = (await desk.get(f"/desk/letters/{letter}")).text
            assert f'data-person="{person(debts, "李明")}" data-state="issued"' in page and 'name="person"' in page
            path, typed = f"/desk/letters/{letter}/deliveries", {"way": "handed_over"}
            assert (await desk.post(path, data=typed)).status_code == 422
            stranger = typed | {"person": str(person(debts, "陈静"))}
            assert (await desk.post(path, data=stranger)).status_code == 422
            good = typed | {"person": str(person(debts, "李明")), "happened_on": f"{NEXT}"}
            assert (await desk.post(path, data=good)).status_code == 303
            page = (await desk.get(f"/desk/letters/{letter}")).text
            assert f'data-person="{person(debts, "李明")}" data-state="delivered"' in page
        assert (await evidence_of(debts.estate["沈平"], case))[1]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE contact SET person = (SELECT id FROM person WHERE name = '陈静') WHERE proves",
        "UPDATE staff SET human = (SELECT human FROM person WHERE name = '李明') WHERE name = '冯丽'",
        "UPDATE staff SET human = (SELECT human FROM person WHERE name = '王芳') WHERE name = '蒋涛'",
    ],
)
async def test_a_proof_by_staff_or_to_somebody_who_does_not_owe_is_found(
    tampering: str, admin: asyncpg.Connection
) -> None:
    debts, case = await together()
    with on(NEXT):
        letter = await a_demand(debts, case)
        await record_delivery(debts.estate["冯丽"], letter, BY_HAND, person=person(debts, "李明"))
        await open_letter(debts.estate["王芳"], letter)
        assert not await debts.broken_invariants()
        await admin.execute(tampering)
        assert "I-Y2" in await debts.broken_invariants()

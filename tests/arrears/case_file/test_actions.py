"""Those who have died, their heirs and former owners: who may be turned to, where, and that days do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from portal.arrears.case_file import actions as recording
from portal.arrears.case_file.actions import Said, record_standing
from portal.arrears.case_file.desk_queries import debtor_on_desk
from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.reaching import NOBODY, NOT_HERE
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts.actions import record_contact
from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, request_plan
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.queries import letter_at_desk
from portal.collection.letters.states import LetterKind, LetterState
from portal.collection.outreach.queries import Wanted, queue_of, sheet_of
from portal.collection.outreach.visits import pack_of
from portal.fees.bills.queries import bills_of
from portal.kit.errors import Invalid, Missing, Refused
from portal.people.delivery.actions import send_notice
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two, notice
from tests.papers import PAY_AT
from tests.sandbox.running import running_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
D = DebtorStanding


async def debtor(debts: World) -> UUID:
    found: UUID = (await debts.row("SELECT debtor FROM bill ORDER BY due_on LIMIT 1"))["debtor"]
    return found


async def say(debts: World, standing: DebtorStanding, since: date = TODAY, who: str = "冯丽", **more: object) -> None:
    said = Said(standing, since, "死亡证明第1号", **more)  # type: ignore[arg-type]
    await record_standing(debts.estate[who], await debtor(debts), said)


async def send_all(debts: World, settings: Settings) -> list[tuple[str, str]]:
    """Send what waits, whatever the hour; what went out: (channel, to)."""
    async with unit_of_work(debts.estate.community):
        await fetch("UPDATE delivery SET not_before = NULL")
        waiting = await fetch("SELECT DISTINCT notice FROM delivery WHERE state = 'queued'")
    async with running_sandbox() as sandbox:
        here = replace(settings, sms_url=f"{sandbox.url}/sandbox/sms")
        for row in waiting:
            await send_notice(here, notice=str(row["notice"]), community=str(debts.estate.community))
        return [("sms", one.to) for one in sandbox.state.post.to("sms", None)]


async def test_the_dead_are_left_in_peace_until_an_heir_can_be_addressed(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case, feng, shen = await at_two(debts), debts.estate["冯丽"], debts.estate["沈平"]
        letter = await notice(debts, case)  # its message waits for the end of the quiet hours
        await say(debts, D.deceased, SECOND - DAY)
        assert await send_all(debts, settings) == [], "what was waiting is not sent"
        found = await case_on_desk(shen, case)
        assert (found.case.standing, found.case.state.value, found.case.chaseable.fen) == (D.deceased, "paused", 0)
        assert not (await queue_of(feng, NextStep.call, Wanted())).rows
        assert (await letter_at_desk(feng, letter)).row.state is LetterState.superseded
        for act in (
            sheet_of(feng, case),
            sheet_of(feng, case, ContactChannel.visit),
            pack_of(feng, case),
            record_contact(feng, case, ContactChannel.call, ContactOutcome.no_answer),
            record_contact(feng, case, ContactChannel.message, ContactOutcome.no_answer),
        ):
            with pytest.raises(Refused) as refused:
                await act
            assert refused.value.sentence.text == NOBODY
        with pytest.raises(Refused):
            await issue_letter(shen, case, LetterKind.notice, PAY_AT)
        await record_contact(feng, case, ContactChannel.counter, ContactOutcome.reached, "家属来访")
        with pytest.raises(Refused):
            await say(debts, D.deceased)
    with on(SECOND + 40 * DAY):
        await debts.bill(-38)  # a new bill, due two days ago
        await arrears(SECOND + 40 * DAY)
        assert [stage for _unit, _state, stage in await debts.cases()] == [2], "no stage climbs by itself"
        assert await send_all(debts, settings) == []
        assert not await debts.broken_invariants()
        await say(debts, D.heir, represented_by="陈安")
        assert (await case_on_desk(shen, case)).case.state.value == "paused", "nobody could be addressed yet"
        await say(debts, D.heir, represented_by="陈安", phone="+8619900000155", address="北京路1号")
        found = await case_on_desk(shen, case)
        assert (found.case.standing, found.case.state.value) == (D.heir, "open")
        assert [(one.name, one.phone) for one in found.people] == [("陈安", "+8619900000155")]
        again = await letter_at_desk(shen, await issue_letter(shen, case, LetterKind.notice, PAY_AT))
        assert (again.facts["owners"], again.facts["addresses"]) == ("陈安（陈静的继承人）", ["陈安：北京路1号"])
        assert await send_all(debts, settings) == [("sms", "+8619900000155")]
        with pytest.raises(Refused) as refused:
            await sheet_of(feng, case, ContactChannel.visit)
        assert refused.value.sentence.text == NOT_HERE
        assert not await debts.broken_invariants()


async def test_an_heir_sees_and_does_what_the_owner_could_and_loses_it_when_it_was_a_mistake() -> None:
    with on(SECOND):
        debts = await world()
        await at_two(debts)
        await say(debts, D.heir, represented_by="陈安", phone="+8619900000155")
        human = (await debts.row("SELECT human FROM person WHERE name = '陈安'"))["human"]
        heir = await principal_of(await start_session(human, Audience.owner, "tests"))
        assert heir and heir.name == "陈安" and debts.estate["陈静"].persons[0] in heir.persons
        assert [bill.id for bill in (await bills_of(heir)).bills] == [debts.bills[10]]
        await say(debts, D.owner)
        heir = await principal_of(await start_session(human, Audience.owner, "tests"))
        assert heir and not (await bills_of(heir)).bills


async def test_a_mistake_is_undone_the_same_day_and_its_days_count_against_nobody(settings: Settings) -> None:
    with on(TODAY):
        debts = await world()
        await debts.bill(10)
        await arrears(TODAY)
        await say(debts, D.deceased)
        assert await debts.cases() == [("1栋101", "paused", 1)]
        assert await send_all(debts, settings) == []
    later = TODAY + 30 * DAY
    with on(later):
        await arrears(later)
        await debts.bill(-28)  # due two days ago, while nobody counted
        await say(debts, D.owner, later)
        await arrears(later)
        assert await debts.cases() == [("1栋101", "open", 1)], "ten days are past its date, not forty"
        assert await send_all(debts, settings) == [], "what was kept back stays so"
    with on(later + 7 * DAY):
        await record_contact(
            debts.estate["冯丽"], (await debts.row("SELECT id FROM arrears_case"))["id"], ContactChannel.call,
            ContactOutcome.reached,
        )  # fmt: skip
        await arrears(later + 6 * DAY)
        assert [stage for _unit, _state, stage in await debts.cases()] == [1]
        await arrears(later + 7 * DAY)
        assert [stage for _unit, _state, stage in await debts.cases()] == [2], "a week in the stage that counts"
        assert not await debts.broken_invariants()


async def test_what_falls_due_while_nobody_counts_begins_at_the_first_stage() -> None:
    with on(TODAY):
        debts = await world()
        await debts.bill(-1)
        await say(debts, D.deceased)
    with on(TODAY + 60 * DAY):
        await arrears(TODAY + 60 * DAY)
        assert await debts.cases() == [("1栋101", "paused", 0)]
        await say(debts, D.owner)
    with on(TODAY + 61 * DAY):
        await arrears(TODAY + 61 * DAY)
        assert await debts.cases() == [("1栋101", "open", 1)]


async def test_a_plan_stands_still_with_its_owner_and_is_broken_by_nobody() -> None:
    with on(TODAY):
        debts = await world()
        bill = await debts.bill(10)
        plan = await request_plan(debts.estate["陈静"], [bill], 2, TODAY + DAY)
        await approve_plan(plan, by=debts.estate["蒋涛"])
        await agree_plan(plan, by=debts.estate["陈静"], text="约定")
        await say(debts, D.deceased)
    with on(TODAY + 30 * DAY):
        assert (await plans(TODAY + 30 * DAY))["broken"] == 0
        await say(debts, D.owner)
        assert (await plans(TODAY + 32 * DAY))["broken"] == 0
    with on(TODAY + 38 * DAY):
        assert (await plans(TODAY + 38 * DAY))["broken"] == 1, "its days of grace are over, counted without the pause"


async def test_of_two_who_owe_together_who_lives_is_turned_to_alone(settings: Settings) -> None:
    with on(TODAY):
        debts = await world()
        await debts.bill(20, 10_000, "1栋102", "李明", "王芳")
        await arrears(TODAY)
        with pytest.raises(Invalid) as refused:
            await say(debts, D.deceased)
        assert (refused.value.field, refused.value.sentence.text) == ("person", recording.WHO)
        await say(debts, D.deceased, person=debts.estate["李明"].persons[0])
        case = (await debts.row("SELECT id FROM arrears_case"))["id"]
        shen = debts.estate["沈平"]
        found = await case_on_desk(shen, case)
        assert (found.case.standing, found.case.state.value) == (D.owner, "open")
        letter = await letter_at_desk(shen, await issue_letter(shen, case, LetterKind.notice, PAY_AT))
        assert letter.facts["owners"] == "王芳"
        assert set(await send_all(debts, settings)) == {("sms", "+8619900000103")}
        await fetch_everywhere(debts, "UPDATE person SET phone = '+8619900000102' WHERE name = '王芳'")
    with on(TODAY + 10 * DAY):
        await issue_letter(shen, case, LetterKind.notice, PAY_AT)
        assert await send_all(debts, settings) == [], "a number that was shared with the dead is left in peace"
        assert not await debts.broken_invariants()


async def fetch_everywhere(debts: World, sql: str) -> None:
    async with unit_of_work(debts.estate.community):
        await fetch(sql)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        (Said(D.deceased, TODAY + DAY, "x"), "since", recording.NOT_YET),
        (Said(D.heir, TODAY, "x"), "represented_by", recording.NO_HEIR),
        (Said(D.owner, TODAY, "x", represented_by="陈安"), "represented_by", recording.ONLY_AN_HEIR),
        (Said(D.former, TODAY, "x"), "standing", recording.STILL_OWNS),
        (Said(D.heir, TODAY, "x", represented_by="p-101"), "represented_by", recording.THEMSELVES),
    ],
)
async def test_what_contradicts_itself_or_the_register_is_named(said: Said, field: str, words: str) -> None:
    with on(TODAY):
        debts = await world()
        await debts.bill(10)
        with pytest.raises(Invalid) as refused:
            await record_standing(debts.estate["冯丽"], await debtor(debts), said)
        assert (refused.value.field, refused.value.sentence.text) == (field, words)
        assert not await debts.rows("SELECT FROM person_standing")
        for stranger in ((await cast.donghu())["韩冰"], debts.estate["陈静"]):
            with pytest.raises(Missing):
                await record_standing(stranger, await debtor(debts), replace(said, since=TODAY))


async def test_the_page_records_it_and_shows_what_is_known(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        path = f"/desk/debtors/{await debtor(debts)}"
        typed = {"standing": "deceased", "since": f"{SECOND}", "evidence": "家属来电"}
        async with browser(settings, debts.estate["冯丽"]) as desk:
            assert f'{path}"' in (await desk.get(f"/desk/cases/{case}")).text
            assert (await desk.post(f"{path}/standing", data=typed | {"evidence": ""})).status_code == 422
            answer = await desk.post(f"{path}/standing", data=typed)
            assert (answer.status_code, answer.headers["location"]) == (303, path)
            page = (await desk.get(path)).text
            assert 'data-standing="deceased"' in page and "家属来电" in page and "199****0101" not in page
            again = await desk.post(f"{path}/standing", data=typed)
            assert again.status_code == 409 and "家属来电" in again.text
        async with browser(settings, debts.estate["陈静"]) as owner:
            assert (await owner.get(path)).status_code == 403
        assert [one.standing for one in (await debtor_on_desk(debts.estate["沈平"], await debtor(debts))).said] == [
            D.deceased
        ]


async def test_a_case_of_the_dead_without_its_hold_is_found(admin: asyncpg.Connection) -> None:
    with on(SECOND):
        debts = await world()
        await at_two(debts)
        await say(debts, D.deceased)
        await admin.execute("UPDATE hold SET released_at = now() WHERE reason = 'deceased'")
        assert "I-Y1" in await debts.broken_invariants()

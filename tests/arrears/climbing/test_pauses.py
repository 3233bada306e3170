"""What those who owe are told of steps and pauses, the day that a message names, and hardship by whatever door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.states import ContactChannel, ContactOutcome, Gate
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.climbing.notices import tell_of_pauses
from portal.arrears.climbing.words import GATES
from portal.arrears.contacts.actions import record_contact
from portal.arrears.contacts.holding import hold_by_hand, tell_hardship
from portal.arrears.ladder.actions import set_terms
from portal.arrears.ladder.rules import SEED
from portal.care.holds.jobs import holds
from portal.kit.errors import Refused
from portal.kit.facts import from_json
from portal.kit.money import Money
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import word
from tests.arrears.cases.world import TODAY, World, on, world
from tests.arrears.respite import test_rules as doors
from tests.arrears.respite.test_rules import RIPE, ripened
from tests.papers import delivered

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
END = RIPE + 14 * DAY


async def facts(debts: World, kind: NoticeKind) -> list[dict[str, object]]:
    """What the messages of a kind say, the oldest first."""
    rows = await debts.rows("SELECT facts FROM notice WHERE kind = $1 ORDER BY created_at, id", kind.value)
    return [from_json(row["facts"]) for row in rows]


async def morning(day: date) -> None:
    """The daily jobs that are about pauses."""
    with on(day):
        await holds(day)
        await arrears(day)


@pytest.mark.parametrize(
    "door",
    [doors._called, doors._at_the_counter, doors._wrote, doors._understood, doors._disputed, doors._asked_and_refused],
)
async def test_a_second_word_of_hardship_holds_nothing_within_three_months_by_any_door(door: doors.Door) -> None:
    debts, case = await ripened()

    async def held() -> int:
        return len(await debts.rows("SELECT FROM hold WHERE reason = 'hardship'"))

    with on(RIPE):
        await tell_hardship(debts.estate["陈静"], case, "失业", once=uuid4().hex)
    await morning(RIPE + 89 * DAY)
    with on(RIPE + 89 * DAY):
        await door(debts, case)
        assert await held() == 1
    if door is not doors._disputed:  # a charge is disputed once at a time
        with on(RIPE + 90 * DAY):
            await door(debts, case)
            assert await held() == 2


async def test_a_pause_is_told_three_days_before_its_end_and_when_it_has_ended() -> None:
    debts, case = await ripened()
    with on(RIPE):
        await tell_hardship(debts.estate["陈静"], case, "失业")
    await morning(END - 4 * DAY)
    assert await debts.told("pause_en%") == []
    for day in (END - 3 * DAY, END - 2 * DAY, END):
        await morning(day)
        assert await debts.told("pause_en%") == ["pause_ends"], "once"
    for day in (END + DAY, END + 2 * DAY):
        await morning(day)
        assert await debts.told("pause_en%") == ["pause_ends", "pause_ended"]
    [ending], [ended] = await facts(debts, NoticeKind.pause_ends), await facts(debts, NoticeKind.pause_ended)
    assert ending["until_on"] == ended["until_on"] == END
    assert (ended["total"], ended["pay_on"], ended["days"]) == (Money(10_000), END + 7 * DAY, 7)
    said = word(NoticeKind.pause_ended, ended, "zh-CN").body
    assert "从今天起另有 7 天时间" in said and "不会有下一步" in said
    ways = await debts.rows(
        "SELECT v.channel FROM delivery v JOIN notice n ON n.id = v.notice WHERE n.kind = 'pause_ended' ORDER BY 1"
    )
    assert [row["channel"] for row in ways] == ["inbox", "sms"]
    with on(END + 7 * DAY):
        with pytest.raises(Refused) as refused:
            await take_step(debts.estate["沈平"], case)
        assert refused.value.sentence.text == GATES[Gate.message_over][1]
    with on(END + 8 * DAY):
        assert await take_step(debts.estate["沈平"], case) == 3
    assert not await debts.broken_invariants()


async def test_of_a_pause_that_was_paid_off_or_is_outlived_by_another_hold_nothing_is_told() -> None:
    debts, case = await ripened()
    with on(RIPE):
        await tell_hardship(debts.estate["陈静"], case, "失业")
        await debts.bill(20, 10_000, "1栋102", "李明")
        await arrears(RIPE)
        other = (await debts.row("SELECT id FROM arrears_case WHERE id <> $1", case))["id"]
        await record_contact(debts.estate["冯丽"], other, ContactChannel.counter, ContactOutcome.hardship, "失业")
        await hold_by_hand(debts.estate["沈平"], other, "等待过户", END + 30 * DAY)
    with on(END - 4 * DAY):
        await debts.pay(debts.bills[10], 10_000)
    for day in (END - 3 * DAY, END, END + DAY):
        await morning(day)
    assert await debts.told("pause_en%") == []
    with on(END + DAY):
        assert await tell_of_pauses(debts.estate.community, END + DAY) == 0


async def test_a_step_is_told_in_the_inbox_with_what_came_before_it_and_what_stops_it() -> None:
    debts, case = await ripened()
    with on(RIPE):
        await take_step(debts.estate["沈平"], case)
    second, third = await facts(debts, NoticeKind.stage_climbed)
    assert (second["stage"], second["step"], second["done_on"]) == (2, "reminded", TODAY)
    assert (third["stage"], third["step"], third["done_on"]) == (3, "spoken", TODAY + 10 * DAY)
    with on(RIPE):
        assert third["next_on"] == (await case_on_desk(debts.estate["沈平"], case)).case.next.on
    ways = await debts.rows(
        "SELECT DISTINCT v.channel FROM delivery v JOIN notice n ON n.id = v.notice WHERE n.kind = 'stage_climbed'"
    )
    assert [row["channel"] for row in ways] == ["inbox"]
    said = word(NoticeKind.stage_climbed, second, "zh-CN").body
    assert said.startswith("温馨提示于2026年11月20日发出。") and "做任何一项都会停下来" in said
    last = word(NoticeKind.stage_climbed, second | {"stage": 4, "step": "demanded", "next_on": None}, "zh-CN").body
    assert "逐件决定" in last and "再下一步" not in last
    assert "上门" not in word(NoticeKind.stage_climbed, third | {"elsewhere": True}, "zh-CN").body


async def test_the_day_that_a_reminder_names_is_over_before_the_next_step() -> None:
    """Also where an estate gives longer to pay than it keeps cases in a stage."""
    with on(TODAY):
        debts = await world()
        long, manager = replace(SEED, pay_within=20), debts.estate["沈平"]
        await set_terms(manager, debts.estate.community, TODAY + DAY, long, "业主大会要求放宽")
        await debts.bill(20)
        await debts.bill(10, 10_000, "1栋102", "李明")
    await morning(TODAY + DAY)
    [named] = {one["pay_on"] for one in await facts(debts, NoticeKind.arrears_reminder)}
    last = TODAY + 20 * DAY
    assert named == last
    await morning(last)
    assert [stage for _unit, _state, stage in await debts.cases()] == [2, 1]
    await morning(last + DAY)
    assert [stage for _unit, _state, stage in await debts.cases()] == [2, 2]
    assert not await debts.broken_invariants()


async def test_the_history_says_what_happened_before_each_climb() -> None:
    debts, case = await ripened()
    manager = debts.estate["沈平"]
    with on(RIPE):
        await take_step(manager, case)
    with on(RIPE + 30 * DAY):
        await record_contact(manager, case, ContactChannel.visit, ContactOutcome.reached, witness="feng")
        await delivered(manager, case)
    with on(RIPE + 46 * DAY):
        await take_step(manager, case)
        told = [row.said.text for row in (await case_on_desk(manager, case)).file.history]
    assert [text.split("%")[0] for text in told] == [
        "The deadline in the demand passed on ",
        "They were spoken to on ",
        "The friendly reminder went out on ",
        "",
    ]

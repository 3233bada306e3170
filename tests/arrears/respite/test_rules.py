"""What gives a debtor time: it shuts the next stage, the lists and the reminder, and all of them name one day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from portal.arrears.case_file.queries import case_on_desk, cases_of
from portal.arrears.cases.rules import Facts, Standing, look
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep, Reason
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts
from portal.arrears.contacts.holding import tell_hardship
from portal.arrears.ladder.rules import SEED
from portal.arrears.respite.rules import Because, Given, NextKind, next_of, pause_on
from portal.arrears.respite.words import left_alone, to_owner, to_staff
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.holds.jobs import holds
from portal.care.plans.actions import refuse_plan, request_plan
from portal.collection.letter_queue.desk_queries import letter_queue
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.states import LetterKind
from portal.collection.outreach.queries import Wanted, queue_of
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.run.verify import verify
from tests.arrears.cases.test_ladder import at_two
from tests.arrears.cases.test_rules import ON, debt
from tests.arrears.cases.world import TODAY, World, on, world
from tests.papers import PAY_AT

DAY = timedelta(days=1)
RIPE = TODAY + 25 * DAY  # everything that stage 3 asks for was done by then
HARD = ContactOutcome.hardship
Door = Callable[[World, UUID], Awaitable[object]]


def standing(days: int, stage: int, *, whole: bool = False, fen: int = 10_000) -> Standing:
    found = look(Facts((debt(days, fen),), whole), None, ON)
    assert found
    return found.at(stage)


@pytest.mark.parametrize(
    ("given", "because", "until"),
    [
        (Given(), None, None),
        (Given(promised=ON), Because.promise, ON),
        (Given(promised=ON - DAY), None, None),
        (Given(promised=ON - DAY, in_the_post=True), Because.promise, ON),
        (Given(promised=ON - 2 * DAY, in_the_post=True), None, None),
        (Given(letter=ON), Because.letter, ON),
        (Given(letter=ON - DAY), None, None),
        (Given(offered=ON), Because.offered, ON),
        (Given(offered=ON - DAY), None, None),
        (Given(named=ON + DAY), None, None),
        (Given(promised=ON + DAY, letter=ON + 2 * DAY), Because.letter, ON + 2 * DAY),
        (Given(promised=ON + DAY, asked=True), Because.asked, None),
    ],
)
def test_what_lasts_longest_counts_and_its_last_day_is_within(
    given: Given, because: Because | None, until: date | None
) -> None:
    found = pause_on(given, ON)
    assert (found and found.because, found and found.until) == (because, until)
    if found:
        assert found.free_on == (until + DAY if until else None)
        assert pause_on(replace(given, asked=False), until + DAY) is None if until else True


@pytest.mark.parametrize(
    ("days", "since", "given", "kind", "day"),
    [
        (20, 20, Given(), NextKind.step, ON + 11 * DAY),
        (60, 3, Given(), NextKind.step, ON + 4 * DAY),
        (60, 20, Given(), NextKind.step_is_due, ON - 13 * DAY),
        (60, 20, Given(promised=ON + 2 * DAY), NextKind.waits, ON + 3 * DAY),
        (60, 3, Given(promised=ON + 2 * DAY), NextKind.waits, ON + 4 * DAY),
        (60, 20, Given(asked=True), NextKind.waits, None),
        (60, 20, Given(named=ON), NextKind.step, ON + DAY),
        (60, 20, Given(named=ON - DAY), NextKind.step_is_due, ON),
    ],
)
def test_the_next_step_comes_when_every_day_that_counts_is_over(
    days: int, since: int, given: Given, kind: NextKind, day: date | None
) -> None:
    found = next_of(standing(days, 2), ON - since * DAY, SEED, given, ON)
    assert (found.kind, found.on) == (kind, day)


def test_a_hold_too_little_and_the_last_stage_are_told_as_they_are() -> None:
    held = next_of(standing(60, 2, whole=True), ON, SEED, Given(held=ON + DAY), ON)
    assert (held.kind, held.on) == (NextKind.on_hold, ON + 2 * DAY)
    assert next_of(standing(60, 2, whole=True), ON, SEED, Given(), ON).on is None
    assert next_of(standing(60, 1, fen=SEED.small_balance.fen), ON, SEED, Given(), ON).kind is NextKind.small
    assert next_of(standing(90, 4), ON, SEED, Given(), ON).kind is NextKind.last
    assert next_of(standing(90, 4), ON, SEED, Given(promised=ON), ON).kind is NextKind.waits
    for one in (held, next_of(standing(60, 2), ON, SEED, Given(asked=True), ON)):
        for said in (to_owner(one), to_staff(one), *([left_alone(one.pause)] if one.pause else [])):
            assert said.text % dict(said.facts)


async def _promised(debts: World, case: UUID) -> None:
    await contacts.promise(debts.estate["冯丽"], case, RIPE + 5 * DAY, Money(5000))


async def _noticed(debts: World, case: UUID) -> None:
    await issue_letter(debts.estate["冯丽"], case, LetterKind.notice, PAY_AT)


async def _asked(debts: World, case: UUID) -> UUID:
    return await request_plan(debts.estate["陈静"], [debts.bills[10]], 3, RIPE + 20 * DAY)


async def _asked_with_hardship(debts: World, case: UUID) -> None:
    first_on = clock.today("Asia/Shanghai") + 20 * DAY
    await request_plan(debts.estate["陈静"], [debts.bills[10]], 3, first_on, "失业")


async def _asked_and_refused(debts: World, case: UUID) -> None:
    await _asked_with_hardship(debts, case)
    [asked] = await debts.rows("SELECT id FROM plan WHERE state = 'requested'")
    await refuse_plan(asked["id"], by=debts.estate["沈平"], text="请先缴一部分")


async def _called(debts: World, case: UUID) -> None:
    await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.call, HARD, "失业")


async def _visited(debts: World, case: UUID) -> None:
    await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.visit, HARD, "失业", witness="shen")


async def _at_the_counter(debts: World, case: UUID) -> None:
    await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.counter, HARD)


async def _wrote(debts: World, case: UUID) -> None:
    await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.message, HARD)


async def _understood(debts: World, case: UUID) -> None:
    await contacts.set_reason(debts.estate["冯丽"], case, Reason.hardship)


async def _on_line(debts: World, case: UUID) -> None:
    await tell_hardship(debts.estate["陈静"], case, "失业", once=uuid4().hex)


async def _disputed(debts: World, case: UUID) -> None:
    about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(100)}
    await open_dispute(debts.estate["陈静"], await debts.line(debts.bills[10]), hardship=True, **about)


async def ripened() -> tuple[World, UUID]:
    """陈静 is at stage 2 and was spoken with; on RIPE she may be called, and her case may climb."""
    debts = await world()
    case = await at_two(debts)
    with on(TODAY + 10 * DAY):
        await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.counter, ContactOutcome.refuses)
    return debts, case


@pytest.fixture
async def ripe(database: object, clean: None) -> tuple[World, UUID]:
    return await ripened()


async def seen(debts: World, case: UUID) -> tuple[bool, int, int, int]:
    """Whether every gate to stage 3 is open; how many homes are to be called, wait, and are to be written to."""
    queue = await queue_of(debts.estate["冯丽"], NextStep.call, Wanted())
    letters = (await letter_queue(debts.estate["冯丽"])).buildings
    found = await case_on_desk(debts.estate["沈平"], case)
    return found.log.may_climb, queue.due, queue.waiting, sum(one.to_issue for one in letters)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("door", "until", "named"),
    [(_promised, RIPE + 5 * DAY, 0), (_noticed, RIPE + 7 * DAY, 0), (_asked, None, 0)]
    + [
        (hard, RIPE + 14 * DAY, SEED.pay_within)
        for hard in (_called, _visited, _at_the_counter, _wrote, _understood, _on_line, _disputed, _asked_and_refused)
    ],
)
async def test_each_thing_that_gives_time_shuts_its_gate_and_the_lists_name_the_same_day(
    ripe: tuple[World, UUID], door: Door, until: date | None, named: int
) -> None:
    """After a pause they are told by when to pay, and have so many days (`named`) before a further step."""
    debts, case = ripe
    manager = debts.estate["沈平"]
    with on(RIPE):
        assert await seen(debts, case) == (True, 1, 0, 1)
        await door(debts, case)
        assert await seen(debts, case) == (False, 0, 1, 0)
        with pytest.raises(Refused):
            await take_step(manager, case)
        found = (await case_on_desk(manager, case)).case
        mine = (await cases_of(debts.estate["陈静"])).cases[0]
        assert found.next == mine.next and found.next.on == (until + DAY if until else None)
        [waiting] = (await queue_of(manager, NextStep.call, Wanted(waiting=True))).rows
        if found.next.kind is NextKind.waits and until:
            assert waiting.turn.waits and waiting.turn.waits.facts["free"] == found.next.on
        assert await debts.broken_invariants() == []
    if until:
        with on(until):
            assert (await seen(debts, case))[:3] == (False, 0, 1)
        with on(until + DAY):
            await holds(until + DAY)
            await arrears(until + DAY)
            assert (await seen(debts, case))[:2] == (not named, 1)
        free = until + (named + 1) * DAY
        with on(free - DAY):
            assert not named or (await case_on_desk(manager, case)).case.next.on == free
        with on(free):
            assert await take_step(manager, case) == 3
            assert await debts.broken_invariants() == []


@pytest.mark.anyio
async def test_a_request_gives_time_until_it_is_answered_and_its_hardship_for_two_weeks(
    ripe: tuple[World, UUID],
) -> None:
    debts, case = ripe
    manager = debts.estate["沈平"]
    with on(RIPE):
        plan = await _asked(debts, case)
        await refuse_plan(plan, by=manager, text="请先缴一部分")
        assert await seen(debts, case) == (True, 1, 0, 1)
        await _asked_and_refused(debts, case)
        assert (await case_on_desk(manager, case)).case.next.on == RIPE + 15 * DAY


@pytest.mark.anyio
async def test_a_promise_that_is_missed_opens_everything_again_and_is_told(ripe: tuple[World, UUID]) -> None:
    debts, case = ripe
    with on(RIPE):
        await _promised(debts, case)
    with on(RIPE + 6 * DAY):
        queue = await queue_of(debts.estate["冯丽"], NextStep.call, Wanted())
        assert (queue.due, queue.late) == (1, 1)
        gates = {gate.gate: gate for gate in (await case_on_desk(debts.estate["沈平"], case)).log.gates}
        assert gates["promise_over"].open and "not received" in gates["promise_over"].words.text


@pytest.mark.anyio
async def test_where_money_is_booked_late_a_promise_has_a_day_more(ripe: tuple[World, UUID]) -> None:
    debts, case = ripe
    with on(RIPE):
        await _promised(debts, case)
        other = await debts.bill(3, 7000, "1栋102", "李明")
        await debts.pay(other, 7000)
    with on(RIPE + 6 * DAY):
        assert (await seen(debts, case))[1] == 1, "booked on its day"
        late = await debts.bill(2, 7000, "1栋103", "孙强")
        await debts.pay(late, 7000, received_on=RIPE + 4 * DAY)
        assert (await seen(debts, case))[1] == 0, "what was received yesterday may still come into the books"
    with on(RIPE + 7 * DAY):
        assert (await seen(debts, case))[1] == 1


@pytest.mark.anyio
@pytest.mark.parametrize("door", [_promised, _asked, _called])
async def test_no_reminder_goes_out_while_they_were_given_time(database: object, clean: None, door: Door) -> None:
    with on(TODAY):
        debts = await world()
        debts.bills[10] = await debts.bill(2)
        await arrears(TODAY)
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    with on(RIPE):
        await door(debts, case)
        await arrears(RIPE)
        assert await debts.told("arrears_reminder") == []


@pytest.mark.anyio
async def test_a_climb_within_given_time_is_found(ripe: tuple[World, UUID]) -> None:
    debts, case = ripe
    with on(RIPE):
        await take_step(debts.estate["沈平"], case)
        assert (await verify())["failed"] == []
    with on(RIPE - DAY):
        await contacts.promise(debts.estate["冯丽"], case, RIPE + DAY, Money(5000))
    assert (await verify())["failed"] == ["I-C8"]

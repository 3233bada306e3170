"""Climbing: the reminder and the second stage by the daily job, the rest by a person, nothing without its evidence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.arrears.cases.states import ContactChannel, ContactOutcome, Gate, Reason
from portal.arrears.climbing import actions as climbing
from portal.arrears.climbing.jobs import arrears
from portal.arrears.climbing.words import GATES, HOLD, NO_DEMAND, STEP_MISSING
from portal.arrears.contacts import actions as contacts, holding
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.holds.jobs import holds
from portal.collection.letters.states import LetterKind
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.papers import delivered

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
SECOND = TODAY + timedelta(days=7)  # the first day on which a case of ten days may leave stage 1


@pytest.fixture
async def debts(database: object, clean: None) -> World:
    return await world()


async def case_of(debts: World) -> UUID:
    return (await debts.row("SELECT id FROM arrears_case WHERE state <> 'closed'"))["id"]


async def at_two(debts: World) -> UUID:
    """陈静 is at stage 2 since SECOND, written down before: on that very day the order of moments would be another."""
    with on(TODAY):
        await debts.bill(10)
        await arrears(TODAY)
        await arrears(SECOND)
    assert await debts.cases() == [("1栋101", "open", 2)]
    return await case_of(debts)


async def test_every_co_owner_is_reminded_once_of_all_bills_and_not_of_what_is_held(debts: World) -> None:
    first = await debts.bill(10, 10_000, "1栋102", "李明", "王芳")
    await debts.bill(5, 700, "1栋102", "李明", "王芳")
    line = await debts.line(first)
    owner = debts.estate["李明"]
    await open_dispute(owner, line, reason=DisputeReason.poor_quality, body="没有清运", amount=Money(4000))
    found = await asyncio.gather(*(arrears(TODAY) for _ in range(4)))
    assert sum(one["reminded"] for one in found) == 1
    await arrears(TODAY + timedelta(days=1))
    rows = await debts.rows("SELECT person, facts FROM notice WHERE kind = 'arrears_reminder'")
    assert {row["person"] for row in rows} == {debts.estate[name].persons[0] for name in ("李明", "王芳")}
    assert all(
        '"total": {"$Money": 6700}' in row["facts"] and '"amount": {"$Money": 6000}' in row["facts"] for row in rows
    )
    ways = await debts.rows(
        "SELECT v.channel, count(*) FROM delivery v JOIN notice n ON n.id = v.notice"
        " WHERE n.kind = 'arrears_reminder' GROUP BY v.channel ORDER BY v.channel"
    )
    assert [tuple(row) for row in ways] == [("email", 2), ("inbox", 2), ("sms", 2)]


async def test_nobody_is_reminded_in_the_first_days_nor_for_some_coins(debts: World) -> None:
    await debts.bill(3)
    await debts.bill(10, 1000, "1栋102", "李明")
    await arrears(TODAY)
    assert await debts.told("arrears%") == []
    assert (await arrears(TODAY + timedelta(days=1)))["reminded"] == 1


async def test_a_home_is_not_reminded_twice_in_a_week_though_its_case_is_a_new_one(debts: World) -> None:
    with on(TODAY):
        first = await debts.bill(10)
        await arrears(TODAY)
        await debts.pay(first, 10_000)
        await debts.bill(-1)
    for day in range(1, 9):
        with on(TODAY + timedelta(days=day)):
            assert (await arrears(TODAY + timedelta(days=day)))["reminded"] == (day == 7), day


async def test_the_second_stage_comes_by_itself_and_the_third_does_not(debts: World) -> None:
    await debts.bill(10)
    await arrears(TODAY)
    assert (await arrears(SECOND - timedelta(days=1)))["climbed"] == 0
    found = await asyncio.gather(*(arrears(SECOND) for _ in range(4)))
    assert sum(one["climbed"] for one in found) == 1
    await arrears(TODAY + timedelta(days=60))
    assert await debts.history() == [("opened", "open", 1), ("climbed", "open", 2)]
    facts = (await debts.row("SELECT facts FROM case_stage ORDER BY changed_on DESC LIMIT 1"))["facts"]
    assert '"policy": "seed-1"' in facts and '"previous_step"' in facts
    assert await debts.broken_invariants() == []


@pytest.mark.parametrize("daily", [True, False])
@pytest.mark.parametrize(("late", "stages", "reminded"), [(1, (1, 1), 1), (40, (2, 2), 2)])
async def test_running_late_ends_where_running_every_day_ends(
    debts: World, daily: bool, late: int, stages: tuple[int, int], reminded: int
) -> None:
    await debts.bill(2)
    await debts.bill(10, 5000, "1栋102", "李明")
    for day in range(0, late + 1, 1 if daily else late):
        await arrears(TODAY + timedelta(days=day))
    if late > 1 and not daily:  # who was reminded only now has the days that the reminder gives
        assert await debts.cases() == [("1栋101", "open", 1), ("1栋102", "open", 2)]
        await arrears(TODAY + timedelta(days=late + 7))
    assert await debts.cases() == [("1栋101", "open", stages[0]), ("1栋102", "open", stages[1])]
    assert len(await debts.told("arrears%")) == reminded


async def fetch_everywhere(sql: str) -> None:
    async with unit_of_work(EVERYWHERE):
        await fetch(sql)


async def test_the_way_to_the_last_stage_step_by_step(debts: World) -> None:
    case, manager = await at_two(debts), debts.estate["沈平"]
    with on(TODAY + timedelta(days=20)):
        await refused(climbing.take_step(manager, case), "The next stage starts on day")
    with on(TODAY + timedelta(days=21)):
        await refused(climbing.take_step(manager, case), STEP_MISSING[2])
        await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.call, ContactOutcome.refuses, "太贵")
        with pytest.raises(Forbidden):
            await climbing.take_step(debts.estate["冯丽"], case)
        assert await climbing.take_step(manager, case) == 3
    with on(TODAY + timedelta(days=51)):
        await refused(climbing.take_step(manager, case), STEP_MISSING[3])
        await contacts.record_contact(manager, case, ContactChannel.visit, ContactOutcome.reached, witness="feng")
        await refused(climbing.take_step(manager, case), NO_DEMAND)
        await delivered(manager, case, way=ContactOutcome.household)
    with on(TODAY + timedelta(days=66)):
        await refused(climbing.take_step(manager, case), "The deadline in the demand")
    with on(TODAY + timedelta(days=67)):
        assert await climbing.take_step(manager, case) == 4
        await refused(climbing.take_step(manager, case), climbing.LAST_REACHED)
    assert [stage for _why, _state, stage in await debts.history()] == [1, 2, 3, 4]
    assert (await debts.row("SELECT count(*) AS n FROM case_reason WHERE reason = 'refuses'"))["n"] == 1
    assert await debts.broken_invariants() == []


async def at_the_last_gate(debts: World) -> UUID:
    """A case on which everything was done that stage 4 asks for; it may go there in 67 days."""
    case, manager = await at_two(debts), debts.estate["沈平"]
    with on(TODAY + timedelta(days=21)):
        await contacts.record_contact(manager, case, ContactChannel.counter, ContactOutcome.refuses)
        await climbing.take_step(manager, case)
    with on(TODAY + timedelta(days=51)):
        await contacts.record_contact(manager, case, ContactChannel.visit, ContactOutcome.reached, witness="feng")
        await delivered(manager, case)
    return case


async def test_no_step_to_law_where_the_three_years_of_everything_are_over(debts: World) -> None:
    case, manager = await at_the_last_gate(debts), debts.estate["沈平"]
    with on(TODAY + timedelta(days=67 + 3 * 366)):
        await refused(climbing.take_step(manager, case), GATES[Gate.limitation][1])
        await debts.bill(-1000)
        assert await climbing.take_step(manager, case) == 4
    assert await debts.broken_invariants() == []


async def test_two_managers_at_once_climb_one_stage(debts: World) -> None:
    case, manager = await at_two(debts), debts.estate["沈平"]
    with on(TODAY + timedelta(days=60)):
        await contacts.record_contact(manager, case, ContactChannel.counter, ContactOutcome.promised)
        done = await asyncio.gather(*(climbing.take_step(manager, case) for _ in range(2)), return_exceptions=True)
    assert sorted(type(one) for one in done if one != 3) == [Refused]
    assert await debts.cases() == [("1栋101", "open", 3)]


async def test_holds_by_hand_stop_the_ladder_and_end_by_themselves(debts: World) -> None:
    case, manager = await at_two(debts), debts.estate["沈平"]
    with on(SECOND):
        await holding.hold_by_hand(manager, case, "等开发商答复", SECOND + timedelta(days=5), Money(3000))
        with pytest.raises(Invalid):
            await holding.hold_by_hand(manager, case, "又一次", SECOND, Money(7001))
        await holding.hold_by_hand(manager, case, "等开发商答复", SECOND + timedelta(days=5))
        assert await debts.cases() == [("1栋101", "paused", 2)]
        await refused(climbing.take_step(manager, case), HOLD)
        with pytest.raises(Missing):
            await holding.hold_by_hand(debts.estate["冯丽"], case, "x", SECOND)
    await holds(SECOND + timedelta(days=6))
    await arrears(SECOND + timedelta(days=6))
    assert await debts.cases() == [("1栋101", "open", 2)]
    assert (await debts.row("SELECT sum(held)::int AS held FROM line_balance"))["held"] == 0
    assert await debts.broken_invariants() == []


async def test_a_home_is_not_called_a_fourth_time_a_day_whichever_owner_is_meant(debts: World) -> None:
    case, service = await at_two(debts), debts.estate["冯丽"]
    with on(SECOND):
        for _ in range(3):
            await contacts.record_contact(service, case, ContactChannel.call, ContactOutcome.no_answer)
        await refused(
            contacts.record_contact(service, case, ContactChannel.call, ContactOutcome.reached), contacts.ENOUGH
        )
        await delivered(service, case, LetterKind.notice)


@pytest.mark.parametrize(
    ("channel", "outcome", "witness", "field"),
    [
        (ContactChannel.call, ContactOutcome.handed_over, "", "outcome"),
        (ContactChannel.visit, ContactOutcome.reached, "", "staff"),
        (ContactChannel.visit, ContactOutcome.posted, "shen", "outcome"),
        (ContactChannel.letter, ContactOutcome.posted, "shen", "channel"),
        (ContactChannel.demand, ContactOutcome.registered, "", "channel"),
        (ContactChannel.visit, ContactOutcome.reached, "nobody", "staff"),
        (ContactChannel.visit, ContactOutcome.reached, "feng", "staff"),
        (ContactChannel.visit, ContactOutcome.reached, "han", "staff"),
    ],
)
async def test_a_contact_that_cannot_be_names_its_field(
    debts: World, channel: ContactChannel, outcome: ContactOutcome, witness: str, field: str
) -> None:
    case = await at_two(debts)
    await cast.donghu()
    with on(SECOND), pytest.raises(Invalid) as said:
        await contacts.record_contact(debts.estate["冯丽"], case, channel, outcome, witness=witness)
    assert said.value.field == field
    assert await debts.rows("SELECT FROM contact") == []


async def test_a_promise_has_bounds(debts: World) -> None:
    case, service = await at_two(debts), debts.estate["冯丽"]
    with on(SECOND):
        for day, fen, field in ((-1, 100, "on"), (61, 100, "on"), (3, 10_001, "amount")):
            with pytest.raises(Invalid) as said:
                await contacts.promise(service, case, SECOND + timedelta(days=day), Money(fen))
            assert said.value.field == field
        await contacts.promise(service, case, SECOND + timedelta(days=3), Money(10_000))
        await holding.hold_by_hand(debts.estate["沈平"], case, "核实", SECOND)
        await refused(contacts.promise(service, case, SECOND, Money(1)), contacts.NOTHING)


async def test_nobody_else_may_do_anything_to_a_case(debts: World) -> None:
    case, stranger = await at_two(debts), (await cast.donghu())["韩冰"]
    clerk = await builders.staff(debts.estate.community, "卫兰", "wei", Role.clerk)
    with on(SECOND):
        for who in (stranger, clerk):
            for act in (
                contacts.record_contact(who, case, ContactChannel.call, ContactOutcome.reached),
                contacts.promise(who, case, SECOND, Money(1)),
                contacts.set_reason(who, case, Reason.away),
                holding.hold_by_hand(who, case, "x", SECOND),
                climbing.take_step(who, case),
            ):
                with pytest.raises(Missing):
                    await act
    with pytest.raises(Missing):
        await contacts.set_reason(debts.estate["沈平"], uuid4(), Reason.away)


async def test_a_closed_case_is_left_alone(debts: World) -> None:
    case, manager = await at_two(debts), debts.estate["沈平"]
    with on(SECOND):
        await debts.pay(debts.bills[10], 10_000)
        await refused(climbing.take_step(manager, case), climbing.CLOSED)
        await refused(holding.hold_by_hand(manager, case, "x", SECOND), holding.CLOSED)
        await refused(contacts.set_reason(manager, case, Reason.away), contacts.CLOSED)
        await refused(
            contacts.record_contact(manager, case, ContactChannel.counter, ContactOutcome.reached), contacts.CLOSED
        )


async def refused(act: object, begins: str) -> None:
    with pytest.raises(Refused) as said:
        await act  # type: ignore[misc]
    assert begins.split("%")[0] in said.value.sentence.text


async def test_what_the_log_holds_is_never_changed(debts: World) -> None:
    case = await at_two(debts)
    with on(SECOND):
        await contacts.record_contact(
            debts.estate["冯丽"], case, ContactChannel.call, ContactOutcome.disputes, "说没扫"
        )
    async with unit_of_work(EVERYWHERE, read_only=True):
        assert await fetch_value("SELECT reason FROM case_reason") == "disputed_sum"
    for table in ("contact", "case_reason"):
        with pytest.raises(Exception, match=r"permission denied|only ever added"):
            await fetch_everywhere(f"DELETE FROM {table}")

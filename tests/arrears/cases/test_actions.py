"""The daily job: who gets a case, at which stage, how it moves, and that it may run as often and late as it likes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from portal.arrears.case_file.queries import Filter, cases_on_desk
from portal.arrears.climbing.jobs import arrears
from portal.care.disputes.actions import open_dispute, withdraw
from portal.care.disputes.states import DisputeReason
from portal.care.holds.actions import hold_case, release
from portal.fees.receivables.states import HoldReason
from portal.kit.money import Money
from portal.platform.db.unit_of_work import unit_of_work
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World, on, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def debts(database: object, clean: None) -> World:
    return await world()


async def hold_everything(debts: World, bill: object) -> object:
    row = await debts.row("SELECT debtor, community FROM bill WHERE id = $1", bill)
    source = uuid4()
    async with unit_of_work(row["community"]):
        await hold_case(row["community"], row["debtor"], HoldReason.manual, source, "staff:x")
    return source


@pytest.mark.parametrize(("days", "stage"), [(10, 1), (25, 2), (45, 2), (80, 2)])
async def test_people_in_arrears_get_a_case_at_the_right_stage(debts: World, days: int, stage: int) -> None:
    await debts.bill(days)
    none = {"closed": 0, "changed": 0, "climbed": 0}
    assert await arrears(TODAY) == {"looked": 1, "opened": 1, "reminded": 1, **none}
    assert await debts.cases() == [("1栋101", "open", stage)]
    assert await debts.verbs("case:%") == ["case_opened"]
    row = await debts.row("SELECT actor, rule, facts FROM case_stage")
    assert (row["actor"], row["rule"]) == ("job:arrears", "arrears-2")


async def test_nobody_gets_a_case_for_what_is_due_today(debts: World) -> None:
    await debts.bill(0)
    await debts.bill(-5)
    assert (await arrears(TODAY))["opened"] == 0
    assert await debts.cases() == []


async def test_running_it_again_changes_nothing(debts: World) -> None:
    await debts.bill(25)
    await debts.bill(10, 5000, "1栋102", "李明", "王芳")
    await arrears(TODAY)
    before = await debts.state_hash()
    await arrears(TODAY)
    assert await debts.state_hash() == before


async def test_running_it_in_parallel_comes_to_the_same_state(debts: World) -> None:
    await debts.bill(25)
    await debts.bill(10, 5000, "1栋102", "李明", "王芳")
    found = await asyncio.gather(*(arrears(TODAY) for _ in range(4)))
    assert sum(one["opened"] for one in found) == 2
    assert await debts.cases() == [("1栋101", "open", 2), ("1栋102", "open", 1)]
    assert len(await debts.history()) == 2
    assert await debts.broken_invariants() == []


async def test_forty_days_late_ends_as_if_it_had_run_every_day(debts: World) -> None:
    await debts.bill(20)
    await arrears(TODAY)
    for day in range(1, 41):
        await arrears(TODAY + timedelta(days=day))
    assert await debts.cases() == [("1栋101", "open", 2)]
    assert len(await debts.history()) == 1
    row = await debts.row("SELECT looked_on FROM arrears_case")
    assert row["looked_on"] == TODAY + timedelta(days=40)


async def test_a_run_for_a_past_day_undoes_nothing(debts: World) -> None:
    old = await debts.bill(40)
    await arrears(TODAY)
    await debts.pay(old, 10_000)
    before = await debts.state_hash()
    await arrears(TODAY - timedelta(days=20))
    assert await debts.state_hash() == before


async def test_paying_in_full_closes_the_case_in_the_same_transaction(debts: World) -> None:
    with on(TODAY):
        first, second = await debts.bill(40), await debts.bill(5)
        await arrears(TODAY)
        await debts.pay(first, 10_000)
        assert await debts.cases() == [("1栋101", "open", 2)]
        await debts.pay(second, 10_000)
    assert await debts.cases() == [("1栋101", "closed", 0)]
    assert (await debts.verbs("case:%"))[-1] == "case_closed"
    assert (await debts.history())[-1] == ("settled", "closed", 0)
    assert await debts.broken_invariants() == []
    await arrears(TODAY)
    assert await debts.cases() == [("1栋101", "closed", 0)]


async def test_the_database_tells_a_closed_case_as_the_daily_look_does(debts: World, admin: asyncpg.Connection) -> None:
    with on(TODAY):
        mine, theirs = await debts.bill(40), await debts.bill(40, 10_000, "1栋102", "李明", "王芳")
        await arrears(TODAY)
        await debts.pay(mine, 10_000)
        await admin.execute("ALTER TABLE allocation DISABLE TRIGGER allocation_closes_case")
        try:
            await debts.pay(theirs, 10_000)
        finally:
            await admin.execute("ALTER TABLE allocation ENABLE TRIGGER allocation_closes_case")
        assert await debts.cases() == [("1栋101", "closed", 0), ("1栋102", "open", 2)]
        assert (await arrears(TODAY))["closed"] == 1
    closed = await debts.rows(
        "SELECT s.actor, s.community, s.changed_on, s.state, s.stage, s.why, s.rule, s.facts, a.verb, a.reason,"
        " a.facts AS told, k.state, k.stage, k.looked_on, k.closed_on FROM case_stage s"
        " JOIN audit_entry a ON a.subject = 'case:' || s.arrears_case AND a.actor = s.actor AND a.reason = s.why"
        " JOIN arrears_case k ON k.id = s.arrears_case WHERE s.why = 'settled'"
    )
    assert {row["actor"] for row in closed} == {"trigger:allocation", "job:arrears"}
    for told, *others in zip(*(tuple(row)[1:] for row in closed), strict=True):
        assert others == [told]


async def test_a_bill_not_yet_due_keeps_no_case_open(debts: World) -> None:
    with on(TODAY):
        late, _later = await debts.bill(40), await debts.bill(-10)
        await arrears(TODAY)
        await debts.pay(late, 10_000)
        assert await debts.cases() == [("1栋101", "closed", 0)]
    await arrears(TODAY + timedelta(days=11))
    assert await debts.cases() == [("1栋101", "closed", 0), ("1栋101", "open", 1)]


async def test_a_part_payment_lets_it_fall_with_the_reason_stored(debts: World) -> None:
    with on(TODAY):
        old, _young = await debts.bill(80), await debts.bill(10)
        await arrears(TODAY)
        await debts.pay(old, 10_000)
    assert (await arrears(TODAY))["changed"] == 1
    assert await debts.cases() == [("1栋101", "open", 1)]
    assert await debts.history() == [("opened", "open", 2), ("reduced", "open", 1)]
    assert await debts.broken_invariants() == []


@pytest.mark.parametrize("late", [1, 40])
async def test_after_a_part_payment_the_stage_is_that_of_its_day_however_late_the_look(debts: World, late: int) -> None:
    with on(TODAY):
        old, _young = await debts.bill(40), await debts.bill(15)
        await arrears(TODAY)
        await debts.pay(old, 10_000)
    with on(TODAY + timedelta(days=late)):
        shown = await cases_on_desk(debts.estate["沈平"], Filter())
        await arrears(TODAY + timedelta(days=late))
    assert [case.stage for case in shown.cases] == [1], "on the sixteenth day it climbs by a step, not by itself"
    assert (await debts.history())[:2] == [("opened", "open", 2), ("reduced", "open", 1)]


@pytest.mark.parametrize("days", [(20,), tuple(range(1, 21))], ids=["late", "daily"])
async def test_a_look_that_comes_late_after_a_part_payment_ends_as_daily_ones(
    debts: World, days: tuple[int, ...]
) -> None:
    with on(TODAY):
        old, _young = await debts.bill(40), await debts.bill(10)
        await arrears(TODAY)
        await debts.pay(old, 10_000)
    for day in days:
        with on(TODAY + timedelta(days=day)):
            await arrears(TODAY + timedelta(days=day))
    assert await debts.cases() == [("1栋101", "open", 2)]
    assert await debts.history() == [("opened", "open", 2), ("reduced", "open", 1), ("climbed", "open", 2)]
    row = await debts.row("SELECT changed_on FROM case_stage WHERE why = 'reduced'")
    assert row["changed_on"] == TODAY + timedelta(days=1)
    assert await debts.broken_invariants() == []


async def test_a_dispute_takes_its_sum_out_and_gives_it_back(debts: World) -> None:
    bill = await debts.bill(25)
    await arrears(TODAY)
    owner = debts.estate["陈静"]
    line = await debts.line(bill)
    dispute = await open_dispute(owner, line, reason=DisputeReason.poor_quality, body="没有清运", amount=Money(4000))
    await arrears(TODAY)
    row = await debts.row("SELECT facts->>'held' AS held, why FROM case_stage ORDER BY at DESC LIMIT 1")
    assert (row["held"], row["why"]) == ("4000", "held")
    await withdraw(owner, dispute)
    await arrears(TODAY)
    assert await debts.history() == [("opened", "open", 2), ("held", "open", 2), ("released", "open", 2)]


async def test_a_hold_on_the_whole_case_pauses_it(debts: World) -> None:
    bill = await debts.bill(25)
    await arrears(TODAY)
    source = await hold_everything(debts, bill)
    await arrears(TODAY)
    assert await debts.cases() == [("1栋101", "paused", 2)]
    async with unit_of_work(debts.estate.community):
        await release(source, by="staff:x")  # type: ignore[arg-type]
    await arrears(TODAY + timedelta(days=30))
    assert await debts.history() == [("opened", "open", 2), ("paused", "paused", 2), ("resumed", "open", 2)]


async def test_the_debts_of_seller_and_buyer_never_share_a_case(debts: World) -> None:
    await debts.bill(60, 10_000, "1栋104", "周杰")
    await debts.bill(10, 7000, "1栋104", "吴霞")
    await arrears(TODAY)
    assert await debts.cases() == [("1栋104", "open", 1), ("1栋104", "open", 2)]
    rows = await debts.rows(
        "SELECT p.name, s.facts->>'overdue' AS overdue FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor"
        " JOIN person p ON p.id = m.person JOIN case_stage s ON s.arrears_case = k.id ORDER BY p.name"
    )
    assert [tuple(row) for row in rows] == [("吴霞", "7000"), ("周杰", "10000")]


async def test_a_home_of_two_owners_has_one_case(debts: World) -> None:
    await debts.bill(25, 10_000, "1栋102", "李明", "王芳")
    await arrears(TODAY)
    assert await debts.cases() == [("1栋102", "open", 2)]


async def test_the_job_does_every_estate(debts: World) -> None:
    await debts.bill(25)
    next_door = await cast.donghu()
    item = await builders.charge_item(next_door.community)
    await builders.bill(
        next_door.community, next_door.units["8栋801"], [next_door["郑伟"]], [(item, 100)], due_on=TODAY - timedelta(10)
    )
    assert (await arrears(TODAY))["opened"] == 2


async def test_what_is_tampered_with_is_found(debts: World, admin) -> None:  # type: ignore[no-untyped-def]
    bill = await debts.bill(25)
    await arrears(TODAY)
    assert await debts.broken_invariants() == []
    await admin.execute("UPDATE arrears_case SET stage = 4")
    assert await debts.broken_invariants() == ["I-C6", "lists"]
    await admin.execute("UPDATE case_stage SET stage = 4")
    assert await debts.broken_invariants() == ["I-C2"]
    await admin.execute("UPDATE case_stage SET stage = 2; UPDATE arrears_case SET stage = 2")
    await admin.execute(
        "INSERT INTO allocation (id, community, payment, line, amount, created_at)"
        " SELECT gen_random_uuid(), community, gen_random_uuid(), id, amount, now() FROM bill_line WHERE bill = $1",
        bill,
    )
    assert "I-C4" in await debts.broken_invariants()

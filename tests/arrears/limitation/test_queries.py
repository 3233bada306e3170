"""The clocks of real debts: what begins them anew and what does not, the page of the case, and the queue."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from portal.arrears.cases.states import DELIVERED, PROVEN, Cause, ContactChannel, ContactOutcome
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts
from portal.arrears.limitation.queries import Limitation, ending_soon, limitation_of
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, request_plan
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.proving import record_delivery
from portal.collection.letters.states import LetterKind
from portal.kit.money import Money
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.papers import PAY_AT, delivered
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
OLD = 1000  # days past due: three years are over in 95 or 96


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    with on(TODAY):
        yield await world()


async def clocks(debts: World, day: date = TODAY) -> Limitation:
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT DISTINCT debtor FROM bill")
        return await limitation_of(rows[0]["debtor"], day)


async def told(debts: World) -> list[tuple[Cause, date]]:
    """What began the only line's time anew."""
    (row,) = (await clocks(debts)).clocks
    return [(one.cause, one.on) for one in row.clock.restarts]


async def the_case(debts: World) -> UUID:
    await arrears(TODAY)
    return (await debts.row("SELECT id FROM arrears_case"))["id"]


async def test_without_anything_the_years_run_from_the_due_date(debts: World) -> None:
    await debts.bill(OLD)
    await debts.bill(-3)
    (row,) = (found := await clocks(debts)).clocks
    assert row.clock.expires_on == found.next_on == (TODAY - timedelta(days=OLD)).replace(year=2027)
    assert not row.over and found.past == []


async def test_a_part_payment_counts_for_its_line_until_it_is_taken_back(debts: World) -> None:
    bill = await debts.bill(OLD)
    await debts.bill(OLD - 1)
    await debts.pay(bill, 4000)
    paid, other = (await clocks(debts)).clocks
    assert [one.cause for one in paid.clock.restarts] == [Cause.part_payment] and not other.clock.restarts
    async with unit_of_work(EVERYWHERE):
        await fetch(
            "INSERT INTO allocation (id, community, payment, line, amount, reason, created_at)"
            " SELECT gen_random_uuid(), community, payment, line, -amount, 'bounced', created_at FROM allocation"
        )
        await fetch(
            "INSERT INTO credit (id, community, debtor, payment, amount, reason, refund_asked, created_at)"
            " SELECT gen_random_uuid(), community, debtor, id, amount, 'bounced', false, posted_at FROM payment"
        )
    assert not (await clocks(debts)).clocks[0].clock.restarts


@pytest.mark.parametrize(("payer", "counts"), [("孙强", True), ("赵敏", False)])
async def test_what_a_tenant_pays_says_nothing_for_the_owner(debts: World, payer: str, counts: bool) -> None:
    bill = await debts.bill(OLD, 10_000, "1栋103", "孙强")
    await debts.pay(bill, 4000, payer)
    assert await told(debts) == ([(Cause.part_payment, TODAY)] if counts else [])


@pytest.mark.parametrize("way", [*sorted(DELIVERED), ContactOutcome.returned])
async def test_a_letter_counts_from_the_day_on_which_its_arrival_is_proven(debts: World, way: ContactOutcome) -> None:
    await debts.bill(OLD)
    letter = await issue_letter(debts.estate["沈平"], await the_case(debts), LetterKind.notice, PAY_AT)
    needed = {"witness": "feng", "number": "XA 1", "enclosed": True, "photos": [Sent("door.jpg", a_photo())]}
    with on(TODAY + 3 * DAY):
        await record_delivery(debts.estate["沈平"], letter, way, happened_on=TODAY + DAY, **needed)
        (row,) = (await clocks(debts, TODAY + 3 * DAY)).clocks
    restarts = [(one.cause, one.on) for one in row.clock.restarts]
    assert restarts == ([(Cause.demand, TODAY + DAY)] if way in PROVEN else [])


async def test_what_was_only_said_does_not_count(debts: World) -> None:
    await debts.bill(OLD)
    case, service = await the_case(debts), debts.estate["冯丽"]
    await contacts.record_contact(service, case, ContactChannel.call, ContactOutcome.promised, "月底")
    await contacts.record_contact(service, case, ContactChannel.visit, ContactOutcome.reached, witness="shen")
    await contacts.promise(service, case, TODAY, Money(100))
    assert await told(debts) == []


async def test_paper_demands_what_was_due_then_and_not_what_was_wholly_under_review(debts: World) -> None:
    held, part, _later = await debts.bill(OLD), await debts.bill(OLD - 1), await debts.bill(0)
    for bill, fen in ((held, 10_000), (part, 8_000)):
        await open_dispute(
            debts.estate["陈静"], await debts.line(bill), reason=DisputeReason.poor_quality, body="没有清运",
            amount=Money(fen), photos=[],
        )  # fmt: skip
    await delivered(debts.estate["沈平"], await the_case(debts), LetterKind.notice)
    with on(TODAY + timedelta(days=1)):
        found = (await clocks(debts, TODAY + timedelta(days=1))).clocks
    assert [[one.cause for one in row.clock.restarts] for row in found] == [[], [Cause.demand], []]


async def test_asking_for_instalments_counts_and_agreeing_counts_until_the_last_of_them(debts: World) -> None:
    bill = await debts.bill(OLD)
    with on(TODAY - timedelta(days=2)):
        plan = await request_plan(debts.estate["陈静"], [bill], 3, TODAY + timedelta(days=10), "手头紧")
    assert await told(debts) == [(Cause.acknowledgement, TODAY - timedelta(days=2))]
    with on(TODAY - timedelta(days=1)):
        await approve_plan(plan, by=debts.estate["蒋涛"], text="同意")
        await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    last = (await debts.row("SELECT max(due_on) AS day FROM plan_instalment"))["day"]
    (row,) = (await clocks(debts)).clocks
    assert row.clock.expires_on == last.replace(year=last.year + 3)
    await plans(last + timedelta(days=30))
    assert (await debts.row("SELECT state FROM plan"))["state"] == "broken"
    (row,) = (await clocks(debts)).clocks
    assert row.clock.expires_on == (TODAY - timedelta(days=1)).replace(year=TODAY.year + 3)


async def test_the_case_shows_each_clock_and_its_next_end(settings: Settings, debts: World) -> None:
    await debts.bill(OLD)
    await debts.bill(1200)
    case = await the_case(debts)
    async with browser(settings, debts.estate["沈平"]) as client:
        page = (await client.get(f"/desk/cases/{case}")).text
    section = page[page.index('id="limitation"') :]
    assert "最近一笔将于" in section and section.count("三年时效已届满</small>") == 1
    assert len(re.findall(r'id="clock-', section)) == 2


async def test_the_queue_has_what_ends_within_180_days_soonest_first(settings: Settings, debts: World) -> None:
    await debts.bill(OLD, 10_000, "1栋101", "陈静")
    await debts.bill(1050, 5000, "1栋102", "李明", "王芳")
    await debts.bill(1200, 700, "1栋102", "李明", "王芳")
    await debts.bill(900, 100, "1栋103", "孙强")  # ends in more than 180 days
    await debts.bill(1300, 100, "1栋104", "吴霞")  # is over
    await arrears(TODAY)
    found = await ending_soon(debts.estate["沈平"])
    assert [(row.unit, row.lines, row.outstanding.fen) for row in found.rows] == [
        ("1栋102", 1, 5000),
        ("1栋101", 1, 10_000),
    ]
    assert (found.found, found.past, found.outstanding) == (2, 2, Money(15_000))
    assert [row.days for row in found.rows] == [(row.next_on - TODAY).days for row in found.rows]
    async with browser(settings, debts.estate["沈平"]) as client:
        page = (await client.get("/desk/limitation")).text
        assert page.index("1栋102") < page.index("1栋101")
        assert 'href="/desk/limitation"' in (await client.get("/desk")).text


async def test_the_queue_costs_the_same_however_many_cases_it_has_and_reads_no_young_bills(
    settings: Settings, debts: World, queries: list[str]
) -> None:
    costs = []
    async with browser(settings, debts.estate["沈平"]) as client:
        for unit, owner in (("1栋101", "陈静"), ("1栋102", "李明"), ("1栋103", "孙强")):
            await debts.bill(OLD + len(costs), 10_000, unit, owner)
            await arrears(TODAY)
            await client.get("/desk/limitation")
            queries.clear()
            assert (await client.get("/desk/limitation")).text.count("limitation-") == len(costs) + 1
            costs.append(len(queries))
    assert max(costs) == min(costs) <= 12, queries


async def test_the_queue_is_for_those_who_act_on_it_and_of_their_estate(settings: Settings, debts: World) -> None:
    await debts.bill(OLD)
    await arrears(TODAY)
    legal = await builders.staff(debts.estate.community, "卫兰", "wei", Role.legal)
    for who, status in ((debts.estate["沈平"], 200), (debts.estate["蒋涛"], 200), (legal, 200),
                        (debts.estate["冯丽"], 403), (debts.estate["陈静"], 403)):  # fmt: skip
        async with browser(settings, who) as client:
            assert (await client.get("/desk/limitation")).status_code == status
    assert (await ending_soon((await cast.donghu())["韩冰"])).found == 0

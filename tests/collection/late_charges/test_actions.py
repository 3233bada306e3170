"""A month that is over is charged once: as a document of its own, with its arithmetic, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.collection.late_charges.actions import charge_debtors
from portal.collection.late_charges.jobs import late_charges
from portal.collection.late_charges.queries import late_books
from portal.collection.late_charges.rules import Terms
from portal.collection.late_charges.states import Start
from portal.collection.late_charges.terms import enter_prime_rate, set_terms
from portal.fees.bills.queries import line_of
from portal.kit.errors import Invalid, Missing
from portal.kit.money import Money
from portal.kit.period import Month
from tests import builders
from tests.arrears.cases.world import World, on, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
BEFORE = date(2026, 9, 30)
FIRST = date(2026, 10, 1)
TERMS = Terms(FIRST, Decimal("0.0005"), Decimal("4"), Start.due, 15, "物业服务合同第十二条")
PAST_RATE = date(2026, 9, 20)


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    """陈静 owes 1,000 yuan since 30 September; late charges are on from 1 October, capped at 12 per cent a year."""
    with on(BEFORE):
        found = await world()
        await set_terms(found.estate["沈平"], found.estate.community, TERMS)
        await enter_prime_rate(found.estate["沈平"], found.estate.community, PAST_RATE, Decimal("0.03"), "公告")
        await found.bill(51, 100_000)
    with on(date(2026, 11, 2)):
        yield found


async def charged(debts: World) -> list[tuple[str, str, int]]:
    """(month, home, fen) of every late charge."""
    rows = await debts.rows(
        "SELECT c.month, u.name, c.amount FROM late_charge c JOIN bill_line l ON l.id = c.charge"
        " JOIN unit u ON u.id = l.unit ORDER BY c.month, u.name, l.part"
    )
    return [tuple(row) for row in rows]


async def test_without_terms_nothing_is_charged_and_no_month_is_closed() -> None:
    with on(BEFORE):
        debts = await world()
        await debts.bill(51, 100_000)
    assert await late_charges(date(2026, 12, 1)) == {"bills": 0, "months": 0, "waiting": 0}
    assert await debts.rows("SELECT 1 FROM late_month") == []


async def test_a_month_is_charged_when_it_is_over_and_once(debts: World) -> None:
    assert (await late_charges(date(2026, 10, 31)))["bills"] == 0
    assert await late_charges(date(2026, 11, 1)) == {"bills": 1, "months": 1, "waiting": 0}
    assert await charged(debts) == [("2026-10", "1栋101", 1019)], "1000 × 4 × 3 % ÷ 365 × 31 days = 10.1918"
    assert await late_charges(date(2026, 11, 2)) == {"bills": 0, "months": 0, "waiting": 0}
    bill = await debts.row("SELECT kind, due_on, issued_on FROM bill WHERE kind = 'late_charge'")
    assert (bill["due_on"], bill["issued_on"]) == (date(2026, 11, 16), date(2026, 11, 1))
    assert await debts.told("bill_issued") == ["bill_issued"] * 2, "of the fee, and of what paying it late costs"
    assert not await debts.broken_invariants()


async def test_two_jobs_at_once_charge_it_once(debts: World) -> None:
    debtor = (await debts.row("SELECT debtor FROM bill"))["debtor"]
    month, first = Month(2026, 10), date(2026, 11, 1)
    both = await asyncio.gather(*[charge_debtors(debts.estate.community, [debtor], month, first) for _ in range(4)])
    assert sorted(both) == [0, 0, 0, 1]
    assert len(await charged(debts)) == 1


async def test_forty_days_late_it_charges_the_same(debts: World) -> None:
    assert await late_charges(date(2026, 12, 10)) == {"bills": 2, "months": 2, "waiting": 0}
    assert await charged(debts) == [("2026-10", "1栋101", 1019), ("2026-11", "1栋101", 986)]
    assert not await debts.broken_invariants(), "and what is charged is not charged in turn"


async def test_a_month_without_a_prime_rate_waits_and_is_charged_when_there_is_one() -> None:
    with on(BEFORE):
        debts = await world()
        await set_terms(debts.estate["沈平"], debts.estate.community, TERMS)
        await debts.bill(51, 100_000)
    with on(date(2026, 11, 2)):
        assert await late_charges(date(2026, 11, 2)) == {"bills": 0, "months": 0, "waiting": 1}
        (book,) = await late_books(debts.estate["蒋涛"])
        assert book.lacks_prime_rate
        await enter_prime_rate(debts.estate["沈平"], debts.estate.community, PAST_RATE, Decimal("0.03"), "公告")
        assert await late_charges(date(2026, 11, 2)) == {"bills": 1, "months": 1, "waiting": 0}
        (book,) = await late_books(debts.estate["蒋涛"])
    assert (book.on, book.lacks_prime_rate, book.most_a_year) == (True, False, Decimal("0.12"))
    assert [(m.bills, m.total, m.outstanding) for m in book.months] == [(1, Money(1019), Money(1019))]


async def test_what_was_paid_and_what_is_disputed_does_not_count(debts: World) -> None:
    with on(date(2026, 10, 11)):
        await debts.pay(debts.bills[51], 40_000)
    with on(date(2026, 10, 21)):
        line, sum_ = await debts.line(debts.bills[51]), Money(20_000)
        about = {"reason": DisputeReason.poor_quality, "body": "电梯停了一周", "amount": sum_}
        await open_dispute(debts.estate["陈静"], line, **about)
    await late_charges(date(2026, 11, 1))
    per_day = Decimal("0.12") / 365
    assert await charged(debts) == [("2026-10", "1栋101", round((1000 * 10 + 600 * 10 + 400 * 11) * per_day * 100))]
    bill = await debts.row(
        "SELECT b.id, l.id AS line FROM bill b JOIN bill_line l ON l.bill = b.id WHERE kind = 'late_charge'"
    )
    story = (await line_of(debts.estate["陈静"], bill["id"], bill["line"])).line.story.late
    assert story and [(step.first.day, step.days, step.base.fen) for step in story.steps] == [
        (1, 10, 100_000), (11, 10, 60_000), (21, 11, 40_000),
    ]  # fmt: skip
    assert Money.of_yuan(sum(step.exact for step in story.steps)).fen == (await charged(debts))[0][2]


async def test_seller_and_buyer_of_a_home_are_charged_each_for_their_own(debts: World) -> None:
    await debts.bill(52, 50_000, "1栋104", "周杰")
    await debts.bill(53, 30_000, "1栋104", "吴霞")
    assert (await late_charges(date(2026, 11, 1)))["bills"] == 3
    assert [fen for _month, unit, fen in await charged(debts) if unit == "1栋104"] == [510, 306]
    assert not await debts.broken_invariants()


async def test_terms_begin_tomorrow_at_the_earliest_and_only_a_manager_sets_them(debts: World) -> None:
    here = debts.estate.community
    with pytest.raises(Invalid):
        await set_terms(debts.estate["沈平"], here, TERMS)
    with pytest.raises(Missing):
        await set_terms(debts.estate["蒋涛"], here, TERMS)
    assert (await debts.row("SELECT count(*) AS n FROM late_terms"))["n"] == 1


@pytest.mark.parametrize(
    ("day", "charge_first"),
    [(PAST_RATE, False), (date(2026, 11, 3), False), (date(2026, 10, 20), True)],
    ids=["there already", "in the future", "in a month that is charged"],
)
async def test_a_prime_rate_changes_nothing_that_is_charged(debts: World, day: date, charge_first: bool) -> None:
    if charge_first:
        await late_charges(date(2026, 11, 1))
    with pytest.raises(Invalid):
        await enter_prime_rate(debts.estate["沈平"], debts.estate.community, day, Decimal("0.03"), "公告")


async def test_what_the_company_holds_as_credit_costs_nothing_from_the_day_it_came(debts: World) -> None:
    with on(date(2026, 10, 16)):
        await debts.pay(settled := await debts.bill(35, 100), 100)
        await debts.pay(settled, 40_000)
    await late_charges(date(2026, 11, 1))
    assert await charged(debts) == [("2026-10", "1栋101", 809)], "12 % ÷ 365 × (15 days of 1,000 and 16 days of 600)"
    assert not await debts.broken_invariants()


async def test_credit_covers_what_was_due_first_also_where_that_costs_nothing(debts: World) -> None:
    with on(BEFORE):
        water = await builders.charge_item(debts.estate.community, "water", "pass_through", "水费")
        due = {"due_on": BEFORE - timedelta(days=9), "issued_on": BEFORE - timedelta(days=20), "period": "2026-08"}
        chen = debts.estate["陈静"]
        await builders.bill(debts.estate.community, debts.estate.units["1栋101"], [chen], [(water, 40_000)], **due)
        await debts.pay(settled := await debts.bill(60, 100), 100)
        await debts.pay(settled, 40_000)
    await late_charges(date(2026, 11, 1))
    assert await charged(debts) == [("2026-10", "1栋101", 1019)], "the fee is late with all of it"

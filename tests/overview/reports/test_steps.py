"""What steps brought in and what they cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from portal.arrears.cases.states import ContactChannel, ContactOutcome
from portal.arrears.contacts.actions import keep_contact
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.report_pages.actions import costs_of, set_cost
from portal.overview.reports.rules import Figure, Span
from portal.overview.reports.states import Step
from portal.overview.reports.steps import action_report
from portal.people.persons.queries import staff_of
from portal.platform.db.unit_of_work import fetch, fetch_one, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser
from tests.overview.reports.paying import pay

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
NOVEMBER = Span(Month(2026, 11), Month(2026, 11))


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 28, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def case_of(estate: cast.Estate, bill: UUID) -> UUID:
    rows = await fetch(
        "INSERT INTO arrears_case (id, community, unit, debtor, state, stage, opened_on, looked_on)"
        " SELECT gen_random_uuid(), community, unit, debtor, 'open', 1, '2026-10-20', '2026-11-28' FROM bill"
        " WHERE id = $1 RETURNING id",
        bill,
    )
    case: UUID = rows[0]["id"]
    await fetch(
        "INSERT INTO notice (id, community, person, kind, subject, key, facts, created_at)"
        " SELECT gen_random_uuid(), $1, p, 'arrears_reminder', 'case:' || $2, 'arrears_reminder:case:' || $2 || ':',"
        " '{}', '2026-11-02 02:00Z' FROM unnest($3::uuid[]) AS p",
        estate.community,
        str(case),
        [*estate["李明"].persons, *estate["王芳"].persons],
    )
    return case


async def stepped() -> cast.Estate:
    """Two owners of one home are reminded on the 2nd and pay 100.00 on the 5th; called on the 10th, 150.00 on the 12th.

    What they pay on the 27th follows nothing any more.
    """
    estate = await cast.mingxi()
    owners = [estate["李明"], estate["王芳"]]
    item = await builders.charge_item(estate.community)
    bill = await builders.bill(
        estate.community, estate.units["1栋102"], owners, [(item, 40000)], period="2026-10",
        due_on=date(2026, 10, 15), issued_on=date(2026, 10, 1),
    )  # fmt: skip
    (line,) = await builders.lines_of(estate.community, bill)
    async with unit_of_work(estate.community):
        case = await case_of(estate, bill)
        row = await fetch_one("SELECT * FROM arrears_case WHERE id = $1", case)
        assert row
        await keep_contact(
            row, ContactChannel.call, ContactOutcome.reached, date(2026, 11, 10),
            await staff_of(estate["蒋涛"], estate.community), actor="tests",
        )  # fmt: skip
    for fen, day in ((10000, 5), (15000, 12), (5000, 27)):
        await pay(estate.community, bill, line, fen, date(2026, 11, day))
    return estate


async def figures(estate: cast.Estate) -> dict[Step, tuple[Figure, ...]]:
    async with unit_of_work(estate.community):
        found = await action_report([estate.community], NOVEMBER)
    return {row.name: row.figures for row in found.rows}  # type: ignore[misc]


async def test_each_payment_counts_for_the_step_before_it_and_an_unknown_cost_is_no_zero() -> None:
    estate = await stepped()
    assert await figures(estate) == {
        Step.reminder: (1, Decimal(1), Money(10000), None, None),
        Step.call: (1, Decimal(1), Money(15000), None, None),
    }


async def test_the_cost_in_force_on_the_day_of_the_step_counts() -> None:
    estate = await stepped()
    for step, fen, day in ((Step.reminder, 5, date(2026, 1, 1)), (Step.reminder, 900, date(2026, 11, 3)),
                           (Step.call, 900, date(2026, 11, 1)), (Step.call, 300, date(2026, 11, 1))):  # fmt: skip
        await set_cost(estate["蒋涛"], estate.community, step, Money(fen), day)
    told = await figures(estate)
    assert told[Step.reminder][3:] == (Money(5), Decimal("0.0005"))
    assert told[Step.call][3:] == (Money(300), Decimal("0.02")), "of one day the later entry"


async def test_who_may_say_it_and_what(settings: Settings) -> None:
    estate, donghu = await cast.mingxi(), await cast.donghu()
    for who in (estate["冯丽"], donghu["韩冰"], estate["陈静"]):
        with pytest.raises(Missing):
            await set_cost(who, estate.community, Step.call, Money(1), date(2026, 11, 1))
    for fen in (-1, 1_000_001):
        with pytest.raises(Invalid):
            await set_cost(estate["蒋涛"], estate.community, Step.call, Money(fen), date(2026, 11, 1))
    async with browser(settings, estate["蒋涛"]) as client:
        sent = {"community": estate.community, "step": "visit", "amount": "abc", "starts_on": "2026-11-01"}
        assert (await client.post("/desk/reports/costs", data=sent)).status_code == 422
        assert (await client.post("/desk/reports/costs", data=sent | {"amount": "45.50"})).status_code == 303
        assert (await client.post("/desk/reports/costs", data=sent | {"amount": "45.50"})).status_code == 303
        assert len((await costs_of(estate["蒋涛"])).said) == 1, "a double click says it once"
        assert "45.50" in re.sub(r"<[^>]+>", "", (await client.get("/desk/reports/costs")).text)
    assert (await costs_of(donghu["韩冰"])).said == []

"""What goes over many rows of an estate goes over them once, whatever other estates are in the database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import asyncpg
import pytest

from portal.accounts.findings.queries import books_say
from portal.accounts.statements.states import Basis
from portal.arrears.case_file.queries import Filter, cases_on_desk, figures
from portal.arrears.climbing.jobs import arrears
from portal.collection.late_charges.jobs import late_charges
from portal.fees.runs.actions import publish_run
from portal.fees.runs.preview import preview_run
from portal.kit import clock
from portal.kit.period import Month
from portal.overview.reports.committee import committee_of
from portal.overview.reports.queries import reports_of
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.platform.db import planner
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.run.verify import verify
from tests import builders
from tests.conftest import Wipe
from tests.past import estate_with_a_past, neighbours
from tests.work import watch

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HOMES, MONTHS = 300, 2
EQUALS, THEIR_HOMES = 24, 40
TODAY = date(2026, 11, 20)
FIRST, LAST, NEXT = Month(2026, 1), Month(2026, 11), Month(2026, 12)


@dataclass(frozen=True)
class Here:
    """The estate that is looked at, its manager, and how many rows the largest table of the database has."""

    community: int
    manager: Principal
    rows: int


@pytest.fixture(scope="module", params=["a large one beside small ones", "one of many equal ones"])
async def here(request: pytest.FixtureRequest, admin: asyncpg.Connection, wipe: Wipe) -> AsyncIterator[Here]:
    await wipe()
    clock.start_at(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC))
    if request.param == "one of many equal ones":
        for n in range(EQUALS - 1):
            await estate_with_a_past(admin, THEIR_HOMES, MONTHS, f"equal-{n}")
        community = await estate_with_a_past(admin, THEIR_HOMES, MONTHS, "here")
    else:
        community = await estate_with_a_past(admin, HOMES, MONTHS, "here")
        await neighbours(admin)
    manager = await builders.staff(community, "经理", "boss", Role.manager)
    await admin.execute("ANALYZE")
    await arrears(TODAY)
    await admin.execute("ANALYZE")
    yield Here(community, manager, await admin.fetchval("SELECT count(*) FROM posting"))
    clock.start_at(clock.real_now())
    await wipe()


async def of_books(here: Here) -> None:
    async with unit_of_work(here.community, read_only=True):
        await books_say(here.community, Basis.cash, FIRST.first, LAST.last)


ASKED: dict[str, Callable[[Here], Awaitable[object]]] = {
    "figures": lambda here: reports_of(here.manager, FIRST, LAST),
    "the committee's figures": lambda here: committee_of(replace(here.manager, committees=(here.community,))),
    "the desk's counts": lambda here: figures(here.manager),
    "the list of cases": lambda here: cases_on_desk(here.manager, Filter()),
    "what the books say": of_books,
    "verification": lambda here: verify(["here"]),
    "a preview": lambda here: preview_run(here.community, NEXT, NEXT.first),
    "a bill run": lambda here: publish_run(here.community, NEXT, NEXT.first, approver="cli"),
    "the daily look": lambda here: arrears(date(2026, 11, 21)),
    "late charges": lambda here: late_charges(date(2026, 11, 21)),
}
MOST = 4  # times the rows of the largest table: some statements read a table once for each channel of payment


@pytest.mark.parametrize("what", ASKED)
async def test_no_statement_goes_over_an_estate_again_for_each_of_its_rows(
    here: Here, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    work = watch(monkeypatch)
    await ASKED[what](here)
    assert work.asked and work.most[0] <= MOST * here.rows, work.most


async def test_figures_would_loop_among_equal_estates_if_they_were_not_surveyed(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "_WHOLE", "SELECT 1")
    work = watch(monkeypatch)
    await reports_of(here.manager, FIRST, LAST)
    assert work.most[0] > MOST * here.rows


async def test_joins_are_not_expected_to_come_to_nothing_because_of_the_policy(here: Here) -> None:
    joined = "SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill JOIN unit u ON u.id = b.unit"
    async with unit_of_work(here.community, read_only=True):
        there = await fetch_value(f"SELECT count(*) FROM ({joined}) x")
        plan = json.loads(await fetch_value(f"EXPLAIN (FORMAT JSON) {joined}"))[0]["Plan"]
    assert plan["Plan Rows"] > there / 10

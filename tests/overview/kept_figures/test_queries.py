"""What is kept of each estate and month is what its live report says, and the sum is that of the rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from portal.arrears.climbing.jobs import arrears
from portal.fees.receivables.states import AdjustmentKind
from portal.kit import clock
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.money.corrections.actions import credit_line
from portal.overview.kept_figures.actions import count, months_kept
from portal.overview.kept_figures.jobs import figures
from portal.overview.kept_figures.queries import EstateRow, overview_of
from portal.overview.reports.ageing import ageing_report
from portal.overview.reports.queries import reports_of
from portal.people.persons.permissions import Role
from portal.people.persons.principal import MOST_ESTATES, Principal
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser
from tests.many import copies
from tests.overview.reports.paying import pay
from tests.test_daily import broken

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    it_is(TODAY)
    yield
    clock.start_at(clock.real_now())


def it_is(day: date) -> None:
    clock.start_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))


async def owing(estate: cast.Estate) -> tuple[UUID, UUID]:
    """Fees of two months and a deposit, partly paid, with a case; gives October's bill and its line, 200.00 open."""
    community, (home, *_others) = estate.community, estate.units
    who = [estate["陈静" if "陈静" in estate.people else "郑伟"]]
    service = await builders.charge_item(community)
    deposit = await builders.charge_item(community, "deposit", "deposit")
    for lines, month, due in (
        ([(service, 30000), (deposit, 700)], "2026-11", date(2026, 12, 5)),
        ([(service, 40000)], "2026-10", date(2026, 10, 15)),
    ):
        bill = await builders.bill(
            community, estate.units[home], who, lines, period=month, due_on=due, issued_on=date(2026, 10, 1)
        )
    (line,) = await builders.lines_of(community, bill)
    await pay(community, bill, line, 20000, date(2026, 11, 2))
    await arrears(TODAY, community)
    return bill, line


async def rows(by: Principal, month: Month | None = None) -> dict[str, EstateRow]:
    return {row.estate.code: row for row in (await overview_of(by, month)).rows}


async def two() -> tuple[cast.Estate, cast.Estate, Principal]:
    """Two estates, and somebody who is finance in both."""
    here, there = await cast.mingxi(), await cast.donghu()
    both = replace(
        here["蒋涛"], communities=(here.community, there.community),
        roles=here["蒋涛"].roles | {there.community: frozenset({Role.finance})},
    )  # fmt: skip
    return here, there, both


async def test_a_kept_row_says_what_the_live_report_of_its_estate_says_that_day() -> None:
    here, there, both = await two()
    await owing(here)
    await figures(TODAY)
    for estate in (here, there):
        one = replace(both, communities=(estate.community,), roles={estate.community: frozenset({Role.finance})})
        for month in (OCTOBER, NOVEMBER):
            row = (await rows(both, month))[estate.code]
            live = await reports_of(one, month, month)
            kept = {report.code: report for report in row.counted.reports(TODAY)}
            assert kept["collection"] == live.called("collection")
            if month == NOVEMBER:
                assert (kept["ageing"], kept["stages"]) == (live.called("ageing"), live.called("stages"))
                continue
            async with unit_of_work(estate.community):
                then = await ageing_report([estate.community], OCTOBER.last)
            assert row.counted.reports(OCTOBER.last) == [kept["collection"], then]
    row = (await rows(both))["mingxi"]
    assert (row.counted.collection.billed, row.counted.chased) == (Money(30000), 1), "it was no comparison of nothing"
    assert row.counted.overdue == Money(20000)
    assert (await rows(both, OCTOBER))["mingxi"].counted.overdue == Money(40000)


async def as_live(community: int, today: date, by: Principal) -> None:
    """Every kept month is what counting it now gives, and says so of today."""
    async with unit_of_work(community, read_only=True):
        counted = {month: await count(community, month, today) for month in months_kept(Month.of(today))}
    for month, live in counted.items():
        kept = (await rows(by, month))["mingxi"]
        assert (kept.counted, kept.kept_on) == (live, today), month


@pytest.mark.parametrize("late", ["nothing", "payment", "bill", "correction", "replacement"])
async def test_every_kept_month_is_what_counting_it_anew_would_give(late: str) -> None:
    here, _there, both = await two()
    bill, line = await owing(here)
    await figures(TODAY)
    it_is(date(2026, 12, 10))
    assert await figures(TODAY, here.community) == {"months": 3}, (
        "from October on: it was written on the day of the count"
    )
    await as_live(here.community, date(2026, 12, 10), both)
    it_is(date(2026, 12, 20))
    await change(late, here, bill, line)
    before = (await rows(both, OCTOBER))["mingxi"].counted
    it_is(date(2026, 12, 21))
    counted = await figures(TODAY, here.community)
    assert counted == {"months": 1 if late == "nothing" else 3}
    await as_live(here.community, date(2026, 12, 21), both)
    after = (await rows(both, OCTOBER))["mingxi"].counted
    assert (after == before) is (late == "nothing")
    assert after.cases is None, "where cases stood is not told afterwards"


async def change(late: str, here: cast.Estate, bill: UUID, line: UUID) -> None:
    """Something that October's figures feel, long after it is over."""
    community, home, who = here.community, here.units["1栋101"], here["陈静"]
    item = await builders.charge_item(community, "late")
    if late == "payment":
        await pay(community, bill, line, 5000, date(2026, 10, 30))
    if late == "bill":
        await builders.bill(community, home, [who], [(item, 900)], period="2026-10", issued_on=date(2026, 12, 20))
    if late == "replacement":
        await builders.bill(
            community, here.units["1栋103"], [here["孙强"]], [(item, 900)], period="2026-11", replaces=bill,
            issued_on=date(2026, 12, 20),
        )  # fmt: skip
    if late == "correction":
        async with unit_of_work(community):
            await credit_line(
                line, Money(3000), kind=AdjustmentKind.waiver, reason="x", made_by="staff:x", approved_by=None,
                source=None, on=date(2026, 12, 20),
            )  # fmt: skip


async def test_the_total_is_the_sum_of_the_rows_and_what_was_live_over_all() -> None:
    here, there, both = await two()
    await owing(here)
    await owing(there)
    await figures(TODAY)
    found = await overview_of(both)
    live = await reports_of(both)
    assert found.reports == [live.called(code) for code in ("collection", "ageing", "stages")]
    assert found.total.overdue == total(row.counted.overdue for row in found.rows) == Money(40000)
    assert found.total.chased == 2 and found.total.collection.homes == 2
    assert len(found.rows) == 2 and not found.missing


async def test_an_estate_that_fails_keeps_its_row_and_says_its_day(admin: asyncpg.Connection) -> None:
    here, there, both = await two()
    await figures(TODAY)
    before = (await rows(both))["mingxi"]
    await owing(here)
    it_is(date(2026, 11, 29))
    async with broken(admin, "estate_month", here.community):
        with pytest.raises(ExceptionGroup):
            await figures(date(2026, 11, 29))
    found = await overview_of(both)
    assert (await rows(both))["mingxi"] == before
    assert (found.behind, found.as_of, found.owed_on) == ({"mingxi"}, TODAY, TODAY)
    assert (await rows(both))[there.code].kept_on == date(2026, 11, 29)


async def test_estates_where_one_reads_no_figures_are_neither_told_nor_missing() -> None:
    _here, there, both = await two()
    await figures(TODAY)
    steward = replace(both, roles=both.roles | {there.community: frozenset({Role.steward})})
    found = await overview_of(steward)
    assert [row.estate.code for row in found.rows] == ["mingxi"] and not found.missing
    only = replace(both, communities=(there.community,), roles={there.community: frozenset({Role.finance})})
    assert set(await rows(only)) == {there.code}


async def test_months_that_are_not_kept_are_not_asked_for() -> None:
    _here, _there, both = await two()
    asked = (None, Month(2030, 1), Month(1990, 1))
    assert [(await overview_of(both, month)).month for month in asked] == [NOVEMBER, NOVEMBER, Month(2025, 11)]


# --- the page


async def test_a_head_office_reads_all_its_estates_and_goes_on_to_each(
    settings: Settings, admin: asyncpg.Connection
) -> None:
    estate = await cast.mingxi()
    await owing(estate)
    made = await copies(admin, estate.community, MOST_ESTATES)
    await cast.donghu()
    for community in (estate.community, *made[1:]):
        await figures(TODAY, community)
    await admin.execute("UPDATE estate_month SET kept_on = '2026-11-27' WHERE community = $1", estate.community)
    async with browser(settings, estate["蒋涛"]) as client:
        page = (await client.get("/desk/reports")).text
        assert len(re.findall('data-estate="', page)) == MOST_ESTATES and "东湖" not in page
        assert "统计于 2026年11月27日" in row_of(page, "mingxi") and "统计于" not in row_of(page, f"mingxi-{made[1]}")
        assert f'href="/desk/reports?estate=mingxi-{made[0]}"' in page, "not counted, and named"
        assert 'hx-get="/desk/reports/arrears"' in (await client.get("/desk")).text
        owed = (await client.get("/desk/reports/arrears")).text
        assert f"共 {MOST_ESTATES} 个小区" in owed and "另有 1 个小区尚未统计" in owed and 'id="stage-0"' in owed
        assert "往年" not in page
        leads = "/desk/reports?estate=mingxi&amp;first=2026-11&amp;last=2026-11"
        assert leads in page
        alone = (await client.get(leads.replace("&amp;", "&"))).text
        assert 'data-estate="' not in alone and "report-disputes" in alone
        for code in ("collection", "ageing", "stages", "estates"):
            for kind in ("csv", "xlsx"):
                sent = await client.get(f"/desk/reports/file?report={code}&kind={kind}&month=2026-11")
                assert sent.status_code == 200 and f"{code}-2026-11.{kind}" in sent.headers["content-disposition"]
        for wrong in ("", "report=estates", "report=disputes&kind=csv", "report=estates&kind=exe"):
            assert (await client.get(f"/desk/reports/file?{wrong}")).status_code == 404
        assert (await client.get("/desk/reports?month=x")).status_code == 200
        october = (await client.get("/desk/reports?month=2026-10")).text
        assert 'id="report-ageing"' in october and 'id="report-stages"' not in october
        file = (await client.get("/desk/reports/file?report=estates&kind=csv")).content.decode("utf-8-sig")
    head, *lines, last = csv.reader(io.StringIO(file))
    assert len(lines) == MOST_ESTATES and last[0] == "合计"
    assert float(last[3]) == sum(float(line[3]) for line in lines) == MOST_ESTATES * 300
    assert len(head) == len(last) == len(lines[0])


def row_of(page: str, code: str) -> str:
    found = re.search(rf'<tr data-estate="{code}">.*?</tr>', page, re.S)
    assert found
    return found[0]

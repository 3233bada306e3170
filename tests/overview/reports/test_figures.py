"""The desk's figures against books that one can add up by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.care.standards.actions import Promise, expect_rounds, keep_promises
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.reports.ageing import Age, ageing_report
from portal.overview.reports.collection import collection_of
from portal.overview.reports.queries import reports_of
from portal.overview.reports.rules import Collection, Span
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch_one, unit_of_work
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


async def a_month() -> cast.Estate:
    """A real month in two bills: 327,509.10 billed, 308,970.85 received; and a deposit of 500.00.

    And 400.00 from October, half of it paid in November.
    """
    estate = await cast.mingxi()
    community = estate.community
    service = await builders.charge_item(community)
    deposit = await builders.charge_item(community, "deposit", "deposit")
    for home, who, lines, paid in (
        ("1栋101", "陈静", [(service, 30897085)], 30897085),
        ("1栋102", "李明", [(service, 1853825)], 0),
    ):
        bill = await builders.bill(community, estate.units[home], [estate[who]], lines)
        if paid:
            (line,) = await builders.lines_of(community, bill)
            await pay(community, bill, line, paid, date(2026, 11, 20))
    old = await builders.bill(
        community, estate.units["1栋101"], [estate["陈静"]], [(service, 40000)], period="2026-10",
        due_on=date(2026, 10, 15), issued_on=date(2026, 10, 1),
    )  # fmt: skip
    (line,) = await builders.lines_of(community, old)
    await pay(community, old, line, 20000, date(2026, 11, 2))
    await builders.bill(community, estate.units["1栋103"], [estate["孙强"]], [(deposit, 50000)], period="2026-09")
    return estate


async def test_the_real_month_is_94_3_percent_wherever_it_is_told(settings: Settings) -> None:
    estate = await a_month()
    async with unit_of_work(estate.community):
        found = await collection_of([estate.community], NOVEMBER)
    assert found == Collection(Money(32750910), Money(30897085), Money(40000), Money(20000), 2, 1, 1, 1)
    assert (str(found.billed), str(found.received)) == ("327509.10", "308970.85")
    async with browser(settings, estate["蒋涛"]) as client:
        page = (await client.get("/desk/reports?first=2026-11&last=2026-11")).text
        assert "94.3%" in page and "308,970" in page
        file = (
            await client.get("/desk/reports/file?report=collection&kind=csv&first=2026-11&last=2026-11")
        ).content.decode("utf-8-sig")
        assert "327509.10,308970.85,94.3%" in file


async def test_ageing_is_as_the_books_of_that_day_have_it() -> None:
    estate = await a_month()
    async with unit_of_work(estate.community):
        now = await ageing_report([estate.community], date(2026, 11, 28))
        before = await ageing_report([estate.community], date(2026, 11, 1))
        live = await fetch_one("SELECT sum(outstanding)::bigint AS fen FROM line_balance WHERE community = $1",
                               estate.community)  # fmt: skip
    assert live
    told = {row.name: row.figures for row in now.rows}
    assert told[Age.to_60] == (1, Money(20000)) and told[Age.to_15][0] == 2
    assert sum(row.bar or 0 for row in now.rows) == live["fen"], "today's ageing is what is outstanding"
    earlier = {row.name: row.figures for row in before.rows}
    assert earlier[Age.to_30] == (1, Money(40000)), "what was paid on the 2nd was still owed on the 1st"


async def test_every_report_comes_as_page_and_as_files(settings: Settings) -> None:
    estate = await a_month()
    found = await reports_of(estate["蒋涛"], Month(2026, 1), Month(2026, 11))
    assert len({one.code for one in found.reports}) == len(found.reports) == 8
    async with browser(settings, estate["蒋涛"]) as client:
        page = (await client.get("/desk/reports")).text
        for one in found.reports:
            assert f'id="report-{one.code}"' in page
            for ending in ("csv", "xlsx"):
                file = await client.get(f"/desk/reports/file?report={one.code}&kind={ending}")
                assert file.status_code == 200 and "attachment" in file.headers["content-disposition"]
        for wrong in ("", "report=collection", "report=collection&kind=exe", "report=nothing&kind=csv"):
            assert (await client.get(f"/desk/reports/file?{wrong}")).status_code == 404
        assert (await client.get("/desk/reports?first=x&last=9999-99")).status_code == 200
    async with browser(settings, estate["冯丽"]) as client:
        assert (await client.get("/desk/reports")).status_code == 403


async def test_another_estate_counts_nothing(settings: Settings) -> None:
    estate, donghu = await a_month(), await cast.donghu()
    other = await builders.staff(donghu.community, "谢朗", "xie", *estate["蒋涛"].roles[estate.community])
    async with browser(settings, other) as client:
        assert "94.3%" not in (await client.get("/desk/reports")).text


async def test_where_one_is_only_a_steward_nothing_is_counted() -> None:
    estate, donghu = await a_month(), await cast.donghu()
    both = replace(
        estate["蒋涛"], communities=(estate.community, donghu.community),
        roles=estate["蒋涛"].roles | {donghu.community: frozenset({Role.steward})},
    )  # fmt: skip
    wanted = Promise("cleaning", "楼道清扫", "", 1, "day", None, None)
    async with unit_of_work(donghu.community):
        await keep_promises(donghu.community, [wanted], jurisdiction="CN", on=date(2026, 11, 25))
    await expect_rounds(donghu.community, date(2026, 11, 28), actor="tests")
    services = (await reports_of(both)).called("services")
    assert services and not services.rows, "theirs are another estate's"

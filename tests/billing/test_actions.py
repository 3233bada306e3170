"""A bill run on the real database: preview, publish, resume, and what it leaves behind."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from portal.billing.running import preview_run, publish_run
from portal.db import fetch_value, unit_of_work
from portal.kit.period import Month
from tests import builders, cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

NOVEMBER, FIRST = Month(2026, 11), date(2026, 11, 1)
FEE = 25024  # 89.37 m² × 2.80 yuan × 1 month = 250.236, rounded once


async def estate() -> cast.Estate:
    mingxi = await cast.mingxi()
    await builders.tariff(mingxi.community, await builders.charge_item(mingxi.community))
    return mingxi


async def count(community: int, sql: str) -> int:
    async with unit_of_work(community):
        return await fetch_value(sql)


async def test_a_preview_shows_every_sum_and_saves_nothing() -> None:
    mingxi = await estate()
    report = (await preview_run(mingxi.community, NOVEMBER, FIRST)).as_json()
    assert (report["bills"], report["lines"], report["total"]) == (4, 4, 4 * FEE)
    assert report["by_item"] == {"service": 4 * FEE}
    assert report["by_unit"] == dict.fromkeys(mingxi.units, FEE)
    assert await count(mingxi.community, "SELECT count(*) FROM bill") == 0


async def test_publishing_twice_adds_nothing_the_second_time() -> None:
    mingxi = await estate()
    first = await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test")
    again = await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test")
    assert (len(first.result.bills), len(again.result.bills)) == (4, 0)
    assert await count(mingxi.community, "SELECT count(*) FROM bill") == 4


async def test_two_runs_at_once_issue_every_line_once() -> None:
    mingxi = await estate()
    runs = [publish_run(mingxi.community, NOVEMBER, FIRST, approver=f"staff:{n}") for n in range(3)]
    reports = await asyncio.gather(*runs)
    assert sum(len(report.result.bills) for report in reports) == 4
    assert await count(mingxi.community, "SELECT sum(amount)::bigint FROM bill_line") == 4 * FEE


async def test_a_unit_without_an_owner_stops_the_whole_run() -> None:
    mingxi = await estate()
    await builders.unit(mingxi.community, "9栋901")
    report = await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test")
    assert [(error["code"], error["unit"]) for error in report.as_json()["errors"]] == [("no_owner", "9栋901")]
    assert report.as_json()["total"] == 0
    assert await count(mingxi.community, "SELECT count(*) FROM bill") == 0


async def test_the_seller_owes_the_month_that_began_before_the_sale() -> None:
    mingxi = await estate()
    await publish_run(mingxi.community, Month(2026, 10), date(2026, 10, 1), approver="staff:test")
    owing = "SELECT count(*) FROM bill_reader WHERE owes AND person = $1"
    async with unit_of_work(mingxi.community):
        assert await fetch_value(owing, mingxi["周杰"].persons[0]) == 1
        assert await fetch_value(owing, mingxi["吴霞"].persons[0]) == 0


async def test_publishing_leaves_an_audit_row_a_balanced_journal_and_a_notice_to_each_owner() -> None:
    mingxi = await estate()
    await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test")
    assert await count(mingxi.community, "SELECT count(*) FROM audit_entry WHERE verb = 'bills_issued'") == 1
    owed = "SELECT sum(amount)::bigint FROM posting WHERE account = 'receivable:service'"
    assert await count(mingxi.community, owed) == 4 * FEE
    assert await count(mingxi.community, "SELECT count(*) FROM notice WHERE kind = 'bill_issued'") == 5

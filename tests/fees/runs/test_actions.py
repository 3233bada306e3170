"""A bill run on the real database: preview, publish, resume, and what it leaves behind."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from portal.fees.runs.actions import publish_run
from portal.fees.runs.preview import preview_run
from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work
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
    assert (first.totals.bills, again.totals.bills) == (4, 0)
    assert await count(mingxi.community, "SELECT count(*) FROM bill") == 4


async def test_two_runs_at_once_issue_every_line_once() -> None:
    mingxi = await estate()
    runs = [publish_run(mingxi.community, NOVEMBER, FIRST, approver=f"staff:{n}") for n in range(3)]
    reports = await asyncio.gather(*runs)
    assert sum(report.totals.bills for report in reports) == 4
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


# --- a run that is killed and gone on with


class Killed(Exception):
    """Stands for SIGKILL between two batches; tests/faults/test_bill_runs.py kills real processes."""


async def shared_estate() -> tuple[cast.Estate, UUID]:
    """Four homes that share the lift's cost of 100.01 yuan by area."""
    mingxi = await cast.mingxi()
    lift = await builders.charge_item(mingxi.community, "lift", "pass_through")
    await builders.tariff(mingxi.community, lift, formula="share_by_area", rate=None)
    async with unit_of_work(mingxi.community):
        cost = await fetch_value(
            "INSERT INTO shared_cost (id, community, item, period, amount, scope)"
            " VALUES (gen_random_uuid(), $1, $2, '2026-11', 10001, 'community') RETURNING id",
            mingxi.community,
            lift,
        )
    return mingxi, cost


async def killed_after_one_home(mingxi: cast.Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    async def kill(done: int, whole: int) -> None:
        if await count(mingxi.community, "SELECT count(*) FROM bill"):
            raise Killed

    monkeypatch.setattr("portal.fees.runs.actions.BATCH", 1)
    with pytest.raises(Killed):
        await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test", progress=kill)
    assert await count(mingxi.community, "SELECT count(*) FROM bill") == 1


async def test_a_killed_run_goes_on_with_the_split_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi, _ = await shared_estate()
    await killed_after_one_home(mingxi, monkeypatch)
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE unit SET billable_area = 500 WHERE name = '1栋104'")
    await builders.occupies(mingxi.community, await builders.unit(mingxi.community, "9栋901"), mingxi["陈静"])
    report = await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:other")
    assert (report.totals.bills, report.totals.total) == (3, Money(7500))
    async with unit_of_work(mingxi.community):
        parts = [row["amount"] for row in await fetch("SELECT amount FROM bill_line ORDER BY amount")]
        runs = await fetch("SELECT approver, bills, total FROM bill_run")
    assert parts == [2500, 2500, 2500, 2501]  # four equal homes, as it was when the publication began
    assert [tuple(row) for row in runs] == [("staff:test", 4, 10001)]


async def test_a_killed_run_whose_rest_has_changed_is_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi, _ = await shared_estate()
    await killed_after_one_home(mingxi, monkeypatch)
    await builders.tariff(mingxi.community, await builders.charge_item(mingxi.community))
    report = await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:other")
    assert report.totals.by_item == {"lift": 7500, "service": 4 * FEE}
    assert await count(mingxi.community, "SELECT count(*) FROM bill_run") == 2


async def test_how_a_cost_is_split_is_frozen_when_its_publication_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi, cost = await shared_estate()
    await killed_after_one_home(mingxi, monkeypatch)
    async with unit_of_work(mingxi.community):
        row = await fetch_one("SELECT * FROM cost_split WHERE cost = $1", cost)
    assert row is not None
    assert row["units"] == [mingxi.units[name] for name in sorted(mingxi.units)]
    assert (row["amounts"], set(row["weights"])) == ([2501, 2500, 2500, 2500], {Decimal("89.37")})


async def test_an_owner_lost_while_the_run_goes_on_is_told_and_nobody_else_is_kept_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mingxi = await estate()

    async def lose(done: int, whole: int) -> None:
        async with unit_of_work(mingxi.community):
            await fetch("UPDATE occupancy SET ends_on = '2026-10-31' WHERE unit = $1", mingxi.units["1栋103"])

    report = (await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test", progress=lose)).as_json()
    assert (report["bills"], report["total"]) == (3, 3 * FEE)
    assert [(error["code"], error["unit"]) for error in report["errors"]] == [("no_owner", "1栋103")]


async def test_how_far_a_run_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    mingxi, told = await estate(), []

    async def note(done: int, whole: int) -> None:
        told.append((done, whole))

    monkeypatch.setattr("portal.fees.runs.preview.BATCH", 3)
    monkeypatch.setattr("portal.fees.runs.actions.BATCH", 2)
    await publish_run(mingxi.community, NOVEMBER, FIRST, approver="staff:test", progress=note)
    assert told == [(3, 4), (4, 4), (2, 4), (4, 4)]

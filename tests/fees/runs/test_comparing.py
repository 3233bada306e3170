"""What made something the last time it was due and makes nothing now is not issued over in silence."""

from dataclasses import replace
from datetime import date

import pytest

from portal.fees.runs.actions import publish_run
from portal.fees.runs.preview import preview_run
from portal.fees.runs.schedule import Schedule
from portal.fees.tariffs.rules import DueRule
from portal.fees.tariffs.states import Timing
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from tests import builders, cast
from tests.fees.runs.run_builders import FEE

NOV, DEC = Month(2026, 11), Month(2026, 12)
YEAR = [Month(2026, month) for month in range(1, 13)]
QUARTER = replace(FEE, cycle_months=3)


def last_due(period, *tariffs, published=YEAR):
    return Schedule(period, period.first, DueRule.parse("day:15"), tariffs).last_due("fee", published)


def test_an_item_is_compared_with_its_own_last_time():
    assert last_due(NOV, FEE) == Month(2026, 10)
    assert last_due(Month(2026, 10), QUARTER) == Month(2026, 7)
    assert last_due(DEC, replace(QUARTER, timing=Timing.arrears)) == Month(2026, 9)


def test_a_quarterly_item_is_not_missed_in_its_months_off():
    assert last_due(NOV, QUARTER) is last_due(DEC, QUARTER) is None


def test_a_month_that_was_not_published_is_passed_over_and_the_first_is_compared_with_nothing():
    assert last_due(NOV, FEE, published=[Month(2026, 9), NOV, DEC]) == Month(2026, 9)
    assert last_due(NOV, FEE, published=[]) is None


def test_a_rate_that_has_ended_is_missed_and_one_of_another_rhythm_takes_its_place():
    ended = replace(FEE, ends_on=date(2026, 9, 30))
    assert last_due(NOV, ended) == Month(2026, 10)
    quarterly = replace(QUARTER, id="fee-2", starts_on=date(2026, 10, 1))
    assert last_due(NOV, ended, quarterly) is None
    assert last_due(Month(2027, 1), ended, quarterly, published=YEAR) == Month(2026, 10)


@pytest.fixture
async def estate(database, clean):
    """The cast with a fee by rate, and a shared cost of 100 yuan in November alone."""
    found = await cast.mingxi()
    await builders.tariff(found.community, await builders.charge_item(found.community))
    lift = await builders.charge_item(found.community, "lift", "pass_through")
    await builders.tariff(found.community, lift, rate=None, formula="share_by_unit")
    await cost(found, "lift", "2026-11")
    assert (await publish_run(found.community, NOV, NOV.first, approver="staff:x")).totals.by_item["lift"] == 10000
    return found


async def cost(found, item, period):
    async with unit_of_work(found.community):
        await fetch(
            "INSERT INTO shared_cost (id, community, item, period, amount, scope)"
            " SELECT gen_random_uuid(), community, id, $2, 10000, 'community' FROM charge_item WHERE code = $1",
            item,
            period,
        )


async def bills(found):
    async with unit_of_work(found.community):
        return await fetch_value("SELECT count(*) FROM bill WHERE period = '2026-12'")


@pytest.mark.anyio
async def test_the_command_says_what_comes_to_nothing_and_keeps_a_reason_with_the_run(estate):
    preview = (await preview_run(estate.community, DEC, DEC.first)).as_json()
    said = [("came_to_nothing", None, "lift")]
    assert [(w["code"], w["unit"], w["item"]) for w in preview["warnings"]] == said and preview["total"] > 0
    words = preview["warnings"][0]["message"]
    assert "100.00 in 2026-11" in words and words.startswith("Service fee")

    done = await publish_run(estate.community, DEC, DEC.first, approver="cli", zero_reason="电梯停用")
    assert (done.ok, await bills(estate), done.as_json()["warnings"]) == (True, 4, [])
    async with unit_of_work(estate.community):
        kept = await fetch_value("SELECT accepted_zero FROM bill_run WHERE period = '2026-12'")
        told = await fetch_value("SELECT reason FROM audit_entry WHERE verb = 'bills_issued' ORDER BY at DESC LIMIT 1")
    assert (kept, told) == ('{"items": ["lift"], "reason": "电梯停用"}', "电梯停用")


@pytest.mark.anyio
async def test_without_a_reason_the_command_warns_and_keeps_none(estate):
    done = await publish_run(estate.community, DEC, DEC.first, approver="cli")
    assert (done.ok, await bills(estate)) == (True, 4)
    assert [(w["code"], w["item"]) for w in done.as_json()["warnings"]] == [("came_to_nothing", "lift")]
    async with unit_of_work(estate.community):
        assert await fetch_value("SELECT accepted_zero FROM bill_run WHERE period = '2026-12'") is None


@pytest.mark.anyio
async def test_a_rerun_of_a_month_asks_no_more_of_what_it_has_or_was_told(estate):
    assert (await publish_run(estate.community, NOV, NOV.first, approver="cli")).ok
    assert (await publish_run(estate.community, DEC, DEC.first, approver="cli", zero_reason="电梯停用")).ok
    late = await builders.unit(estate.community, "9栋901")
    await builders.occupies(estate.community, late, estate["陈静"])
    again = await publish_run(estate.community, DEC, DEC.first, approver="cli")
    assert (again.ok, again.totals.bills) == (True, 1)


async def worked(found, item, day):
    """Three hours of work in 1栋101 on a day, which cost 240 yuan."""
    async with unit_of_work(found.community):
        await fetch(
            "INSERT INTO unit_charge (id, community, unit, item, quantity, starts_on, ends_on)"
            " VALUES (gen_random_uuid(), $1, $2, $3, 3, $4, $4)",
            found.community,
            found.units["1栋101"],
            item,
            day,
        )


@pytest.mark.anyio
async def test_what_is_charged_once_is_not_missed_and_in_its_bill_nothing_else_is(estate):
    hours = await builders.charge_item(estate.community, "repair", "other")
    await builders.tariff(estate.community, hours, rate="80", formula="per_quantity")
    await worked(estate, hours, date(2026, 11, 10))
    late = await publish_run(estate.community, NOV, NOV.first, approver="cli")
    assert (late.ok, late.totals.by_item) == (True, {"repair": 24000})
    await cost(estate, "lift", "2026-12")
    assert (await publish_run(estate.community, DEC, DEC.first, approver="cli")).ok
    await worked(estate, hours, date(2026, 12, 10))
    later = await publish_run(estate.community, DEC, DEC.first, approver="cli")
    assert (later.ok, later.totals.by_item) == (True, {"repair": 24000})

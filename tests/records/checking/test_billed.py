"""What is billed stays as it is: an import that would change it says how to go about it instead."""

from datetime import UTC, date, datetime

import pytest

from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.kit.period import Month
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def billed(database, clean, tmp_path):
    """The good folder, imported and billed for 2026-11."""
    clock.start_at(datetime(2026, 11, 30, 4, tzinfo=UTC))
    report = await import_estate(write(tmp_path / "good", GOOD), "qinghe", actor="cli")
    assert report.ok, report.as_json()["errors"]
    async with unit_of_work(EVERYWHERE):
        community = await fetch_value("SELECT id FROM community")
    run = await publish_run(community, Month(2026, 11), date(2026, 11, 3), approver="test")
    assert run.ok, run.as_json()
    assert run.totals.bills
    return community


async def again(tmp_path, stem, old, new):
    text = GOOD[stem].replace(old, new) if old else GOOD[stem] + new + "\n"
    assert text != GOOD[stem]
    return await import_estate(write(tmp_path / "again", {stem: text}), "qinghe", actor="cli")


REFUSED = [
    ("tariffs", "3.2,m²", "3.3,m²", 2, "rate", "“from” 2026-12-01"),
    ("tariffs", "per_area,15,m²,1", "fixed,15,m²,1", 4, "formula", "“from” 2026-12-01"),
    ("tariffs", "2026-12-31,第一条", "2026-11-15,第一条", 2, "to", "End it on that day or later"),
    ("tariffs", "", "bay,residential,per_quantity,260,,1,,,,,2026-11-01,,", 8, "from", "on 2026-12-01"),
    ("charge_items", "parking,0.09", "rent,0.09", 3, "kind", "Add a new charge item"),
    ("unit_charges", "bay,2", "bay,1", 2, "quantity", "add one from 2026-12-01"),
    ("unit_charges", "2024-01-01,", "2024-01-01,2026-11-10", 2, "to", "credited"),
    ("unit_charges", "", "1栋101,bay,1,2026-11-10,", 3, "from", "Start on 2026-12-01"),
    ("unit_charges", "", "1栋101,water,1,2026-11-10,2026-11-10", 3, "from", "Start on 2026-12-01"),
    ("units", "owner,2020-01-01", "owner,2026-11-10", 2, "handed_over_on", "correct the bill"),
    ("meter_readings", "112.5", "113", 2, "current", "next reading"),
    ("shared_costs", "1234.56", "1234.57", 2, "amount", "a later month"),
    ("opening_balances", "385.60", "385.61", 2, "amount", "correct that bill"),
    ("opening_balances", "2026-09-15", "2026-09-20", 4, "due_on", "correct that bill"),
    ("opening_balances", "", "1栋102,water,2026-08,2026-08-15,1", 5, "period", "another month"),
    ("opening_balances", "", "1栋101,fee,2026-11,2026-11-15,1", 5, "period", "Remove this row"),
    ("occupancies", "P1,owner,1,,", "P1,owner,1,,2026-10-31", 2, "from", "Keep them for that day"),
    ("occupancies", "", "1栋101,P2,co_owner,,,", 7, "from", "Keep them for that day"),
]  # fmt: skip


@pytest.mark.parametrize(("stem", "old", "new", "row", "column", "remedy"), REFUSED)
async def test_a_billed_fact_is_refused_with_the_way_to_correct_it(
    billed, tmp_path, stem, old, new, row, column, remedy
):
    report = (await again(tmp_path, stem, old, new)).as_json()
    assert [(e["file"], e["row"], e["column"]) for e in report["errors"]] == [(f"{stem}.csv", row, column)]
    assert remedy in report["errors"][0]["message"]


ALLOWED = [
    ("tariffs", "", "fee,commercial,per_area,16,m²,1,,,,,2023-01-01,2023-12-31,"),
    ("tariffs", "2026-12-31,第一条", "2026-11-30,第一条"),
    ("tariffs", "", "bay,residential,per_quantity,260,,1,,,,,2027-01-01,,"),
    ("unit_charges", "2024-01-01,", "2024-01-01,2026-11-30"),
    ("unit_charges", "", "1栋102,bay,1,2026-11-10,"),
    ("unit_charges", "", "1栋101,bay,1,2026-11-10,2026-11-10"),
    ("units", "89.37", "90.00"),
    ("units", "89.37,owner", "89.37,vacant"),
    ("units", "owner,2020-01-01", "owner,2019-01-01"),
    ("charge_items", "公共照明", "公共电费"),
    ("meter_readings", "", "1栋102,water,W2,2026-11,1,2"),
    ("meter_readings", "", "1栋101,water,W1,2026-12,112.5,120"),
    ("shared_costs", "", "light,2026-12,99,community"),
    ("opening_balances", "", "1栋102,water,2026-07,2026-07-15,1"),
    ("occupancies", "P1,owner,1,,", "P1,owner,1,,2026-11-14\n1栋101,P3,owner,1,2026-11-15,"),
    ("occupancies", "0.5,2020-01-01", "0.5,2020-02-01"),
]  # fmt: skip


@pytest.mark.parametrize(("stem", "old", "new"), ALLOWED)
async def test_what_only_concerns_later_bills_may_change(billed, tmp_path, stem, old, new):
    report = await again(tmp_path, stem, old, new)
    assert report.as_json()["errors"] == []
    assert sum(report.created.values()) + sum(report.updated.values()) > 0


async def test_the_whole_folder_again_after_billing_changes_nothing(billed, tmp_path):
    report = await import_estate(write(tmp_path / "again", GOOD), "qinghe", actor="cli")
    assert report.as_json()["errors"] == []
    assert sum(report.created.values()) + sum(report.updated.values()) == 0


async def test_a_sale_in_the_month_leaves_the_month_with_the_seller(billed, tmp_path):
    await again(tmp_path, "occupancies", "P1,owner,1,,", "P1,owner,1,,2026-11-14\n1栋101,P3,owner,1,2026-11-15,")
    async with unit_of_work(EVERYWHERE):
        owners = await fetch_value(
            "SELECT array_agg(p.external_id) FROM occupancy o JOIN person p ON p.id = o.person"
            " JOIN unit u ON u.id = o.unit AND u.name = '1栋101' WHERE o.ends_on IS NULL"
        )
    assert owners == ["P3"]


async def test_a_quantity_comes_too_late_for_a_month_whose_lines_do_not_name_theirs(billed, admin, tmp_path):
    late = "1栋101,bay,1,2026-11-10,2026-11-10"
    await admin.execute("UPDATE bill_line SET facts = facts - 'quantities'")  # as they were issued formerly
    (error,) = (await again(tmp_path, "unit_charges", "", late)).as_json()["errors"]
    assert (error["row"], error["column"], "Start on 2026-12-01" in error["message"]) == (3, "from", True)

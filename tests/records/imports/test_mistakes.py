"""Every kind of mistake is told with its file, row, column and remedy, and nothing is saved."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.reading.report import MOST_FAULTS
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, replaced, with_row, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

# file, what is wrong as (old, new) or a row to add, row and column of the mistake, a word of the remedy
CELLS = [
    ("community", ("commission", "comission"), 2, "fee_mode", "lump_sum"),
    ("community", ("Asia/Shanghai", "Asia/Schanghai"), 2, "timezone", "Asia/Shanghai"),
    ("community", ("CNY", "USD"), 2, "currency", "CNY"),
    ("community", ("day:15", "15th"), 2, "due_rule", "day:15"),
    ("community", ("day:15", "day:32"), 2, "due_rule", "day:15"),
    ("community", ("清荷里", ""), 2, "name", "must not be empty"),
    ("community", ("qinghe,清", "qing he,清"), 2, "code", "letters"),
    ("community", ("qinghe,清", "other,清"), 2, "code", "Correct one"),
    ("community", "second,第二,commission,,,,,,,,,,,,,", 3, "code", "Remove this row"),
    ("units", ("89.37", "89.3x"), 2, "billable_area", "Use digits"),
    ("units", ("89.37", "NaN"), 2, "billable_area", "Use digits"),
    ("units", ("89.37", "1e3"), 2, "billable_area", "Use digits"),
    ("units", ("89.37", "1_0"), 2, "billable_area", "Use digits"),
    ("units", ("89.37", "８９"), 2, "billable_area", "Use digits"),
    ("units", ("89.37", '"1,089.37"'), 2, "billable_area", "Use digits"),
    ("units", ("89.37", "-1"), 2, "billable_area", "at least 0"),
    ("units", ("89.37", "89.12345"), 2, "billable_area", "at most 4"),
    ("units", ("89.37,owner", "89.37,rented"), 2, "occupancy", "vacant"),
    ("units", ("let,2020-01-01", "let,2020-02-30"), 3, "handed_over_on", "2026-11-30"),
    ("units", ("let,2020-01-01", "let,01/02/2020"), 3, "handed_over_on", "2026-11-30"),
    ("units", ("let,2020-01-01", "let,20200101"), 3, "handed_over_on", "2026-11-30"),
    ("units", ("1,1,1,residential,120.5", "1,1,1,house,120.5"), 3, "use", "residential"),
    ("units", "1栋101,1,,,residential,50,,", 5, "unit", "Keep one"),
    ("units", "=1+1,1,,,residential,50,,", 5, "unit", "formula"),
    ("units", ",1,,,residential,50,,", 5, "unit", "must not be empty"),
    ("units", "2栋1,1,,residential,50,,", 5, "", "quotes"),
    ("people", ("199 0000 0101", "1990000010"), 2, "phone", "11 digits"),
    ("people", ("199 0000 0101", "1.99E+10"), 2, "phone", "11 digits"),
    ("people", ("chen@example.com", "chen@"), 2, "email", "name@example.com"),
    ("people", (",,en", ",,fr"), 4, "language", "zh-CN"),
    ("people", "P1,别人,,,", 6, "person", "Keep one"),
    ("people", "P9,,,,", 6, "name", "must not be empty"),
    ("occupancies", "9栋999,P1,owner,1,,", 7, "unit", "units.csv"),
    ("occupancies", "1栋101,P99,tenant,,,", 7, "person", "people.csv"),
    ("occupancies", ("P3,co_owner,0.5", "P3,co_owner,0.4"), 4, "share", "add up to 1"),
    ("occupancies", ("P3,co_owner,0.5", "P3,co_owner,0.6"), 4, "share", "add up to 1"),
    ("occupancies", ("P3,co_owner,0.5", "P3,co_owner,1.5"), 4, "share", "at most 1"),
    ("occupancies", ("P3,co_owner,0.5", "P3,coowner,0.5"), 4, "role", "co_owner"),
    ("occupancies", ("2026-12-31", "2025-12-31"), 5, "to", "Correct one"),
    ("occupancies", "1栋102,P4,tenant,,2026-06-01,", 7, "from", "Keep one"),
    ("staff", ("service;clerk", "service;boss"), 2, "roles", "manager"),
    ("staff", ("service;clerk", ";"), 2, "roles", "must not be empty"),
    ("staff", "fe ng,冯,clerk,", 4, "login", "spaces"),
    ("staff", "feng,冯丽丽,clerk,", 4, "name", "same name"),
    ("committee", "P77,委员,yes,,", 3, "person", "people.csv"),
    ("committee", "P2,委员,perhaps,,", 3, "votes", "yes, no"),
    ("committee", ("2028-12-31", "2020-12-31"), 2, "to", "Correct one"),
    ("charge_items", ("0.06", "6"), 2, "tax_rate", "at most 1"),
    ("charge_items", ("0.06", "6%"), 2, "tax_rate", "Use digits"),
    ("charge_items", ("service_fee,0.06", "servicefee,0.06"), 2, "kind", "service_fee"),
    ("charge_items", ("utility_slip\nlight", "slip\nlight"), 4, "voucher", "fund_slip"),
    ("tariffs", ("3.2,m²", ",m²"), 2, "rate", "needs a rate"),
    ("tariffs", ("3.2,m²", "3.1234567,m²"), 2, "rate", "at most 6"),
    ("tariffs", ("3.2,m²", "-3.2,m²"), 2, "rate", "at least 0"),
    ("tariffs", ("share_by_area,,m²", "share_by_area,2,m²"), 7, "rate", "empty"),
    ("tariffs", ("15,m²,1", "15,m²,0"), 4, "cycle_months", "at least 1"),
    ("tariffs", ("15,m²,1", "15,m²,1.5"), 4, "cycle_months", "whole"),
    ("tariffs", ("m³,1,arrears", "m³,1,later"), 6, "timing", "advance"),
    ("tariffs", ("half_month_15th", "half_month"), 5, "proration", "half_month_15th"),
    ("tariffs", ("2026-12-31,第一条", "2027-01-31,第一条"), 3, "from", "End it before"),
    ("tariffs", "fee,residential,per_area,3,m²,1,,,,,,2025-01-01,", 2, "from", "End it before"),
    ("tariffs", "fee,commercial,per_area,3,m²,1,,,,,2024-01-01,,", 8, "item", "Keep one"),
    ("tariffs", "bay,*,per_quantity,3,车位,1,,,,,2026-01-01,,", 8, "from", "has no end date"),
    ("tariffs", "gas,*,fixed,3,户,1,,,,,2024-01-01,,", 8, "item", "charge_items.csv"),
    ("tariffs", "fee,shop,fixed,3,户,1,,,,,2024-01-01,,", 8, "use", "commercial"),
    ("unit_charges", ("bay,2", "bay,"), 2, "quantity", "Enter the quantity"),
    ("unit_charges", ("bay,2", "bay,-2"), 2, "quantity", "at least 0"),
    ("unit_charges", "1栋101,bay,1,2024-01-01,", 3, "unit", "in one row"),
    ("unit_charges", "1栋101,dog,1,,", 3, "item", "charge_items.csv"),
    ("meter_readings", ("112.5", "99"), 2, "current", "Check both"),
    ("meter_readings", ("112.5", ""), 2, "current", "must not be empty"),
    ("meter_readings", ("2026-11", "2026-13"), 2, "period", "2026-11"),
    ("meter_readings", ("2026-11", "2026-11-01"), 2, "period", "2026-11"),
    ("shared_costs", ("1234.56", "1234.567"), 2, "amount", "at most 2"),
    ("shared_costs", ("1234.56", "-1"), 2, "amount", "at least 0"),
    ("shared_costs", ("building:1", "building:77"), 3, "scope", "units.csv"),
    ("shared_costs", ("building:1", "stairs:1"), 3, "scope", "building:"),
    ("opening_balances", ("385.60", "0"), 2, "amount", "at least 0.01"),
    ("opening_balances", ("385.60", "-385.60"), 2, "amount", "at least"),
    ("opening_balances", ("385.60", "￥385.60"), 2, "amount", "Use digits"),
    ("opening_balances", ("bay,2026-08,2026-08-15", "bay,2026-08,2026-08-20"), 3, "due_on", "same day"),
    ("opening_balances", "1栋102,fee,2019-01,2019-01-15,10", 5, "unit", "occupancies.csv"),
    ("accounts", ("service_fee,income", "service,income"), 2, "fund", "common_area_revenue"),
    ("accounts", ("S-10,,,,", "S-10,另一个,,,"), 3, "title", "same in both"),
    ("accounts", "S-11,十一月,,2026-11-30,service_fee,income,,物业费,,1,,,", 4, "from", "first row"),
]  # fmt: skip


def changed(stem, wrong):
    return with_row(stem, wrong) if isinstance(wrong, str) else replaced(stem, *wrong)


@pytest.mark.parametrize(("stem", "wrong", "row", "column", "remedy"), CELLS)
async def test_a_bad_cell_is_told_and_nothing_is_saved(tmp_path, stem, wrong, row, column, remedy):
    report = await import_estate(write(tmp_path, changed(stem, wrong)), "qinghe", actor="cli")
    found = [(e["file"], e["row"], e["column"]) for e in report.as_json()["errors"]]
    assert found == [(f"{stem}.csv", row, column)]
    assert remedy in report.as_json()["errors"][0]["message"]
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(*) FROM community") == 0
        assert await fetch_value("SELECT count(*) FROM human") == 0


HEADERS = [
    ({"units": "unit,use,colour\n1栋1,office,red\n"}, ("units.csv", 1, "colour"), "Remove it"),
    ({"units": "unit,use,use\n1栋1,office,office\n"}, ("units.csv", 1, "use"), "Remove one"),
    ({"units": "unit,floor\n1栋1,1\n"}, ("units.csv", 1, "use"), "Add it"),
    ({"staff": "login,name\nfeng,冯丽\n"}, ("staff.csv", 1, "roles"), "Add it"),
    ({"units": ""}, ("units.csv", 1, ""), "name the columns"),
    ({"unit": "unit,use\n"}, ("unit.csv", 1, ""), "units.csv"),
    ({"people": 'person,name\n1,"broken\n'}, ("people.csv", 2, ""), "quotes"),
    ({"people": 'person,name\n1,b"roken"x"\n2,"a"b\n'}, ("people.csv", 3, ""), "quotes"),
]


@pytest.mark.parametrize(("files", "where", "remedy"), HEADERS)
async def test_a_bad_file_is_told(tmp_path, files, where, remedy):
    folder = write(tmp_path, {"community": GOOD["community"], **files})
    report = (await import_estate(folder, "qinghe", actor="cli")).as_json()
    assert [(e["file"], e["row"], e["column"]) for e in report["errors"]] == [where]
    assert remedy in report["errors"][0]["message"]


@pytest.mark.parametrize("raw", ["unit,use\n1,office\n".encode("utf-16"), b"unit,use\n\xff\xff\xff,office\n"])
async def test_another_encoding_is_told(tmp_path, raw):
    folder = write(tmp_path, {"community": GOOD["community"]})
    (folder / "units.csv").write_bytes(raw)
    report = await import_estate(folder, "qinghe", actor="cli")
    assert "CSV UTF-8" in report.as_json()["errors"][0]["message"]


async def test_a_missing_folder_an_empty_one_and_a_workbook_are_told(tmp_path):
    (tmp_path / "empty").mkdir()
    for path, word in (("no", "folder"), ("empty", "community.csv"), ("book.xlsx", "CSV")):
        report = await import_estate(tmp_path / path, "qinghe", actor="cli")
        assert word in report.as_json()["errors"][0]["message"]


async def test_what_refers_to_a_file_that_could_not_be_read_is_no_mistake_of_its_own(tmp_path):
    files = {**GOOD, "units": GOOD["units"].replace(",", ";")}
    report = await import_estate(write(tmp_path, files), "qinghe", actor="cli")
    assert {e.file for e in report.errors} == {"units.csv"}


async def test_a_new_community_needs_its_file(tmp_path):
    report = await import_estate(write(tmp_path, {"units": GOOD["units"]}), "qinghe", actor="cli")
    assert [(e.file, e.column) for e in report.errors] == [("community.csv", "code")]


async def test_mistakes_of_all_files_are_told_at_once(tmp_path):
    files = {**GOOD, "units": GOOD["units"].replace("89.37", "x"), "people": GOOD["people"].replace(",,en", ",,fr")}
    report = await import_estate(write(tmp_path, files), "qinghe", actor="cli")
    assert [e.file for e in report.errors] == ["units.csv", "people.csv"]


async def test_a_flood_of_mistakes_is_cut_off_with_their_number(tmp_path):
    rows = "".join(f"{n}栋,house\n" for n in range(MOST_FAULTS + 50))
    files = {"community": GOOD["community"], "units": "unit,use\n" + rows}
    report = await import_estate(write(tmp_path, files), "qinghe", actor="cli")
    assert len(report.errors) == MOST_FAULTS + 1
    assert report.as_json()["errors"][-1]["message"].startswith("There are 50 more")

"""What a sheet says by its layout is refused with its row and a remedy: merged cells, names made days, total rows."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.reading.cells import BadCell
from portal.records.reading.names import name
from portal.records.reading.workbook import as_typed
from portal.records.saving.actions import import_estate
from tests.records.imports.books import parts_of, sheet_of, write_book
from tests.records.imports.files import GOOD, replaced, with_row, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
PLAIN = {stem: sheet_of(text) for stem, text in GOOD.items()}


async def mistakes(path):
    report = await import_estate(path, "qinghe", actor="cli")
    async with unit_of_work(EVERYWHERE):
        assert report.ok or await fetch_value("SELECT count(*) FROM community") == 0
    return [(e["file"], e["row"], e["column"], e["message"]) for e in report.as_json()["errors"]]


def merged(stem, cells):
    """A workbook in which these cells of a sheet are one: only the first of them has a value."""
    parts = parts_of(PLAIN)
    part = f"xl/worksheets/sheet{list(PLAIN).index(stem) + 1}.xml"
    end = f'</sheetData><mergeCells count="1"><mergeCell ref="{cells}"/></mergeCells>'
    return {**parts, part: parts[part].replace("</sheetData>", end)}


@pytest.mark.parametrize(
    ("stem", "cells", "row"),
    [("units", "B2:B3", 2), ("units", "A1:H1", 1), ("occupancies", "C3:D4", 3), ("shared_costs", "C2:C3", 2)],
)
async def test_merged_cells_are_told_with_their_place(tmp_path, stem, cells, row):
    found = await mistakes(write_book(tmp_path / "book.xlsx", merged(stem, cells)))
    assert (f"{stem}.csv", row, "") in [one[:3] for one in found]
    assert any(cells in message and "Unmerge them" in message for *_, message in found)


async def test_empty_cells_that_are_merged_beside_the_table_are_no_mistake(tmp_path):
    assert await mistakes(write_book(tmp_path / "book.xlsx", merged("units", "A20:C22"))) == []


async def test_a_home_that_became_a_day_is_told(tmp_path):
    day = '<c r="A2" t="d"><v>2026-03-12</v></c>'
    units = PLAIN["units"].replace('<c r="A2" t="inlineStr"><is><t>1栋101</t></is></c>', day)
    found = await mistakes(write_book(tmp_path / "book.xlsx", parts_of({**PLAIN, "units": units})))
    assert any(one[:3] == ("units.csv", 2, "unit") and "3-12" in one[3] for one in found)


DAYS = [
    "2026-03-12",
    "2026-03-12 08:30:00",
    "2026/3/12",
    "3月12日",
    "2026年3月",
    "12-Mar",
    "Mar-26",
    "3/12/2026",
    "03:12:00",
]
CUT = [as_typed(110105199001011234.0), as_typed(1e15), "1.10105E+17", "110105199001010000"]
TOTALS = ["合计", "合 计", "总计：", "本页小计", "共计", "Total", "Sub total", "TOTAL:"]


@pytest.mark.parametrize(
    ("typed", "word"),
    [*((d, "a date") for d in DAYS), *((c, "15 digits") for c in CUT), *((t, "a total") for t in TOTALS)],
)
async def test_what_is_no_name_is_told_with_the_remedy(typed, word):
    with pytest.raises(BadCell) as refused:
        name()(typed)
    assert word in refused.value.sentence.text


NAMES = [
    "3-12",
    "1栋101",
    "12",
    "March",
    "May",
    "110105199001011234",
    "13912345678",
    "999999999999999",
    "合计山庄",
    "2026",
    "12:05",
]


@pytest.mark.parametrize("typed", NAMES)
async def test_a_name_stays_as_it_is(typed):
    assert name()(typed) == typed


async def test_a_long_number_that_a_workbook_keeps_is_still_a_number():
    assert (as_typed(123456789012345.0), as_typed(-1e15)) == ("123456789012345", "-1.00000000000000E+15")


# a row more, and the column that tells of it
TOTAL_ROWS = [
    ("units", "合计,,,,residential,509.87,,", "unit"),
    ("units", "3栋1,合计,,,residential,509.87,,", "building"),
    ("people", "总计,4人,,,", "person"),
    ("people", "P7,合计,,,", "name"),
    ("occupancies", "合计,P1,owner,1,,", "unit"),
    ("unit_charges", "小计,bay,2,2024-01-01,", "unit"),
    ("meter_readings", "1栋101,water,合计,2026-11,100,112.5", "meter"),
    ("opening_balances", "合计,fee,2026-08,2026-08-15,385.60", "unit"),
    ("charge_items", "total,合计,,other,,", "item"),
    ("shared_costs", "total,2026-11,1334.46,community", "item"),
]


@pytest.mark.parametrize(("stem", "row", "column"), TOTAL_ROWS)
async def test_a_total_row_is_no_row_of_its_own(tmp_path, stem, row, column):
    found = await mistakes(write(tmp_path, with_row(stem, row)))
    line = len(GOOD[stem].splitlines()) + 1
    assert any(one[:3] == (f"{stem}.csv", line, column) and "Remove the row" in one[3] for one in found)


@pytest.mark.parametrize("days", [True, False])
async def test_an_opening_balance_that_nobody_owes_is_told_with_or_without_days(tmp_path, days):
    head, *rows = GOOD["occupancies"].splitlines()
    ties = "\n".join([head, *(row for row in rows if "10栋101" not in row)]) + "\n"
    if not days:
        ties = "unit,person,role,share\n1栋101,P1,owner,1\n1栋102,P2,owner,1\n"
    found = await mistakes(write(tmp_path, {**GOOD, "occupancies": ties}))
    assert [one[:3] for one in found] == [("opening_balances.csv", 4, "unit")]
    assert "no owner in 2026-09" in found[0][3]


async def test_a_file_without_an_optional_column_of_its_key_still_says_what_is_missing(tmp_path):
    files = replaced("unit_charges", "1栋101,bay,2,2024-01-01,", "1栋999,bay,2,2024-01-01,")
    files["occupancies"] = "unit,person,role\n1栋101,P1,owner\n1栋102,P2,owner\n10栋101,P9,owner\n"
    found = await mistakes(write(tmp_path, files))
    assert ("unit_charges.csv", 2, "unit") in [one[:3] for one in found]
    assert ("occupancies.csv", 4, "person") in [one[:3] for one in found]

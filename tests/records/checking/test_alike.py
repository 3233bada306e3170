"""One thing in several spellings is told with both rows and never becomes two; a known name always means itself."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.records.reading import folder
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, with_row, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def mistakes(path, files):
    report = await import_estate(write(path, files), "qinghe", actor="cli")
    return [(e["file"], e["row"], e["column"], e["message"]) for e in report.as_json()["errors"]]


# a row more that is another in a different spelling, the column that tells of it, the row it is about
SPELLINGS = [
    *(
        ("units", f"{name},,,,residential,50,,", "unit", 2)
        for name in ("１栋１０１", "1栋 101", "1-101", "1幢101室", "一栋101")
    ),
    ("people", "p1,陈静,,,", "person", 2),
    ("people", "Ｐ1,陈静,,,", "person", 2),
    ("charge_items", "FEE,另一,,other,,", "item", 2),
    ("meter_readings", "1栋101,water,w１,2026-11,100,112.5", "meter", 2),
    ("meter_readings", "1栋101,water,编号：W 1,2026-11,100,112.5", "meter", 2),
    ("units", "3栋1,1栋,,,residential,50,,", "building", 2),
]


@pytest.mark.parametrize(("stem", "row", "column", "about"), SPELLINGS)
async def test_a_second_spelling_in_one_import_is_told_with_both_rows(tmp_path, stem, row, column, about):
    found = await mistakes(tmp_path, with_row(stem, row))
    line = len(GOOD[stem].splitlines()) + 1
    told = [one[3] for one in found if one[:3] == (f"{stem}.csv", line, column) and "different spelling" in one[3]]
    assert [f"in row {about}" in message for message in told] == ([True] if about else [])
    async with unit_of_work(EVERYWHERE):
        assert about is None or await fetch_value("SELECT count(*) FROM community") == 0


@pytest.mark.parametrize(
    ("stem", "text", "known"),
    [
        ("units", "unit,use\n１-101,residential\n", "1栋101"),
        ("units", "unit,use,building\n3栋1,residential,1号楼\n", "1"),
        ("people", "person,name\np１,陈静\n", "P1"),
        ("charge_items", "item,name_zh,kind\nFee,费,other\n", "fee"),
        ("meter_readings", "unit,item,meter,period,previous,current\n1栋101,water,w1,2026-11,0,1\n", "W1"),
    ],
)
async def test_another_spelling_of_what_is_known_is_told_with_the_known_name(tmp_path, stem, text, known):
    assert await mistakes(tmp_path / "a", GOOD) == []
    found = await mistakes(tmp_path / "b", {stem: text})
    assert [(one[0], one[1]) for one in found] == [(f"{stem}.csv", 2)]
    assert f"the existing “{known}”" in found[0][3]


async def test_two_known_homes_that_differ_by_their_spelling_alone_stay_two(tmp_path):
    assert await mistakes(tmp_path / "a", GOOD) == []
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE unit SET name = '1-101' WHERE name = '1栋102'")
    both = "unit,use,billable_area\n1栋101,residential,70\n1-101,residential,80\n"
    assert await mistakes(tmp_path / "b", {"units": both}) == []
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT name, billable_area::int AS area FROM unit WHERE name LIKE '1%101' ORDER BY 2")
    assert [tuple(row) for row in rows] == [("1栋101", 70), ("1-101", 80), ("10栋101", 300)]


async def test_spellings_meet_however_many_portions_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "portions_of", lambda size: 7)
    found = await mistakes(tmp_path, with_row("units", "1-101,,,,residential,50,,"))
    assert [one[:3] for one in found] == [("units.csv", 5, "unit")]
    assert "row 2" in found[0][3]


async def test_names_that_differ_by_more_than_their_spelling_are_two(tmp_path):
    more = "\n".join(f"{name},,,,residential,50,," for name in ("11栋01", "1栋1单元101", "1栋1010", "1栋B101"))
    assert await mistakes(tmp_path, with_row("units", more)) == []

"""What meters show goes on from month to month, is never counted twice, and what is far from usual has its reason."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

HEAD = "unit,item,meter,period,previous,current,reason\n"
KNOWN = """\
1栋101,water,W1,2026-09,80,90,
1栋101,water,W1,2026-10,90,100,
1栋102,water,W2,2026-10,0,0,
10栋101,water,W3,2026-10,0,14,
"""
WRONG = {
    "a part twice, against what is known": ("1栋101,water,W1,2026-11,99,110,", 2, "previous", "billed twice"),
    "a part left out": ("1栋101,water,W1,2026-11,101,110,", 2, "previous", "not be billed"),
    "a part twice within the file": (
        "1栋101,water,W1,2026-12,110,120,\n1栋101,water,W1,2026-11,100,111,", 2, "previous", "in row 3",
    ),
    "a part left out after months that nobody read": ("1栋101,water,W1,2027-02,150,151,", 2, "previous", "not be"),
    "a part twice, against a later month that is known": ("1栋101,water,W1,2026-08,75,81,", 2, "current", "twice"),
    "a month put right that no longer meets the next": ("1栋101,water,W1,2026-09,80,89,", 2, "current", "not be"),
    "a reason does not bill a part twice": ("1栋101,water,W1,2026-11,0,7,换表", 2, "previous", "own number"),
    "a lost decimal point": ("1栋101,water,W1,2026-11,100,1105,", 2, "current", "decimal point"),
    "a thousand times what others count, in a first month": ("1栋102,water,W9,2026-11,0,12000,", 2, "current", "usual"),
    "a thousand times what others count, after nothing": ("1栋102,water,W2,2026-11,0,12000,", 2, "current", "usual"),
}  # fmt: skip
RIGHT = {
    "what goes on": "1栋101,water,W1,2026-11,100,112.5,",
    "what goes on over months that nobody read": "1栋101,water,W1,2027-01,100,130,",
    "what comes late, in its place": "1栋101,water,W1,2026-08,70,80,",
    "what is left out for a reason": "1栋101,water,W1,2026-11,160,170,表走快，校表后退回",
    "what is high for a reason": "1栋101,water,W1,2026-11,100,1105,水管漏水",
    "a new meter": "1栋101,water,W1-2,2026-11,0,9,",
    "what is known": "1栋101,water,W1,2026-10,90,100,",
}  # fmt: skip


async def test_readings_go_on_from_each_other_and_what_is_unusual_has_its_reason(database, clean, tmp_path):
    files = {**GOOD, "meter_readings": HEAD + KNOWN}
    assert (await import_estate(write(tmp_path / "good", files), "qinghe", actor="cli")).ok
    for n, (name, (rows, *where, word)) in enumerate(WRONG.items()):
        folder = write(tmp_path / f"wrong{n}", {"meter_readings": f"{HEAD}{rows}\n"})
        report = (await import_estate(folder, "qinghe", actor="cli", dry_run=True)).as_json()
        assert [[e["row"], e["column"], word in e["message"]] for e in report["errors"]] == [[*where, True]], name
    for n, (name, rows) in enumerate(RIGHT.items()):
        folder = write(tmp_path / f"right{n}", {"meter_readings": f"{HEAD}{rows}\n"})
        assert (await import_estate(folder, "qinghe", actor="cli", dry_run=True)).as_json()["errors"] == [], name


async def test_a_first_import_knows_what_is_usual_from_its_own_rows(database, clean, tmp_path):
    rows = "1栋101,water,W1,2026-10,0,12,\n1栋102,water,W2,2026-10,0,11,\n10栋101,water,W3,2026-10,0,13000,{reason}\n"
    for reason, errors in (("", 1), ("酒店，含泳池", 0)):
        files = {**GOOD, "meter_readings": HEAD + rows.format(reason=reason)}
        report = await import_estate(write(tmp_path / f"{errors}", files), "qinghe", actor="cli")
        assert len(report.errors) == errors
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT reason FROM meter_reading WHERE meter = 'W3'") == "酒店，含泳池"

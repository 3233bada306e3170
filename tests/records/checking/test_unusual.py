"""What is shared out and how many of a thing a home has: far above what is usual needs its reason, at every door."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

COSTS = "item,period,amount,scope,reason\n"
KNOWN_COSTS = """\
light,2026-08,1200,community,
light,2026-09,1300,community,
light,2026-10,1250.5,community,
light,2026-10,101,building:1,
"""
CHARGES = "unit,item,quantity,from,to,reason\n"
KNOWN_CHARGES = """\
1栋101,bay,1,2024-01-01,2026-09-30,
1栋101,bay,2,2026-10-01,,
1栋102,bay,1,2026-01-01,,
"""
WRONG = {
    "a month a thousand times dearer": ("shared_costs", COSTS + "light,2026-11,1250500,community,", 2, "1300"),
    "one that is put right into what is far too much": (
        "shared_costs", COSTS + "light,2026-10,125050,community,", 2, "1300",
    ),
    "a building's first cost, against other buildings": (
        "shared_costs", COSTS + "light,2026-11,130000,building:10,", 2, "101",
    ),
    "a month after one in the same file": (
        "shared_costs", COSTS + "light,2026-12,20000,community,\nlight,2026-11,1200,community,", 2, "1300",
    ),
    "a thousand bays": ("unit_charges", CHARGES + "1栋101,bay,2000,2026-12-01,2026-12-01,", 2, "2"),
    "a first thousand bays, against others": ("unit_charges", CHARGES + "10栋101,bay,1000,2026-11-01,,", 2, "1"),
}  # fmt: skip
RIGHT = {
    "what is usual": ("shared_costs", COSTS + "light,2026-11,2600,community,"),
    "a building's first cost": ("shared_costs", COSTS + "light,2026-11,1000,building:10,"),
    "what is far above for a reason": ("shared_costs", COSTS + "light,2026-11,1250500,community,更换全部灯具"),
    "what is known": ("shared_costs", COSTS + KNOWN_COSTS),
    "a third bay": ("unit_charges", CHARGES + "1栋101,bay,3,2026-12-01,2026-12-01,"),
    "many bays for a reason": ("unit_charges", CHARGES + "10栋101,bay,1000,2026-11-01,,整层车库"),
}


async def test_costs_and_quantities_that_are_unusual_have_their_reason(database, clean, tmp_path):
    files = {**GOOD, "shared_costs": COSTS + KNOWN_COSTS, "unit_charges": CHARGES + KNOWN_CHARGES}
    assert (await import_estate(write(tmp_path / "good", files), "qinghe", actor="cli")).ok
    for n, (name, (stem, rows, line, usual)) in enumerate(WRONG.items()):
        folder = write(tmp_path / f"wrong{n}", {stem: f"{rows}\n"})
        report = (await import_estate(folder, "qinghe", actor="cli", dry_run=True)).as_json()
        column = "amount" if stem == "shared_costs" else "quantity"
        assert [(e["row"], e["column"]) for e in report["errors"]] == [(line, column)], name
        assert f"where {usual}" in report["errors"][0]["message"], name
    for n, (name, (stem, rows)) in enumerate(RIGHT.items()):
        folder = write(tmp_path / f"right{n}", {stem: f"{rows}\n"})
        assert (await import_estate(folder, "qinghe", actor="cli", dry_run=True)).as_json()["errors"] == [], name


async def test_a_reason_is_kept_and_what_it_explained_is_usual_from_then_on(database, clean, tmp_path):
    files = {**GOOD, "shared_costs": COSTS + KNOWN_COSTS, "unit_charges": CHARGES + KNOWN_CHARGES}
    assert (await import_estate(write(tmp_path / "good", files), "qinghe", actor="cli")).ok
    high = {
        "shared_costs": COSTS + "light,2026-11,1250500,community,更换全部灯具\n",
        "unit_charges": CHARGES + "10栋101,bay,1000,2026-11-01,2026-11-30,整层车库\n",
    }
    later = {
        "shared_costs": COSTS + "light,2026-12,1250500,community,\n",
        "unit_charges": CHARGES + "10栋101,bay,1000,2026-12-01,,\n",
    }
    for n, more in enumerate((high, later)):
        assert (await import_estate(write(tmp_path / f"{n}", more), "qinghe", actor="cli")).ok
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT reason FROM shared_cost WHERE period = '2026-11'") == "更换全部灯具"
        rows = await fetch("SELECT reason FROM unit_charge WHERE quantity = 1000 ORDER BY starts_on")
        assert [row["reason"] for row in rows] == ["整层车库", None]


async def test_a_first_import_knows_what_is_usual_from_its_own_rows(database, clean, tmp_path):
    costs = COSTS + "light,2026-09,120,community,\nlight,2026-10,110,community,\nlight,2026-11,121000,community,\n"
    charges = CHARGES + "1栋101,bay,1,,,\n1栋102,bay,1,,,\n10栋101,bay,1000,,,\n"
    files = {**GOOD, "shared_costs": costs, "unit_charges": charges}
    report = await import_estate(write(tmp_path / "first", files), "qinghe", actor="cli")
    found = report.as_json()["errors"]
    assert [(e["file"], e["row"], e["column"]) for e in found] == [
        ("unit_charges.csv", 4, "quantity"),
        ("shared_costs.csv", 4, "amount"),
    ]

"""A rate is for one month: another time in its unit is refused, and a cycle says what each bill will ask."""

import pytest

from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
PARKING = "bay,*,per_quantity,250,车位,1,"


async def imported(folder, row):
    """What is said of a bay's tariff that begins with these cells."""
    assert PARKING in GOOD["tariffs"]
    files = {**GOOD, "tariffs": GOOD["tariffs"].replace(PARKING, row)}
    return (await import_estate(write(folder, files), "qinghe", actor="cli", dry_run=True)).as_json()


async def test_a_price_for_a_quarter_is_refused_with_that_of_a_month(database, clean, tmp_path):
    for n, (row, word) in enumerate(
        (("bay,*,per_quantity,300,车位/季,3,", "100.00"), ("bay,*,fixed,100,年,12,", "per month"))
    ):
        (error,) = (await imported(tmp_path / str(n), row))["errors"]
        assert (error["file"], error["row"], error["column"], word in error["message"]) == (
            "tariffs.csv",
            5,
            "per",
            True,
        )


async def test_a_cycle_says_what_each_bill_will_ask(database, clean, tmp_path):
    report = await imported(tmp_path / "cycle", "bay,*,per_quantity,300,车位,3,")
    assert report["errors"] == []
    assert [(w["column"], "300.00 × 3 = 900.00" in w["message"]) for w in report["warnings"]] == [
        ("cycle_months", True)
    ]

"""A higher price by import waits for its month as one from the desk does, by whatever column it comes."""

from datetime import UTC, date, datetime

import pytest

from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.kit.period import Month
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

FREE = "2026-12-30"
BAY = "bay,*,per_quantity,250,车位,1,advance,half_month_15th,,yuan"
HOME = "fee,residential,per_area,3.2,m²,1,advance,daily_actual,0.7,fen"
SHOP = "fee,commercial,per_area,15,m²,1,advance,daily_actual,,fen"


@pytest.fixture
async def billed(database, clean, tmp_path):
    """The good folder, imported and billed for 2026-11, at noon of 2026-11-30 in Shanghai."""
    clock.start_at(datetime(2026, 11, 30, 4, tzinfo=UTC))
    report = await import_estate(write(tmp_path / "good", GOOD), "qinghe", actor="cli")
    assert report.ok, report.as_json()["errors"]
    async with unit_of_work(EVERYWHERE):
        community = await fetch_value("SELECT id FROM community")
    assert (await publish_run(community, Month(2026, 11), date(2026, 11, 3), approver="test")).totals.bills
    return community


def followed(row, changes, begins="2026-12-01"):
    """tariffs.csv in which a row ends on 2026-11-30 and goes on with other cells from a day on."""
    line = next(line for line in GOOD["tariffs"].splitlines() if line.startswith(row))
    *_, first, last, source = line.split(",")
    successor = f"{row},{begins},{last},{source}"
    for old, new in changes.items():
        assert old in successor
        successor = successor.replace(old, new, 1)
    ended = f"{row},{first},2026-11-30,{source}"
    return {"tariffs": GOOD["tariffs"].replace(line, ended) + successor + "\n"}


def beside(row):
    return {"tariffs": f"{GOOD['tariffs']}{row}\n"}


def item(row):
    return {"charge_items": f"{GOOD['charge_items']}{row}\n"}


SECURITY, RENT = item("security,保安费,Security,service_fee,,"), item("rent,租金,,rent,,")
TOO_SOON = {
    "a higher rate": followed(BAY, {",250,": ",251,"}),
    "a higher rate a day too early": followed(BAY, {",250,": ",251,"}, "2026-12-29"),
    "what was announced, sooner": followed(HOME, {",3.2,": ",3.5,"}),
    "a use of its own": beside("bay,residential,per_quantity,251,车位,1,advance,half_month_15th,,yuan,2026-12-01,,"),
    "a smaller rebate for vacancy": followed(HOME, {",0.7,": ",0.8,"}),
    "no rebate for vacancy": followed(HOME, {",0.7,": ",,"}),
    "another rounding": followed(SHOP, {",fen": ",yuan"}),
    "whole months": followed(SHOP, {"daily_actual": "full_month"}),
    "three months at once": followed(SHOP, {"m²,1,": "m²,3,"}),
    "a share of the cost": followed(SHOP, {"per_area,15,": "share_by_area,,"}),
    "another name": followed(SHOP, {"fee,": "security,", ",15,": ",16,"}) | SECURITY,
    "one more of the kind": beside("security,*,fixed,5,户,1,,,,,2020-01-01,,") | SECURITY,
    "another kind from now on": beside("rent,*,fixed,5,户,1,,,,,2026-12-01,,") | RENT,
}
AT_ONCE = {
    "a higher rate after its month": followed(BAY, {",250,": ",251,"}, FREE),
    "a lower rate": followed(BAY, {",250,": ",249,"}),
    "a larger rebate for vacancy": followed(HOME, {",0.7,": ",0.5,"}),
    "another name at the same price": followed(SHOP, {"fee,": "security,"}) | SECURITY,
    "what held before the first bill": beside("rent,*,fixed,5,户,1,,,,,2026-01-01,,") | RENT,
    "what one takes or leaves": beside("rent,*,per_quantity,5,次,1,,,,,2026-12-01,,") | RENT,
    "another clause": {"tariffs": GOOD["tariffs"].replace("第二条", "第九条")},
}


async def test_what_asks_more_waits_a_month_whatever_column_it_comes_by(billed, tmp_path):
    for name, files in TOO_SOON.items():
        report = (await import_estate(write(tmp_path / name, files), "qinghe", actor="cli", dry_run=True)).as_json()
        found = [(e["file"], e["row"], e["column"], FREE in e["message"]) for e in report["errors"]]
        assert found == [("tariffs.csv", 8, "from", True)], name


async def test_what_asks_no_more_or_waits_its_month_is_imported(billed, tmp_path):
    for name, files in AT_ONCE.items():
        report = await import_estate(write(tmp_path / name, files), "qinghe", actor="cli", dry_run=True)
        assert not report.errors and sum(report.created.values()) + sum(report.updated.values()), name


async def test_an_estate_that_has_billed_nothing_yet_may_begin_with_any_price(database, clean, tmp_path):
    assert (await import_estate(write(tmp_path / "good", GOOD), "qinghe", actor="cli")).ok
    dearer = followed(BAY, {",250,": ",900,"})
    assert (await import_estate(write(tmp_path / "again", dearer), "qinghe", actor="cli")).ok
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(announced_on) FROM tariff") == 0


async def test_what_comes_after_the_first_bill_says_when_it_was_shown_and_is_told(billed, tmp_path):
    files = followed(BAY, {",250,": ",251,"}, FREE)
    assert (await import_estate(write(tmp_path / "again", files), "qinghe", actor="cli")).ok
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT rate, announced_on FROM tariff WHERE announced_on IS NOT NULL")
        told = await fetch(
            "SELECT DISTINCT p.name FROM notice n JOIN person p ON p.id = n.person WHERE n.kind = 'rate_announced'"
        )
    assert [(str(rate.normalize()), on) for rate, on in rows] == [("251", date(2026, 11, 30))]
    assert {row["name"] for row in told} == {"陈静", "李明", "王芳", "赵敏"}

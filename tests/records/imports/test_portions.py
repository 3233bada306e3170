"""A large estate is read portion by portion; in how many makes no difference to what comes of it."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.records.reading import folder as reading_folder
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

HOMES = 40
LARGE = {
    **GOOD,
    "units": GOOD["units"] + "".join(f"3栋{n},3,,,residential,{60 + n},,\n" for n in range(HOMES)),
    "people": GOOD["people"] + "".join(f"Q{n},业主{n},137000000{n:02d},,\n" for n in range(HOMES)),
    "occupancies": GOOD["occupancies"] + "".join(f"3栋{n},Q{n},owner,1,,\n" for n in range(HOMES)),
    "opening_balances": GOOD["opening_balances"]
    + "".join(f"3栋{n},fee,2026-07,2026-07-15,{n + 1}\n" for n in range(HOMES)),
}
STORED = (
    "SELECT u.name, u.billable_area, p.external_id, h.phone, o.share, b.period, l.amount FROM unit u"
    " LEFT JOIN occupancy o ON o.unit = u.id LEFT JOIN person p ON p.id = o.person LEFT JOIN human h ON h.id = p.human"
    " LEFT JOIN bill b ON b.unit = u.id LEFT JOIN bill_line l ON l.bill = b.id ORDER BY 1, 3, 6, 7"
)


@pytest.fixture(params=[1, 7])
def portions(request, monkeypatch):
    """How many portions the folder of these tests is read in."""
    monkeypatch.setattr(reading_folder, "portions_of", lambda size: request.param)
    return request.param


async def bring(folder, files):
    return await import_estate(write(folder, files), "qinghe", actor="cli")


async def test_every_home_and_person_comes_in_once(tmp_path, portions):
    report = await bring(tmp_path, LARGE)
    assert dict(report.created) == {stem: len(text.splitlines()) - 1 for stem, text in LARGE.items()}
    async with unit_of_work(EVERYWHERE):
        stored = [tuple(row) for row in await fetch(STORED)]
        told = await fetch("SELECT facts FROM audit_entry WHERE verb = 'opening_balances_issued'")
    assert len(stored) == 8 + HOMES  # the three of 1栋102 owe or see two lines each
    assert sum(row[6] for row in stored if row[0].startswith("3栋")) == 100 * sum(range(1, HOMES + 1))
    assert all(row[3] for row in stored if row[0].startswith("3栋"))
    assert len(told) == 1
    again = await bring(tmp_path, LARGE)
    assert (sum(again.created.values()), sum(again.updated.values())) == (0, 0)
    assert dict(again.unchanged) == dict(report.created)


async def test_mistakes_are_found_across_portions_and_nothing_is_saved(tmp_path, portions):
    files = {
        **LARGE,
        "occupancies": LARGE["occupancies"] + "3栋1,Q2,co_owner,0.5,,\n3栋777,Q1,owner,1,,\n3栋3,Q888,tenant,,,\n",
        "people": LARGE["people"] + "Q5,又一个,,,\n",
        "shared_costs": GOOD["shared_costs"] + "light,2026-12,5,building:3\nlight,2026-12,5,building:4\n",
    }
    report = await bring(tmp_path, files)
    found = [(e["file"], e["row"], e["column"]) for e in report.as_json()["errors"]]
    at = len(LARGE["occupancies"].splitlines())
    assert found == [
        ("people.csv", len(LARGE["people"].splitlines()) + 1, "person"),
        ("occupancies.csv", at + 1, "share"),
        ("occupancies.csv", at + 2, "unit"),
        ("occupancies.csv", at + 3, "person"),
        ("shared_costs.csv", 5, "scope"),
    ]
    async with unit_of_work(EVERYWHERE):
        assert await fetch("SELECT 1 FROM community") == []

"""Staff find homes, people and bills of their own communities, and see no more of a phone than they need."""

from datetime import date

import pytest

from portal.homes.directory.desk_queries import units_at
from portal.kit.errors import Missing
from portal.kit.text import loose, sort_key
from portal.overview.desk.lookup import search, unit_page
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.records.saving.actions import import_estate
from tests import builders, cast
from tests.client import browser
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def estate(database, clean, tmp_path):
    """The cast's estate, with an opening balance on 1栋101."""
    found = await cast.mingxi()
    files = {
        "community": GOOD["community"].replace("qinghe", "mingxi"),
        "charge_items": GOOD["charge_items"],
        "opening_balances": "unit,item,period,due_on,amount\n1栋101,fee,2026-08,2026-08-15,385.60\n",
        "units": "unit,use\n10栋101,office\n2栋1单元101,residential\n",
    }
    report = await import_estate(write(tmp_path, files), "mingxi", actor="cli")
    assert report.ok, report.as_json()["errors"]
    return found


def test_digits_sort_by_their_value():
    assert sorted(["10栋101", "2栋101", "2栋1001", "商铺2", "商铺10"], key=sort_key) == [
        "2栋101", "2栋1001", "10栋101", "商铺2", "商铺10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["1栋101", "1-101", "1 101", "1幢101室", "1号楼101", "一栋101", "１－１０１", " 1栋101 ", "1#101"]
)
def test_a_home_has_one_name_however_it_is_typed(typed):
    assert loose(typed) == "1-101"


@pytest.mark.parametrize("typed", ["1栋101", "1-101", "1幢101室", "一栋101"])
async def test_a_home_is_found_by_its_common_name(estate, typed):
    assert [unit.name for unit in (await search(estate["冯丽"], typed)).units] == ["1栋101"]


async def test_a_part_of_a_name_finds_all_that_hold_it(estate):
    found = await search(estate["冯丽"], "2-101")
    assert [unit.name for unit in found.units] == ["2栋1单元101"]
    found = await search(estate["冯丽"], "101")
    assert {unit.name for unit in found.units} == {"1栋101", "2栋1单元101", "10栋101"}


async def test_a_building_comes_before_homes_that_only_hold_its_number(estate):
    names = [unit.name for unit in (await search(estate["冯丽"], "2栋")).units]
    assert names[0] == "2栋1单元101" and "1栋102" in names
    assert (await search(estate["冯丽"], "10栋")).units[0].name == "10栋101"


async def test_what_does_not_fit_the_lists_is_counted_and_said(estate, settings):
    for number in range(301, 336):
        await builders.unit(estate.community, f"7栋{number}")
        await builders.owner(estate.community, f"欧阳{number}", f"19900007{number}")
    found = await search(estate["冯丽"], "7栋")
    assert (len(found.units), found.more_units) == (30, 5)
    people = await search(estate["冯丽"], "欧阳")
    assert (len(people.people), people.more_people) == (30, 5)
    async with browser(settings, estate["冯丽"]) as client:
        assert "还有 5 套房屋没有列出" in (await client.get("/desk/search?q=7栋")).text
        assert "还有 5 人没有列出" in (await client.get("/desk/search?q=欧阳")).text


async def test_a_person_is_found_by_name_and_by_the_end_of_a_phone_which_stays_masked(estate):
    for words in ("陈静", "陈", "0101", "19900000101", "+8619900000101"):
        (person,) = (await search(estate["冯丽"], words)).people
        assert (person.name, person.phone, [name for _, name in person.units]) == ("陈静", "199****0101", ["1栋101"])
    assert (await search(estate["沈平"], "陈静")).people[0].phone == "19900000101"
    assert (await search(estate["冯丽"], "101")).people == []


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "･", " · ", ""])
async def test_a_person_is_found_with_any_middle_dot(estate, dot):
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE person SET name = '买买提·阿不都' WHERE name = '陈静'")
    assert [one.name for one in (await search(estate["冯丽"], f"买买提{dot}阿不都")).people] == ["买买提·阿不都"]


async def test_a_bill_is_found_by_its_number(estate):
    assert [(bill.number, bill.unit) for bill in (await search(estate["冯丽"], "1")).bills] == [(1, "1栋101")]


async def test_wildcards_and_nothing_find_nothing(estate):
    for words in ("", "  ", "·", "%", "_", ".*", "\\", "栋(", "99999999999999999999"):
        found = await search(estate["冯丽"], words)
        assert found.people == found.bills == []


async def test_another_estate_is_neither_found_nor_shown(estate):
    other = await cast.donghu()
    found = await search(other["韩冰"], "1栋101")
    assert found.none
    assert (await search(other["韩冰"], "陈静")).none
    assert (await search(other["韩冰"], "1")).bills == []
    with pytest.raises(Missing):
        await unit_page(other["韩冰"], estate.units["1栋101"])
    assert [unit.name for unit in (await units_at(other["韩冰"])).units] == ["8栋801"]


async def test_a_home_shows_its_people_over_time_and_what_is_outstanding(estate):
    found = await unit_page(estate["沈平"], estate.units["1栋101"])
    assert (found.outstanding.fen, [one.owed_by for one in found.bills]) == (38560, ["陈静"])
    sold = await unit_page(estate["沈平"], estate.units["1栋104"])
    assert {(tie.name, tie.starts_on, tie.ends_on) for tie in sold.unit.ties} == {
        ("周杰", None, date(2026, 10, 14)),
        ("吴霞", date(2026, 10, 15), None),
    }


async def test_the_pages_answer_to_staff_only(estate, settings):
    unit = estate.units["1栋101"]
    paths = ["/desk/units", "/desk/units?q=1", f"/desk/units/{unit}", "/desk/search", "/desk/search?q=1-101"]
    async with browser(settings, estate["冯丽"]) as client:
        for path in paths:
            answer = await client.get(path)
            assert answer.status_code == 200, path
        assert f"/desk/units/{unit}" in answer.text
        shown = (await client.get(f"/desk/units/{unit}")).text
        assert "199****0101" in shown
        assert 'data-outstanding="38560"' in shown
        assert (await client.get("/desk/units/00000000-0000-4000-8000-000000000000")).status_code == 404
    async with browser(settings, estate["陈静"]) as client:
        assert (await client.get(paths[0])).status_code == 403
    async with browser(settings) as client:
        assert (await client.get(paths[0])).status_code == 303

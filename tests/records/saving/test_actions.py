"""An estate comes in whole or not at all, and the same files twice change nothing."""

import asyncio
import csv
from datetime import date

import pytest

from demo.estate import write_estate
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.records.saving.actions import import_estate
from tests.records.imports.files import GOOD, replaced, with_row, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
ROWS = {stem: len(text.splitlines()) - 1 for stem, text in GOOD.items()}


async def bring(folder, files, code="qinghe", **how):
    encoding = how.pop("encoding", "utf-8")
    return await import_estate(write(folder, files, encoding=encoding), code, actor="cli", **how)


async def everything():
    """Every row of every table of ours, to compare before and after."""
    async with unit_of_work(EVERYWHERE):
        tables = await fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'pgqueuer%' ORDER BY relname"
        )
        return {
            row["relname"]: await fetch_value(
                f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM \"{row['relname']}\" t"
            )
            for row in tables
        }


async def one(sql, *values):
    async with unit_of_work(EVERYWHERE):
        return await fetch_one(sql, *values)


async def all_(sql, *values):
    async with unit_of_work(EVERYWHERE):
        return [tuple(row) for row in await fetch(sql, *values)]


async def test_a_good_folder_makes_the_community_with_exact_counts(tmp_path):
    report = await bring(tmp_path, GOOD)
    assert report.as_json() == {
        "created": ROWS,
        "updated": dict.fromkeys(ROWS, 0),
        "unchanged": dict.fromkeys(ROWS, 0),
        "errors": [],
        "warnings": [],
        "dry_run": False,
    }
    estate = await one("SELECT * FROM community WHERE code = 'qinghe'")
    assert (estate["opens_at"].isoformat(), estate["closes_at"].isoformat()) == ("08:30:00", "17:30:00")
    assert (estate["acknowledge_hours"], estate["reply_hours"], estate["close_days"]) == (1, 24, 3)
    assert estate["approval_limit"] == 50000


async def test_the_same_files_twice_change_nothing(tmp_path):
    await bring(tmp_path, GOOD)
    before = await everything()
    report = await bring(tmp_path, GOOD)
    assert await everything() == before
    assert (dict(report.unchanged), sum(report.created.values()), sum(report.updated.values())) == (ROWS, 0, 0)


async def test_a_dry_run_counts_the_same_and_saves_nothing(tmp_path):
    before = await everything()
    report = await bring(tmp_path, GOOD, dry_run=True)
    assert report.ok
    assert dict(report.created) == ROWS
    assert await everything() == before


async def test_one_mistake_in_the_last_file_saves_nothing_of_the_others(tmp_path):
    before = await everything()
    report = await bring(tmp_path, replaced("accounts", "308970.85", "308970.855"))
    assert [(e["file"], e["row"], e["column"]) for e in report.as_json()["errors"]] == [("accounts.csv", 2, "amount")]
    assert report.as_json()["created"] == {}
    assert await everything() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_names_survive_each_encoding(tmp_path, encoding):
    assert (await bring(tmp_path, GOOD, encoding=encoding)).ok
    assert await all_("SELECT name FROM unit ORDER BY sort_key") == [("1栋101",), ("1栋102",), ("10栋101",)]


async def test_quoted_cells_may_hold_commas_and_line_breaks_and_rows_are_counted_in_lines(tmp_path):
    files = replaced("tariffs", "第一条\nfee,residential,per_area,3.5", '"第一条,\n第二款"\nfee,nowhere,per_area,3.5')
    report = await bring(tmp_path, {stem: text.replace("\n", "\r\n") for stem, text in files.items()})
    assert [(e.row, e.column) for e in report.errors] == [(4, "use")]


async def test_phones_are_one_sign_in_in_every_community_and_for_every_person(tmp_path):
    await bring(tmp_path / "a", with_row("people", "P9,陈静（代）,19900000101,,"))
    other = {
        "community": GOOD["community"].replace("qinghe", "lanting"),
        "people": "person,name,phone\nX,陈静,0086 19900000101\n",
    }
    assert (await bring(tmp_path / "b", other, code="lanting")).ok
    assert await all_("SELECT count(*), count(DISTINCT human) FROM person WHERE phone = '+8619900000101'") == [(3, 1)]
    assert await all_("SELECT count(*) FROM human WHERE phone IS NOT NULL") == [(3,)]


async def test_a_new_phone_is_another_sign_in_and_ends_the_sessions_of_the_old_one(tmp_path):
    await bring(tmp_path, GOOD)
    old = (await one("SELECT human FROM person WHERE external_id = 'P1'"))["human"]
    async with unit_of_work(EVERYWHERE):
        await fetch(
            "INSERT INTO web_session (id, token_sha256, human, audience, user_agent, created_at, seen_at, expires_at)"
            " VALUES (gen_random_uuid(), 'x', $1, 'owner', '', now(), now(), now() + interval '1 day')",
            old,
        )
    report = await bring(tmp_path / "b", {"people": "person,name,phone\nP1,陈静,19900000199\n"})
    assert report.updated == {"people": 1}
    assert (await one("SELECT revoked_at FROM web_session"))["revoked_at"] is not None
    assert (await one("SELECT human FROM person WHERE external_id = 'P1'"))["human"] != old
    await bring(tmp_path / "c", {"people": "person,name,phone\nP1,陈静,\n"})
    person = await one("SELECT human, phone, email FROM person WHERE external_id = 'P1'")
    assert (person["human"], person["phone"], person["email"]) == (None, None, "chen@example.com")


async def test_a_column_that_is_not_there_leaves_values_and_an_empty_cell_makes_them_unknown(tmp_path):
    await bring(tmp_path, GOOD)
    report = await bring(tmp_path / "b", {"units": "unit,use,floor\n1栋101,residential,\n"})
    assert report.as_json()["updated"] == {"units": 1}
    unit = await one("SELECT floor, billable_area, occupancy FROM unit WHERE name = '1栋101'")
    assert (unit["floor"], str(unit["billable_area"]), unit["occupancy"]) == (None, "89.3700", "owner")


async def test_an_empty_folder_of_optional_columns_is_enough(tmp_path):
    report = await bring(
        tmp_path,
        {
            "community": "code,name\nqinghe,清荷里\n",
            "units": "use,unit\nparking,车位1\n",
            "charge_items": "item,name_zh,kind\nfee,费,other\n",
            "tariffs": "item,use,formula,rate\nfee,*,fixed,10\n",
        },
    )
    assert report.ok, report.as_json()["errors"]
    assert {w.column for w in report.warnings} == {"fee_mode", "due_rule"}
    tariff = await one("SELECT * FROM tariff")
    assert (tariff["cycle_months"], tariff["timing"], tariff["proration"]) == (1, "advance", "full_month")
    assert (tariff["starts_on"], tariff["rounding"]) == (None, "fen")


async def test_roles_of_a_login_add_up(tmp_path):
    await bring(tmp_path, GOOD)
    report = await bring(tmp_path / "b", {"staff": "login,name,roles\nfeng,冯丽,finance\nfeng,冯丽,legal\n"})
    assert (report.updated, report.unchanged) == ({"staff": 1}, {"staff": 0})
    assert await all_("SELECT s.roles, department FROM staff s WHERE name = '冯丽'") == [
        (["clerk", "finance", "legal", "service"], "客服部")
    ]


async def test_a_changed_role_ends_the_sessions_and_an_unchanged_one_does_not(tmp_path):
    await bring(tmp_path, GOOD)
    async with unit_of_work(EVERYWHERE):
        await fetch(
            "INSERT INTO web_session (id, token_sha256, human, audience, user_agent, created_at, seen_at, expires_at)"
            " SELECT gen_random_uuid(), login, id, 'staff', '', now(), now(), now() + interval '1 day' FROM human"
            " WHERE login IN ('feng', 'shen')"
        )
    await bring(tmp_path / "b", {"staff": "login,name,roles\nfeng,冯丽,finance\nshen,沈平,manager\n"})
    assert await all_("SELECT token_sha256 FROM web_session WHERE revoked_at IS NULL") == [("shen",)]


async def test_rows_of_absent_files_and_absent_rows_are_left_alone(tmp_path):
    await bring(tmp_path, GOOD)
    report = await bring(tmp_path / "b", {"units": "unit,use\n2栋101,storage\n"})
    assert (report.created, report.unchanged) == ({"units": 1}, {"units": 0})
    assert await all_("SELECT count(*) FROM unit") == [(4,)]


async def test_opening_balances_are_one_bill_for_each_unit_and_month_owed_by_all_owners(tmp_path):
    await bring(tmp_path, GOOD)
    bills = await all_(
        "SELECT b.period, b.kind, b.due_on, b.issued_on <= b.due_on, w.fen, count(m.person)"
        " FROM bill b JOIN bill_balance w ON w.bill = b.id"
        " JOIN debtor_member m ON m.debtor = b.debtor GROUP BY 1, 2, 3, 4, 5, b.number ORDER BY b.number"
    )
    assert bills == [
        ("2026-08", "opening", date(2026, 8, 15), True, 63560, 2),
        ("2026-09", "opening", date(2026, 9, 15), True, 450000, 1),
    ]
    assert await all_("SELECT kind, count(*) FROM journal GROUP BY 1") == [("opening", 2)]


async def test_accounts_become_a_draft_that_a_corrected_file_rewrites(tmp_path):
    await bring(tmp_path, GOOD)
    changed = replaced("accounts", "308970.85", "308970.86")
    report = await bring(tmp_path, changed)
    assert (report.updated["accounts"], report.unchanged["accounts"]) == (1, 1)
    assert await all_("SELECT version, state FROM statement ORDER BY version") == [(1, "draft")]
    assert await all_("SELECT amount FROM statement_line ORDER BY position") == [(30897086,), (-26146706,)]
    assert sum((await bring(tmp_path, changed)).updated.values()) == 0


async def test_the_demo_estate_comes_in_and_comes_in_again(tmp_path):
    write_estate(tmp_path, date(2026, 11, 23))
    rows = {}
    for path in tmp_path.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            rows[path.stem] = sum(1 for _ in csv.DictReader(file))
    report = await import_estate(tmp_path, "yanxi", actor="cli")
    assert report.as_json()["errors"] == []
    assert dict(report.created) == rows
    again = await import_estate(tmp_path, "yanxi", actor="cli")
    assert dict(again.unchanged) == rows


async def test_a_community_of_the_same_names_is_never_touched(tmp_path):
    await bring(tmp_path / "a", GOOD)
    other = {**GOOD, "community": GOOD["community"].replace("qinghe", "lanting")}
    report = await bring(tmp_path / "b", other, code="lanting")
    assert dict(report.created) == ROWS
    assert await all_("SELECT community, count(*) FROM unit GROUP BY 1 ORDER BY 1") == [(1, 3), (2, 3)]


async def test_of_two_imports_at_once_the_second_finds_everything_there(tmp_path):
    write(tmp_path, GOOD)
    both = await asyncio.gather(*(import_estate(tmp_path, "qinghe", actor="cli") for _ in range(4)))
    assert sorted(sum(report.created.values()) for report in both) == [0, 0, 0, sum(ROWS.values())]
    assert await all_("SELECT count(*) FROM bill") == [(2,)]

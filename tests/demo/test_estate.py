"""The demo estate is complete, consistent and the same for the same day, whatever day it is."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from demo import prices
from demo.estate import COLUMNS, estate, write_estate
from demo.homes import AREA
from demo.people import DEBTORS, EARLY, PERSONAS, PHONES, STAFF, owes_days, pays, persona
from portal.fees.tariffs.states import Formula, ItemKind, Proration, Rounding, Timing, Voucher
from portal.kit.period import Month

DAYS = [
    date(2026, 11, 23),
    date(2027, 1, 31),
    date(2028, 2, 29),
    date(2027, 3, 1),
    date(2026, 12, 31),
    date(2029, 10, 1),
]
INTERFACE = {
    "community": "code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline, contract_ref, company, "
    "credit_code, address, phone, bank, account_name, account_no, expense_limit",
    "units": "unit, building, stairwell, floor, use, billable_area, occupancy, handed_over_on",
    "people": "person, name, phone, email, language",
    "occupancies": "unit, person, role, share, from, to",
    "staff": "login, name, roles, department",
    "committee": "person, post, votes, from, to",
    "charge_items": "item, name_zh, name_en, kind, tax_rate, voucher",
    "tariffs": "item, use, formula, rate, per, cycle_months, timing, proration, vacancy_rate, rounding, from, to, "
    "source",
    "unit_charges": "unit, item, quantity, from, to",
    "meter_readings": "unit, item, meter, period, previous, current",
    "shared_costs": "item, period, amount, scope",
    "opening_balances": "unit, item, period, due_on, amount",
    "service_standards": "area, item_zh, item_en, frequency, per, grade, source",
    "accounts": "statement, title, from, to, kind, fund, side, category, item_zh, item_en, amount, budget, prior, note",
}


@pytest.fixture(params=DAYS, ids=str)
def on(request):
    return request.param


@pytest.fixture
def files(on, tmp_path):
    write_estate(tmp_path, on)
    found = {}
    for path in tmp_path.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)


def holds(row: dict[str, str], on: date) -> bool:
    return day(row["from"]) <= on and (not row["to"] or day(row["to"]) >= on)


def test_every_file_has_exactly_the_columns_of_the_interface(files):
    assert {stem: columns.split() for stem, columns in COLUMNS.items()} == {
        stem: columns.split(", ") for stem, columns in INTERFACE.items()
    }
    assert {stem: list(rows[0]) for stem, rows in files.items()} == {
        stem: columns.split(", ") for stem, columns in INTERFACE.items()
    }


def test_the_same_day_gives_the_same_bytes_and_another_day_other_dates(tmp_path):
    for folder in ("one", "two"):
        write_estate(tmp_path / folder, date(2026, 11, 23))
    write_estate(tmp_path / "three", date(2026, 12, 23))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert (tmp_path / "one/tariffs.csv").read_bytes() != (tmp_path / "three/tariffs.csv").read_bytes()
    assert (tmp_path / "one/people.csv").read_bytes() == (tmp_path / "three/people.csv").read_bytes()


def test_it_has_320_homes_40_shops_and_120_bays_taken(files, on):
    assert Counter(row["use"] for row in files["units"]) == {"residential": 320, "commercial": 40}
    assert len({row["unit"] for row in files["units"]}) == 360
    bays = Counter()
    for row in files["unit_charges"]:
        bays[row["item"]] += int(row["quantity"]) * holds(row, on)
    assert bays == {"parking_owned": 40, "parking_rented": 80}
    assert {row["occupancy"] for row in files["units"]} == {"owner", "let", "vacant"}


def test_a_month_of_service_fees_is_the_billing_of_the_published_accounts():
    assert prices.monthly_service_fees().yuan == Decimal("327509.10")


def test_keys_are_unique_and_everything_refers_to_something(files):
    keys = {
        "people": ("person",), "staff": ("login",), "charge_items": ("item",), "tariffs": ("item", "use", "from"),
        "unit_charges": ("unit", "item", "from"), "meter_readings": ("unit", "meter", "period"),
        "shared_costs": ("item", "period", "scope"), "opening_balances": ("unit", "item", "period"),
        "occupancies": ("unit", "person"), "committee": ("person",),
    }  # fmt: skip
    for stem, columns in keys.items():
        found = Counter(tuple(row[column] for column in columns) for row in files[stem])
        assert set(found.values()) == {1}, stem
    known = {"unit": "units", "person": "people", "item": "charge_items"}
    for stem, rows in files.items():
        for column in known.keys() & COLUMNS[stem].split():
            assert {row[column] for row in rows} <= {row[column] for row in files[known[column]]}, (stem, column)
    assert {row["person"] for row in files["people"]} == {row["person"] for row in files["occupancies"]}


def test_people_are_invented_and_their_numbers_belong_to_nobody(files):
    phones = [row["phone"] for row in files["people"] if row["phone"]]
    assert len(set(phones)) == len(phones) > 400
    assert len(phones) < len(files["people"])
    assert all(len(phone) == 11 and phone.startswith(PHONES) for phone in [*phones, files["community"][0]["hotline"]])
    assert all(not row["email"] or row["email"].endswith("@example.com") for row in files["people"])
    names = [row["name"] for row in files["people"]] + [row["name"] for row in files["staff"]]
    assert len(set(names)) == len(names)
    assert files["community"][0]["hotline"] not in phones


def test_every_unit_has_owners_whose_shares_sum_to_one_on_every_billed_day(files, on):
    owners = defaultdict(list)
    for row in files["occupancies"]:
        if row["role"] == "tenant":
            assert row["share"] == ""
        else:
            owners[row["unit"]].append(row)
    first = prices.billed_periods(on)[0].first
    for unit in (row["unit"] for row in files["units"]):
        for then in (first + timedelta(days=n) for n in range(0, (on - first).days + 1, 7)):
            assert sum(Decimal(row["share"]) for row in owners[unit] if holds(row, then)) == 1


def test_let_homes_have_a_tenant_and_others_do_not(files):
    let = {row["unit"] for row in files["units"] if row["occupancy"] == "let"}
    assert let == {row["unit"] for row in files["occupancies"] if row["role"] == "tenant"}


def test_tariffs_show_every_formula_proration_and_rounding_with_a_source(files):
    book = files["tariffs"]
    assert {row["formula"] for row in book} == set(Formula)
    assert {row["proration"] for row in book} == set(Proration)
    assert {row["rounding"] for row in book} == set(Rounding)
    assert {row["timing"] for row in book} <= set(Timing)
    assert {row["kind"] for row in files["charge_items"]} <= set(ItemKind)
    assert {row["voucher"] for row in files["charge_items"]} == set(Voucher)
    assert all(row["source"] for row in book)
    assert all(bool(row["rate"]) != row["formula"].startswith("share") for row in book)
    assert {row["vacancy_rate"] for row in book} == {"", "0.7"}


def test_the_rent_of_a_bay_rises_without_gap_or_overlap_in_the_month_of_the_day(files, on):
    before, now = [row for row in files["tariffs"] if row["item"] == "parking_rented"]
    assert day(now["from"]) == Month.of(on).first == day(before["to"]) + timedelta(days=1)
    assert Decimal(now["rate"]) > Decimal(before["rate"])


def test_one_of_the_billed_months_bills_the_quarter(on):
    starts = [period.since(prices.start(on)) % 3 for period in prices.billed_periods(on)]
    assert starts == [2, 0, 1]


def test_meters_go_on_where_they_stopped_and_empty_homes_use_nothing(files, on):
    vacant = {row["unit"] for row in files["units"] if row["occupancy"] == "vacant"}
    last = {}
    for row in sorted(files["meter_readings"], key=lambda row: row["period"]):
        assert int(row["previous"]) == last.get(row["meter"], int(row["previous"])) <= int(row["current"])
        assert row["unit"] not in vacant or row["previous"] == row["current"]
        last[row["meter"]] = int(row["current"])
    assert {row["period"] for row in files["meter_readings"]} == {str(month) for month in prices.billed_periods(on)}
    assert len(last) == 320


def test_shared_costs_cover_each_billed_month_and_each_building(files, on):
    scopes = Counter((row["period"], row["item"]) for row in files["shared_costs"])
    for period in prices.billed_periods(on):
        assert scopes[str(period), "lift_electricity"] == 10
        assert scopes[str(period), "common_electricity"] == scopes[str(period), "common_water"] == 1
    buildings = {f"building:{row['building']}" for row in files["units"] if row["use"] == "residential"}
    assert {row["scope"] for row in files["shared_costs"]} == {"community", *buildings}


@pytest.mark.parametrize(("key", "days"), [("forgot", 10), ("owes25", 25), ("owes45", 45), ("owes80", 80)])
def test_debts_are_as_old_as_the_stories_say(files, on, key, days):
    unit = persona(key).units[0]
    dues = [day(row["due_on"]) for row in files["opening_balances"] if row["unit"] == unit]
    dues += [period.day(15) for period in prices.billed_periods(on) if not pays(unit, period.day(15), on)]
    assert on - min(dues) == timedelta(days=days)


def test_an_old_balance_never_stands_in_the_way_of_a_billed_line(files, on):
    charged = {row["item"] for row in files["tariffs"]}
    for row in files["opening_balances"]:
        assert row["item"] not in charged or Month.parse(row["period"]) < prices.billed_periods(on)[0]


def test_the_sale_happened_between_two_bills_and_before_the_day(files, on):
    seller, buyer = persona("seller"), persona("buyer")
    rows = {row["person"]: row for row in files["occupancies"] if row["unit"] == seller.units[0]}
    assert day(rows[seller.person]["to"]) + timedelta(days=1) == day(rows[buyer.person]["from"]) <= on
    assert Month.of(day(rows[buyer.person]["from"])) == Month.of(on) + -1


def test_the_developer_owns_a_home_until_its_keys_are_given(files):
    rows = {row["person"]: row for row in files["occupancies"] if row["unit"] == persona("newcomer").units[0]}
    unit = next(row for row in files["units"] if row["unit"] == persona("newcomer").units[0])
    assert rows[persona("newcomer").person]["from"] == unit["handed_over_on"]
    assert day(rows[persona("developer").person]["to"]) + timedelta(days=1) == day(unit["handed_over_on"])


def test_personas_own_what_their_stories_say(files):
    for one in PERSONAS:
        held = {row["unit"] for row in files["occupancies"] if row["person"] == one.person and row["role"] == one.role}
        assert held == set(one.units)
    assert len({one.key for one in PERSONAS}) == len({one.person for one in PERSONAS}) == len(PERSONAS)


def test_most_people_pay_and_the_rest_owe_for_all_kinds_of_time(on):
    days = [owes_days(unit) for unit in AREA]
    assert 15 <= sum(one > 0 for one in days) <= 30
    assert days.count(EARLY) > 50
    assert set(DEBTORS) <= set(AREA)
    assert pays("1栋101", Month.of(on).day(31), on)
    assert not pays("4栋401", prices.billed_periods(on)[0].day(15), on)


def test_staff_of_every_role_work_in_a_department(files):
    roles = {role for row in files["staff"] for role in row["roles"].split(";")}
    assert roles == {"clerk", "steward", "service", "finance", "manager", "legal", "auditor", "admin"}
    assert {row["department"] for row in files["staff"]} == {"客服部", "工程部", "财务部", "法务部", "经理室"}
    assert len(STAFF) == len(files["staff"])


def test_statements_are_over_before_the_day_and_speak_of_no_year_of_their_source(files, on):
    for row in files["accounts"]:
        assert day(row["to"]) < on or row["kind"] == "budget"
        assert all(f"{year}年" not in row["item_zh"] for year in (2017, 2018, 2019))
        assert "滞纳金" not in row["item_zh"]


def test_the_rows_are_made_in_the_order_in_which_they_depend_on_each_other():
    assert list(estate(DAYS[0])) == list(INTERFACE)

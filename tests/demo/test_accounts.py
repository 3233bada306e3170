"""The demo's accounts, costs and photos belong to one estate: homes, bays, staff and sums agree with each other."""

import re
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from demo import accounts, prices
from demo.desk_story import ROUNDS
from demo.homes import AREA
from demo.photos import KINDS, photo_of
from portal.accounts.findings.totals import computed
from portal.kit.money import Money
from tests.demo.test_estate import DAYS

PAID = {"service_fee": Money(30_000_000), "parking_rented": Money(1_800_000)}
BILLED = {"common_electricity": Money(2_500_000), "common_water": Money(390_000), "water": Money(1_500_000)}


@pytest.fixture(params=DAYS, ids=str)
def on(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


def yuan(rows) -> Decimal:
    return sum((Decimal(str(row["amount"])) for row in rows), Decimal(0))


def test_budget_and_costs_agree_with_the_homes_the_bays_and_the_staff(on):
    year = accounts.rents_month(on).year + 1
    budget = {row["item_zh"]: row for row in accounts.accounts(on) if row["statement"] == f"budget-{year}"}
    assert {row["kind"] for row in budget.values()} == {"budget"}
    assert yuan([budget["管理费收入"]]) == prices.monthly_service_fees().yuan * 12
    mended = {row["item_zh"]: row for row in accounts.corrected_budget(on)}
    assert yuan([budget["停车费收入"]]) < yuan([mended["停车费收入"]]) == (80 * 250 + 40 * 110 + 6000) * 12
    assert budget["外墙翻新及渗水维修"]["fund"] == "service_fee", "as it was first published"
    assert mended["外墙翻新及渗水维修"]["fund"] == "maintenance_fund"
    costs = {row["item_zh"]: row for row in accounts.figures("costs")}
    assert costs["垃圾清运"]["note"] == f"{len(AREA)}×18"
    posts = sum(int(n) for n in re.findall(r"(?:管理|客服|工程|财务|秩序) (\d+)", costs["薪酬"]["note"]))
    assert f"{posts} 人" in costs["薪酬"]["note"] and f"{posts}×350" == costs["餐补"]["note"]
    assert yuan([row for row in accounts.accounts(on) if row["statement"].startswith("common-")]) == Decimal("24178.91")


def test_a_sum_in_a_note_comes_to_its_line_but_for_the_one_fault_that_is_mended(on):
    told = [*accounts.accounts(on), *accounts.corrected_budget(on), *accounts.booked_accounts(on, PAID, BILLED)]
    wrong = [
        row["item_zh"] for row in told
        if row["statement"][:6] != "common" and computed(row["note"]) not in (None, Money.of_yuan(str(row["amount"])))
    ]  # fmt: skip
    assert wrong == ["停车费收入"]


def test_the_managers_share_is_nine_per_cent_and_what_is_collected_for_others_is_passed_on(on):
    rows = accounts.booked_accounts(on, PAID, BILLED)
    by = defaultdict(list)
    for row in rows:
        by[str(row["statement"])[:5], row["side"]].append(row)
    assert yuan(by["utili", "income"]) == yuan(by["utili", "expense"]) == Decimal("43900.00")
    costs = {row["item_zh"]: Decimal(str(row["amount"])) for row in by["joint", "expense"]}
    share, _tax = costs.pop(accounts.SHARE), costs.pop(accounts.TAX)
    assert share == (sum(costs.values()) * Decimal("0.09")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert {row["item_zh"] for row in by["joint", "income"]} == {"物业服务费", "月租车位费", "临时停车费"}


def test_photos_differ_by_the_kind_of_work_and_from_each_other_and_are_small():
    drawn = {(kind, seed): photo_of(kind, seed).content for kind in KINDS for seed in (1, 2)}
    assert len(set(drawn.values())) == len(drawn)
    assert all(content[:2] == b"\xff\xd8" and len(content) < 60_000 for content in drawn.values())
    assert {shown for *_when, shown, _title, _place, _note in ROUNDS} == set(KINDS), "each is used"
    assert photo_of("lift", 1) == photo_of("lift", 1)

"""A rate is for one month: a unit that speaks of another time is told with the rate of a month."""

from decimal import Decimal

import pytest

from portal.fees.rates.rules import DAYS, by_month, months_in, other_time, unit_a_month, unit_counted
from portal.fees.tariffs.states import Formula

WORDS = [
    ("季", 3), ("户/季", 3), ("元/季度", 3), ("quarter", 3), ("home / Quarter", 3), ("3个月", 3), ("三个月", 3),
    ("3 months", 3),
    ("年", 12), ("车位·年", 12), ("year", 12), ("年卡", 12), ("半年", 6), ("half-year", 6), ("双月", 2), ("两个月", 2),
    ("一个月", 1), ("二个月", 2), ("四个月", 4), ("五个月", 5), ("六个月", 6),
    ("七个月", 7), ("八个月", 8), ("九个月", 9), ("十个月", 10), ("120个月", 120),
    ("m²·天", DAYS), ("day", DAYS), ("周", DAYS), ("1个月", 1),
    ("m²", None), ("㎡·月", None), ("户", None), ("车位", None), ("month", None), ("kWh", None), ("小时", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("per", "months"), WORDS)
def test_a_unit_speaks_of_so_many_months(per, months):
    assert months_in(per) == months


@pytest.mark.parametrize(
    ("per", "counted", "a_month"),
    [("㎡", "㎡", "㎡·月"), ("㎡·月", "㎡", "㎡·月"), ("元/㎡·月", "㎡", "㎡·月"), ("户/月", "户", "户·月"),
     ("元/月", "", "月"), ("1个月", "", "月"), ("m² / month", "m²", "m²·月"), (None, "", "月"),
     ("小时", "小时", "小时·月")],
)  # fmt: skip
def test_the_unit_of_a_monthly_rate_names_the_month_once(per, counted, a_month):
    assert (unit_counted(per), unit_a_month(per)) == (counted, a_month)


def test_only_what_is_not_a_month_is_another_time():
    assert other_time(Formula.fixed, "季") == 3
    assert other_time(Formula.fixed, None) is other_time(Formula.fixed, "1个月") is None


def test_days_may_be_what_is_counted_but_not_what_an_area_is_charged_for():
    assert other_time(Formula.per_quantity, "天") is other_time(Formula.metered, "天") is None
    assert other_time(Formula.per_quantity, "季") == 3
    assert other_time(Formula.per_area, "m²·天") == DAYS


def test_a_share_has_no_rate_and_so_no_time():
    assert other_time(Formula.share_by_area, "年") is None


def test_the_rate_of_a_month_is_named_when_it_can_be_written():
    assert by_month(Decimal(300), 3) == Decimal(100)
    assert by_month(Decimal("2.8"), 1) == Decimal("2.8")
    assert by_month(Decimal("0.000002"), 2) == Decimal("0.000001")
    assert by_month(Decimal("0.000001"), 2) is None
    assert by_month(Decimal(100), 3) is by_month(Decimal(100), DAYS) is None

"""Sums to the fen: rounding once per line, and shares that add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from portal.fees.tariffs.amounts import exact_amount, rounded, share_weight, split
from portal.fees.tariffs.rules import SharedCost, TariffVersion, UnitFacts
from portal.fees.tariffs.states import Formula, Rounding
from portal.homes.units.states import Use
from portal.kit.money import Money
from portal.kit.period import Month

BY_AREA = TariffVersion("s", "lift", "*", Formula.share_by_area, None)

PUBLISHED = [  # rate, quantity, months, vacancy rate, fen
    ("1.27", "89.37", "12", None, 136200),  # Jiuquan, a year in advance: 1361.9988
    ("1.27", "89.37", "12", "0.7", 95340),  # the same flat, vacant: 953.39916
    ("110", "98", "1", None, 1078000),  # Shenzhen, 98 fixed bays
    ("3.20", "76.45", "1", None, 24464),
    ("15.00", "123.40", "1", None, 185100),
    ("30", "1", "1/2", None, 1500),
    ("2", "3", "1", None, 600),  # sanitation, per person
    ("0.72", "50000", "1", None, 3600000),
    ("3.77", "1000", "1", None, 377000),
    ("0.35", "89.37", "7/30", None, 730),  # 7.29855
    ("5", "89.37", "1", None, 44685),
]


@pytest.mark.parametrize("case", PUBLISHED, ids=str)
def test_a_line_is_rate_by_quantity_by_months_to_the_fen(case):
    rate, quantity, months, vacancy, fen = case
    exact = exact_amount(Decimal(rate), Decimal(quantity), Fraction(months), vacancy and Decimal(vacancy))
    assert rounded(exact, Rounding.fen) == Money(fen)


@pytest.mark.parametrize(
    ("yuan", "fen", "jiao", "whole"),
    [
        ("1.005", 101, 100, 100),
        ("1.0049", 100, 100, 100),
        ("1.0499", 105, 100, 100),  # straight to jiao, not over 1.05
        ("1.45", 145, 150, 100),
        ("1.4999", 150, 150, 100),
        ("1.5", 150, 150, 200),
        ("0.05", 5, 10, 0),
    ],
)
def test_half_goes_up_straight_to_fen_jiao_or_yuan(yuan, fen, jiao, whole):
    assert [rounded(Fraction(yuan), r).fen for r in Rounding] == [fen, jiao, whole]


def _units(weights):
    return [(UnitFacts(n, f"{n + 1}栋101", Use.residential), BY_AREA, Decimal(w)) for n, w in enumerate(weights)]


def test_the_left_over_fen_go_to_the_largest_remainders_then_by_name_in_code_point_order():
    shares = split(SharedCost("c", "lift", Month(2026, 11), Money(100)), _units(["1"] * 11))
    by_name = {f"{unit + 1}栋101": share.amount.fen for unit, share in shares.items()}
    assert {name for name, fen in by_name.items() if fen == 10} == {"10栋101"}  # before 11栋101 and 1栋101
    shares = split(SharedCost("c", "lift", Month(2026, 11), Money(10)), _units(["1", "2", "4"]))
    assert [shares[n].amount.fen for n in range(3)] == [1, 3, 6]


@given(
    st.integers(0, 10**9),
    st.lists(st.decimals("0", "500", places=2), min_size=1, max_size=60).filter(any),
    st.randoms(),
)
def test_shares_add_up_lie_within_a_fen_and_do_not_depend_on_the_order(fen, weights, random):
    cost = SharedCost("c", "lift", Month(2026, 11), Money(fen))
    units = _units(weights)
    shares = split(cost, units)
    assert sum(s.amount.fen for s in shares.values()) == fen
    assert all(abs(s.amount.fen - s.exact * 100) < 1 for s in shares.values())
    random.shuffle(units)
    assert split(cost, units) == shares


def test_a_home_weighs_its_area_or_the_same_as_each_other():
    home = UnitFacts(1, "1栋101", Use.residential, Decimal("89.37"))
    by_unit = TariffVersion("u", "lift", "*", Formula.share_by_unit, None)
    assert (share_weight(BY_AREA, home), share_weight(by_unit, home)) == (Decimal("89.37"), Decimal(1))
    assert share_weight(BY_AREA, UnitFacts(2, "1栋102", Use.residential)) is None


def test_a_cost_that_nobody_weighs_in_on_cannot_be_split():
    with pytest.raises(ValueError, match="weight"):
        split(SharedCost("c", "lift", Month(2026, 11), Money(1)), _units(["0"]))

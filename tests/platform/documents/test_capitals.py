"""Sums in capital numerals, as banks write them."""

import pytest
from hypothesis import given, strategies as st

from portal.kit.money import Money
from portal.platform.documents.paper import in_capitals


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("1.05", "壹元零伍分"),
        ("10.50", "壹拾元伍角整"),
        ("1234.50", "壹仟贰佰叁拾肆元伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10000", "壹万元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100005", "壹拾万零伍元整"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("120000000.01", "壹亿贰仟万元零壹分"),
    ],
)
def test_a_sum_in_capitals(yuan: str, said: str):
    assert in_capitals(Money.of_yuan(yuan)) == said


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_no_capitals_for_what_no_receipt_shows(fen: int):
    with pytest.raises(ValueError, match="capitals"):
        in_capitals(Money(fen))


@given(st.integers(0, 10**14))
def test_zeros_are_never_said_twice_and_every_sum_has_its_own_words(fen: int):
    said = in_capitals(Money(fen))
    assert "零零" not in said
    assert said != in_capitals(Money(fen + 1))

"""Sums in whole fen: nothing else is money, nothing is lost in a split, and halves go away from zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from portal.kit.money import ZERO, Money, round_half_up, total


@pytest.mark.parametrize("fen", [1.0, True, "1", Decimal(1)])
def test_only_whole_numbers_are_fen(fen: object) -> None:
    with pytest.raises(TypeError, match="whole fen"):
        Money(fen)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("12.34", 1234),
        ("0.005", 1),
        ("0.0049", 0),
        ("-0.005", -1),
        ("-0.0049", 0),
        (Decimal("1.015"), 102),
        (Fraction(1, 3), 33),
        (Fraction(2, 3), 67),
    ],
)
def test_yuan_become_the_nearest_fen_and_half_a_fen_goes_away_from_zero(
    yuan: str | Decimal | Fraction, fen: int
) -> None:
    assert Money.of_yuan(yuan) == Money(fen)


@pytest.mark.parametrize("yuan", [1.5, 2])
def test_yuan_are_never_a_float_nor_a_number_that_may_be_fen(yuan: object) -> None:
    with pytest.raises(TypeError):
        Money.of_yuan(yuan)  # type: ignore[arg-type]


def test_sums_are_added_and_shown() -> None:
    assert Money(250) + Money(150) == Money(400)
    assert Money(150) - Money(250) == -Money(100) == Money(-100)
    assert total([Money(1), Money(2), Money(-4)]) == Money(-1)
    assert total([]) == ZERO
    assert (bool(ZERO), bool(Money(1)), bool(Money(-1))) == (False, True, True)
    assert Money(-1) < ZERO < Money(1)
    assert not Money(1) < Money(1)
    assert (str(Money(5)), str(Money(123_456)), str(Money(-70))) == ("0.05", "1234.56", "-0.70")
    assert Money(5).yuan == Decimal("0.05")


@pytest.mark.parametrize(
    ("fen", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # equal remainders: in the order given
        (10, [1, 2, 4], [1, 3, 6]),  # 1.43, 2.86, 5.71: the largest remainders get one more
        (10, [4, 2, 1], [6, 3, 1]),
        (10, [5, 2], [7, 3]),  # 7.14, 2.86: the remainder counts, not the share
        (7, [0, 1], [0, 7]),
        (0, [3, 4], [0, 0]),
        (100, [Decimal("0.5"), Fraction(1, 6), 1], [30, 10, 60]),
        (1, [Decimal("0.5"), 1], [0, 1]),
    ],
)
def test_a_sum_is_shared_by_weight_to_the_fen(
    fen: int, weights: list[int | Decimal | Fraction], shares: list[int]
) -> None:
    assert [one.fen for one in Money(fen).share(weights)] == shares


@pytest.mark.parametrize(("fen", "weights"), [(-1, [1]), (1, [2, -1]), (1, [0, 0]), (1, [])])
def test_what_cannot_be_shared_is_an_error(fen: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="share"):
        Money(fen).share(weights)


@given(st.integers(0, 10**12), st.lists(st.fractions(0, 1000), min_size=1, max_size=20).filter(any))
def test_no_fen_is_lost_and_nobody_is_a_fen_off(fen: int, weights: list[Fraction]) -> None:
    shares = Money(fen).share(weights)
    assert total(shares) == Money(fen)
    assert all(abs(one.fen - fen * weight / sum(weights)) < 1 for one, weight in zip(shares, weights, strict=True))


def test_of_instalments_the_last_takes_the_rest() -> None:
    assert Money(1001).instalments(3) == [Money(333), Money(333), Money(335)]
    assert Money(5).instalments(1) == [Money(5)]
    assert ZERO.instalments(2) == [ZERO, ZERO]
    for fen, n in ((-1, 2), (5, 0)):
        with pytest.raises(ValueError, match="instalments"):
            Money(fen).instalments(n)


@pytest.mark.parametrize(
    ("above", "below", "whole"), [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (1, 3, 0), (0, 7, 0), (6, 3, 2)]
)
def test_half_is_rounded_away_from_zero(above: int, below: int, whole: int) -> None:
    assert round_half_up(above, below) == whole

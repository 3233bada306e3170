"""Readings go on from each other, and what is far from usual is asked about."""

from decimal import Decimal

import pytest

from portal.fees.tariffs.meters import Break, break_between, median_of, too_much


@pytest.mark.parametrize(("begins", "broken"), [("112.5", None), ("112.4", Break.overlap), ("112.6", Break.gap)])
def test_a_reading_begins_where_the_one_before_ended(begins, broken):
    assert break_between(Decimal("112.5"), Decimal(begins)) is broken


@pytest.mark.parametrize(
    ("used", "most", "median", "usual"),
    [
        (125, "12.5", None, None), (126, "12.5", None, "12.5"),  # ten times what it counted most
        (126, "2", "12.6", None), (127, "2", "12.6", "12.6"),  # somebody who was away is like the others again
        (1200, None, "12", None), (1201, None, "12", "12"), (1201, "0", "12", "12"),  # a first month may be a shop's
        (10**6, None, None, None),
    ],
)  # fmt: skip
def test_what_is_far_above_the_usual_is_too_much(used, most, median, usual):
    found = too_much(Decimal(used), most and Decimal(most), median and Decimal(median))
    assert found == (usual and Decimal(usual))


def test_the_median_is_of_those_that_count_anything():
    assert median_of([Decimal(n) for n in (0, 0, 7, 12, 9000)]) == 12
    assert median_of([Decimal(7), Decimal(7000)]) == 7
    assert median_of([Decimal("0.5")]) == Decimal("0.5")
    assert median_of([Decimal(0)]) is None

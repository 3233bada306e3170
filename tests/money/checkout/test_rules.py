"""When an attempt is looked at, whether or not anybody tells."""

from datetime import timedelta

from hypothesis import given, strategies as st

from portal.money.checkout.records import LIFETIME
from portal.money.checkout.rules import looks_due


def at(**age: float) -> int:
    return looks_due(timedelta(**age))


def test_looks_come_soon_at_first_then_daily_without_an_end():
    assert [at(seconds=59), at(minutes=1), at(minutes=5), at(minutes=15), at(minutes=60)] == [0, 1, 2, 3, 6]
    assert [at(seconds=299), at(seconds=899), at(seconds=3599)] == [1, 2, 5]
    assert [at(hours=23), at(days=1), at(days=2), at(days=30)] == [6, 7, 8, 36]


@given(st.floats(0, LIFETIME.total_seconds()))
def test_whoever_pays_while_the_session_is_open_is_found_within_a_quarter_of_an_hour(seconds: float):
    assert looks_due(timedelta(seconds=seconds, minutes=15)) > looks_due(timedelta(seconds=seconds))


def test_a_clock_that_went_back_asks_for_no_look():
    assert at(minutes=-5) == at(days=-3) == 0

"""A rise is shown for a month, nothing billed is touched, and the message names the first day that is free."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from portal.fees.rates.rules import Before, check_rate, first_day_of_a_rise, is_higher
from portal.kit.errors import Invalid
from portal.kit.i18n import Bilingual

TODAY = date(2026, 11, 24)
FEE = Bilingual("物业服务费", "Service fee")
BEFORE = Before(FEE, Decimal("2.80"), date(2025, 1, 1), None, None)


@pytest.mark.parametrize(
    ("announced", "first"),
    [
        (date(2026, 11, 24), date(2026, 12, 24)),
        (date(2026, 12, 24), date(2027, 1, 24)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(announced, first):
    assert first_day_of_a_rise(announced) == first


def refused(rate, on, before=BEFORE):
    with pytest.raises(Invalid) as refused:
        check_rate(before, Decimal(rate), on, TODAY)
    return refused.value.field, refused.value.sentence.facts


def test_a_rise_is_refused_a_day_too_early_and_free_on_the_day_that_is_named():
    assert refused("2.81", date(2026, 12, 23)) == ("starts_on", {"day": date(2026, 12, 24)})
    check_rate(BEFORE, Decimal("2.81"), date(2026, 12, 24), TODAY)


def test_a_lower_rate_may_begin_today_but_not_yesterday():
    check_rate(BEFORE, Decimal("2.79"), TODAY, TODAY)
    assert refused("2.79", TODAY - timedelta(days=1))[0] == "starts_on"


def test_the_same_rate_is_no_new_rate():
    assert refused("2.800000", date(2027, 1, 1))[0] == "rate"


def test_where_nothing_was_charged_the_day_before_any_rate_is_a_rise():
    ended = Before(FEE, Decimal("2.80"), date(2025, 1, 1), date(2026, 10, 31), None)
    assert is_higher(ended, Decimal("1.00"), TODAY)
    assert refused("1.00", TODAY, ended) == ("starts_on", {"day": date(2026, 12, 24)})


def test_what_overlaps_a_later_version_or_a_billed_month_is_refused_with_the_next_day():
    later = Before(FEE, Decimal("2.80"), date(2027, 1, 1), None, None)
    assert refused("2.00", date(2027, 1, 1), later)[1] == {"last": date(2027, 1, 1), "next": date(2027, 1, 2)}
    billed = Before(FEE, Decimal("2.80"), None, None, date(2026, 12, 31))
    assert refused("2.00", date(2026, 12, 1), billed)[1]["next"] == date(2027, 1, 1)
    check_rate(billed, Decimal("2.00"), date(2027, 1, 1), TODAY)


def test_a_rate_holds_on_its_first_and_on_its_last_day():
    dated = Before(FEE, Decimal("2.80"), date(2026, 1, 1), date(2026, 10, 31), None)
    held = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 10, 31), date(2026, 11, 1)]
    assert [dated.holds_on(day) for day in held] == [False, True, True, False]


def test_what_is_asked_the_day_before_is_what_a_rate_is_held_against():
    ends = Before(FEE, Decimal("2.80"), date(2025, 1, 1), date(2027, 1, 1), None)
    assert not is_higher(ends, Decimal("2.80"), date(2027, 1, 2))
    assert is_higher(ends, Decimal("2.80"), date(2027, 1, 3))
    assert refused("2.80", date(2027, 1, 2), ends)[0] == "rate"
    check_rate(ends, Decimal("2.80"), date(2027, 1, 3), TODAY)


def test_a_rate_may_be_entered_two_years_ahead_and_not_a_day_more():
    check_rate(BEFORE, Decimal("2.79"), date(2028, 11, 24), TODAY)
    assert refused("2.79", date(2028, 11, 25)) == ("starts_on", {"day": date(2028, 11, 24)})


def test_the_last_billed_day_is_billed():
    billed = Before(FEE, Decimal("2.80"), None, None, date(2026, 12, 31))
    assert refused("2.00", date(2026, 12, 31), billed)[1]["next"] == date(2027, 1, 1)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_rise_is_always_shown_for_28_to_31_days(announced):
    assert 28 <= (first_day_of_a_rise(announced) - announced).days <= 31

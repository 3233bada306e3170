"""Periods that promises count in, and scales of grades."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.care.standards.rules import grade_order_of, period_of, periods, state_of
from portal.care.standards.states import GradeOrder, Per, RoundState

DAYS = st.dates(date(1999, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("per", "first", "last"),
    [
        (Per.day, date(2028, 2, 29), date(2028, 2, 29)),
        (Per.week, date(2028, 2, 28), date(2028, 3, 5)),
        (Per.month, date(2028, 2, 1), date(2028, 2, 29)),
        (Per.quarter, date(2028, 1, 1), date(2028, 3, 31)),
        (Per.year, date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_leap_day_lies_in_its_periods(per: Per, first: date, last: date) -> None:
    assert period_of(per, date(2028, 2, 29)) == (first, last)


@given(per=st.sampled_from(Per), on=DAYS)
def test_periods_follow_each_other_without_a_gap(per: Per, on: date) -> None:
    first, last = period_of(per, on)
    assert first <= on <= last
    assert period_of(per, first) == period_of(per, last) == (first, last)
    assert period_of(per, last + timedelta(days=1))[0] == last + timedelta(days=1)


def test_which_grade_is_the_best_is_known_by_place_and_not_guessed() -> None:
    assert grade_order_of("CN-beijing") is grade_order_of("CN-beijing-haidian") is GradeOrder.last_best
    assert grade_order_of("CN") is grade_order_of("CN-beijingx") is None


def test_only_whole_periods_of_a_promise_are_expected() -> None:
    november = date(2026, 11, 30)
    weeks = list(periods(Per.week, date(2026, 11, 4), None, november))
    assert weeks[0] == (date(2026, 11, 9), date(2026, 11, 15)) and weeks[-1] == (november, date(2026, 12, 6))
    assert list(periods(Per.month, date(2026, 11, 1), date(2026, 11, 29), november)) == []
    assert list(periods(Per.month, date(2026, 11, 1), november, november)) == [(date(2026, 11, 1), november)]
    assert list(periods(Per.day, date(2026, 11, 29), None, november)) == [
        (november.replace(day=29),) * 2,
        (november,) * 2,
    ]


@given(per=st.sampled_from(Per), begins=DAYS, days=st.integers(0, 400), break_=st.integers(0, 400))
def test_a_day_late_or_four_hundred_the_same_periods_come(per: Per, begins: date, days: int, break_: int) -> None:
    on, between = begins + timedelta(days=days), begins + timedelta(days=min(break_, days))
    before = list(periods(per, begins, None, between))
    latest = before[-1][0] if before else None
    assert before + list(periods(per, begins, None, on, latest)) == list(periods(per, begins, None, on))


@pytest.mark.parametrize(
    ("done_on", "on", "state"),
    [(15, 14, RoundState.done), (16, 20, RoundState.late), (None, 15, RoundState.due), (None, 16, RoundState.missed)],
)
def test_what_became_of_a_time_follows_from_the_days(done_on: int | None, on: int, state: RoundState) -> None:
    assert state_of(date(2026, 11, 15), date(2026, 11, done_on) if done_on else None, date(2026, 11, on)) is state

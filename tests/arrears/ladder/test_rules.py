"""Which terms a home gets, how it has paid and since when: pure, against a look at every single day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.arrears.ladder.history import Settled, history_on, since
from portal.arrears.ladder.rules import SEED, Ladder, Policy, Segment, When
from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.kit.money import Money

ON = date(2026, 11, 20)
DAY = timedelta(days=1)
HOME = Segment(Use.residential, OccupancyState.let, History.late)


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        (When(history=History.late), True),
        (When(history=History.chronic), False),
        (When(use=Use.commercial), False),
        (When(occupancy=OccupancyState.owner), False),
        (When(occupancy=OccupancyState.let, use=Use.residential), True),
        (When(occupancy=OccupancyState.let, use=Use.commercial), False),
        (When(least=Money(5000)), True),
        (When(least=Money(5001)), False),
    ],
)
def test_an_exception_is_for_whom_all_its_conditions_name(when: When, fits: bool) -> None:
    other = Policy("other", buffer_days=9)
    assert Ladder(SEED, ((when, other),)).policy_for(HOME, Money(5000)) == (other if fits else SEED)


def test_an_estate_that_has_set_nothing_chases_by_these_terms() -> None:
    assert (SEED.buffer_days, SEED.small_balance, SEED.pay_within) == (3, Money(10_00), 7)
    assert (SEED.least_days, SEED.grace_days, SEED.peace_days) == ((0, 7, 7, 15), 15, 7)
    assert (SEED.calls_a_day, SEED.attempts_a_week) == (3, 6)


def test_of_several_exceptions_the_first_that_fits_counts() -> None:
    first, second = Policy("first"), Policy("second")
    ladder = Ladder(SEED, ((When(history=History.late), first), (When(use=Use.residential), second)))
    assert ladder.policy_for(HOME, Money(1)) is first
    assert ladder.policy_for(Segment(Use.residential, OccupancyState.owner, History.new), Money(1)) is second


def bill(days_ago: int, late: int | None) -> Settled:
    due = ON - days_ago * DAY
    return Settled(due, None if late is None else due + late * DAY)


@pytest.mark.parametrize(
    ("bills", "history"),
    [
        ([], History.new),
        ([bill(20, 0), bill(50, -3)], History.new),
        ([bill(20, 0), bill(50, -3), bill(80, 0)], History.on_time),
        ([bill(20, 0), bill(50, 1), bill(80, 0)], History.late),
        ([bill(1, None)], History.late),
        ([bill(0, None)], History.new),  # due today is not late
        ([bill(40, 31), bill(70, 31), bill(100, 31)], History.chronic),
        ([bill(40, 30), bill(70, 31), bill(100, 31)], History.late),
        ([bill(31, None), bill(70, 31), bill(100, 31)], History.chronic),
        ([bill(366, 40), bill(40, 31), bill(70, 31)], History.late),
        ([bill(365, 40), bill(40, 31), bill(70, 31)], History.chronic),
    ],
)
def test_how_a_home_has_paid(bills: list[Settled], history: History) -> None:
    assert history_on(bills, ON) is history


def test_what_is_due_today_says_nothing_yet_nor_does_what_is_paid_later() -> None:
    assert history_on([bill(20, 0), bill(50, 0), bill(0, 0)], ON) is History.new
    assert history_on([bill(10, 40), bill(20, 50), bill(30, 60)], ON) is History.late


def test_it_may_be_so_since_today() -> None:
    assert since([bill(1, None)], ON) == ON


@given(
    st.lists(st.tuples(st.integers(0, 730), st.none() | st.integers(-20, 120)).map(lambda one: bill(*one)), max_size=8)
)
def test_since_is_the_first_of_the_days_that_look_the_same(bills: list[Settled]) -> None:
    now, first = history_on(bills, ON), ON
    while history_on(bills, first - DAY) is now and ON - first < 1200 * DAY:
        first -= DAY
    assert since(bills, ON) == (None if ON - first >= 1200 * DAY else first)

"""The limitation clock as a pure function: three years after each due date, restarted by what the law counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.arrears.cases.states import Cause
from portal.arrears.limitation.rules import REVIVES, Interruption, clock_of, due_by, last_day

DUE = date(2023, 11, 15)
DAYS = st.dates(date(2019, 1, 1), date(2034, 12, 31))
# Only an agreement has instalments.
HAPPENED = st.builds(
    Interruption, st.sampled_from([one for one in Cause if one is not Cause.agreement]), DAYS
) | st.builds(Interruption, st.just(Cause.agreement), DAYS, st.none() | DAYS)


@pytest.mark.parametrize(
    ("due", "last"),
    [
        (date(2023, 11, 15), date(2026, 11, 15)),
        (date(2023, 12, 31), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2024, 2, 28), date(2027, 2, 28)),
        (date(2021, 2, 28), date(2024, 2, 28)),
        (date(2021, 3, 1), date(2024, 3, 1)),
    ],
)
def test_three_years_end_on_the_day_of_the_same_date(due: date, last: date) -> None:
    clock = clock_of(due, [], due)
    assert clock.expires_on == last == last_day(due)
    assert (clock.over(last), clock.over(last + timedelta(days=1))) == (False, True)


@pytest.mark.parametrize("cause", list(Cause))
def test_within_the_time_everything_that_counts_begins_it_anew(cause: Cause) -> None:
    on = date(2025, 3, 10)
    clock = clock_of(DUE, [Interruption(cause, on)], date(2026, 11, 20))
    assert clock.expires_on == date(2028, 3, 10)
    assert [(one.on, one.cause, one.expires_on) for one in clock.restarts] == [(on, cause, date(2028, 3, 10))]


@pytest.mark.parametrize("cause", list(Cause))
def test_on_the_last_day_it_still_counts_and_the_day_after_only_the_debtors_agreement_does(cause: Cause) -> None:
    last = last_day(DUE)
    assert clock_of(DUE, [Interruption(cause, last)], last).expires_on == last_day(last)
    late = last + timedelta(days=1)
    clock = clock_of(DUE, [Interruption(cause, late)], late)
    assert clock.expires_on == (last_day(late) if cause in REVIVES else last)
    assert bool(clock.restarts) is (cause in REVIVES) is (cause is Cause.agreement)


def test_after_an_agreement_the_years_begin_with_its_last_instalment_but_never_before_its_own_day() -> None:
    agreed = date(2025, 3, 10)
    for until, last in ((date(2025, 12, 1), date(2028, 12, 1)), (date(2024, 1, 1), date(2028, 3, 10))):
        clock = clock_of(DUE, [Interruption(Cause.agreement, agreed, until)], agreed)
        assert clock.expires_on == last


def test_one_within_the_time_keeps_the_next_within_it_too() -> None:
    demands = [Interruption(Cause.demand, date(year, 6, 1)) for year in (2026, 2029, 2032)]
    assert clock_of(DUE, demands, date(2033, 1, 1)).expires_on == date(2035, 6, 1)
    assert clock_of(DUE, demands[1:], date(2033, 1, 1)).expires_on == last_day(DUE)


def test_two_agreements_of_one_day_are_told_in_the_order_of_their_ends() -> None:
    day = date(2025, 3, 10)
    both = [Interruption(Cause.agreement, day, until) for until in (date(2025, 9, 1), date(2025, 6, 1))]
    ends = [date(2028, 6, 1), date(2028, 9, 1)]
    for told in (both, both[::-1]):
        assert [one.expires_on for one in clock_of(DUE, told, day).restarts] == ends


def test_facts_are_taken_in_the_order_of_their_days_and_one_end_is_told_once() -> None:
    first, then = Interruption(Cause.filing, date(2026, 6, 1)), Interruption(Cause.demand, date(2029, 5, 1))
    assert clock_of(DUE, [then, first], date(2030, 1, 1)).expires_on == date(2032, 5, 1)
    demand, filing = Interruption(Cause.demand, first.on), first
    for told in ([demand, filing], [filing, demand]):
        assert [one.cause for one in clock_of(DUE, told, first.on).restarts] == [Cause.demand]


@given(due=DAYS, happened=st.lists(HAPPENED, max_size=8), on=DAYS, data=st.data())
def test_the_order_in_which_facts_are_told_does_not_matter(
    due: date, happened: list[Interruption], on: date, data: st.DataObject
) -> None:
    other = data.draw(st.permutations(happened))
    told = clock_of(due, happened, on), clock_of(due, other, on)
    assert told[0].expires_on == told[1].expires_on
    assert [one.expires_on for one in told[0].restarts] == [one.expires_on for one in told[1].restarts]


@given(due=DAYS, happened=st.lists(HAPPENED, max_size=8), on=DAYS)
def test_what_happens_later_changes_nothing_today(due: date, happened: list[Interruption], on: date) -> None:
    assert clock_of(due, happened, on) == clock_of(due, [one for one in happened if one.on <= on], on)


@given(due=DAYS, happened=st.lists(HAPPENED, max_size=8), more=HAPPENED, on=DAYS)
def test_another_fact_never_shortens_the_time(
    due: date, happened: list[Interruption], more: Interruption, on: date
) -> None:
    before, after = clock_of(due, happened, on), clock_of(due, [*happened, more], on)
    assert last_day(due) <= before.expires_on <= after.expires_on


@given(due=DAYS, happened=st.lists(HAPPENED, max_size=8), on=DAYS)
def test_the_clock_is_what_somebody_finds_who_goes_from_day_to_day(
    due: date, happened: list[Interruption], on: date
) -> None:
    """An oracle without sorting: of what is not looked at yet, whatever counts now is taken, until nothing does."""
    end, left = last_day(due), [one for one in happened if one.on <= on]
    while counts := [one for one in left if one.on <= end or one.cause is Cause.agreement]:
        end = max([end, *(last_day(max(one.on, one.until or one.on)) for one in counts)])
        left = [one for one in left if one not in counts]
    assert clock_of(due, happened, on).expires_on == end


def test_the_queue_reads_what_ends_by_a_day_where_no_leap_day_lies_between() -> None:
    assert due_by(date(2023, 11, 15)) == date(2020, 11, 15)


@given(due=DAYS, day=DAYS)
def test_what_the_queue_does_not_read_cannot_end_by_its_last_day(due: date, day: date) -> None:
    assert due <= due_by(day) or last_day(due) > day
    assert due > due_by(day) or last_day(due) <= day + timedelta(days=1)

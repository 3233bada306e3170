"""Which duties hold where, the periods they come to, and when statements fulfil one."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from portal.accounts.disclosures.rules import (
    MONTHS,
    Profile,
    covered_on,
    due_on,
    known_place,
    periods_of,
    profiles_of,
    state_of,
    tellable,
)
from portal.accounts.disclosures.states import DisclosureState, Duty, Every
from portal.people.estates.states import FeeMode

DAY = timedelta(days=1)
PLACES = ("CN", "CN-beijing", "CN-shanghai", "CN-rizhao", "CN-zibo")


def profile(every: Every, months: int = 1) -> Profile:
    return Profile(Duty.common_revenue, every, months, False, None, None, "test")


@pytest.mark.parametrize(
    ("place", "mode", "duties"),
    [
        ("CN", FeeMode.commission,
         {"service_accounts": "year", "common_revenue": "year", "maintenance_fund": "year", "budget": "year"}),
        ("CN-shanghai", FeeMode.lump_sum,
         {"service_accounts": "year", "common_revenue": "quarter", "maintenance_fund": "half_year", "audit": "year"}),
        ("CN-rizhao", FeeMode.commission,
         {"service_accounts": "quarter", "common_revenue": "year", "maintenance_fund": "year", "budget": "year"}),
        ("CN-rizhao", FeeMode.lump_sum,
         {"service_accounts": "year", "common_revenue": "year", "maintenance_fund": "year"}),
        ("CN-liaocheng-district", FeeMode.lump_sum,
         {"service_accounts": "year", "common_revenue": "quarter", "maintenance_fund": "year"}),
        ("CN-zibo", FeeMode.lump_sum,
         {"service_accounts": "year", "common_revenue": "year", "maintenance_fund": "year",
          "committee_payments": "half_year"}),
        ("Atlantis", FeeMode.lump_sum, {}),
    ],
)  # fmt: skip
def test_the_nearest_place_says_it(place: str, mode: FeeMode, duties: dict[str, str]) -> None:
    assert {one.duty.value: one.every.value for one in profiles_of(place, mode)} == duties


def test_an_unknown_place_is_told_from_a_known_one() -> None:
    assert known_place("CN-beijing") and known_place("CN") and not known_place("CN-nowhere")


def test_by_the_end_of_march() -> None:
    (found,) = [one for one in profiles_of("CN-jiaxing", FeeMode.lump_sum) if one.duty is Duty.common_revenue]
    assert due_on(found, date(2026, 12, 31)) == date(2027, 3, 31)
    assert not found.ours and found.source


def test_a_budget_is_due_in_the_first_quarter_of_its_year_and_too_late_after_it() -> None:
    (found,) = [one for one in profiles_of("CN-beijing", FeeMode.lump_sum) if one.duty is Duty.budget]
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert list(periods_of(found, year[0], date(2026, 1, 1))) == [year], "as soon as the year begins"
    assert due_on(found, year[1]) == date(2026, 3, 31)
    assert tellable(Duty.budget, *year) == (date(2025, 1, 1), date(2026, 12, 31))
    assert tellable(Duty.service_accounts, *year)[0] == date(2027, 1, 1), "accounts of a year are no guess"


def test_only_what_tells_ahead_is_due_before_its_end() -> None:
    found = [one for place in PLACES for mode in FeeMode for one in profiles_of(place, mode)]
    assert found and all((one.months < 0) is one.duty.ahead for one in found)


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(Every), days, days)
def test_periods_are_whole_follow_each_other_and_are_over(every: Every, since: date, on: date) -> None:
    found = list(periods_of(profile(every), since, on))
    for first, last in found:
        assert first >= since and last < on and first.day == 1 and (last + DAY).day == 1
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        assert months == MONTHS[every] and (first.month - 1) % MONTHS[every] == 0
    assert all(a[1] + DAY == b[0] for a, b in pairwise(found))
    more = list(periods_of(profile(every), since, on + DAY))
    assert more[: len(found)] == found, "a later look only adds"


def test_statements_fulfil_it_once_every_day_is_told() -> None:
    first, last = date(2026, 1, 1), date(2026, 3, 31)
    january, february, march = (
        (date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 9)),
        (date(2026, 2, 1), date(2026, 2, 28), date(2026, 4, 20)),
        (date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 9)),
    )
    assert covered_on(first, last, []) is None
    assert covered_on(first, last, [january, march]) is None, "February is missing"
    assert covered_on(first, last, [march, january, february]) == date(2026, 4, 20)
    whole = (date(2025, 7, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert covered_on(first, last, [january, whole]) == date(2026, 7, 1)


def test_due_then_overdue_then_published() -> None:
    due = date(2026, 3, 31)
    assert state_of(None, due, due) is DisclosureState.due
    assert state_of(None, due, due + DAY) is DisclosureState.overdue
    assert state_of(due + DAY, due, due) is DisclosureState.published

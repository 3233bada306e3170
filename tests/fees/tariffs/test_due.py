"""When a bill is due."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from portal.fees.tariffs.rules import DueRule
from portal.kit.period import Month

dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("rule", "period", "issued", "due", "moved"),
    [
        ("day:15", "2026-11", "2026-11-01", "2026-11-15", False),
        ("day:15", "2026-11", "2026-11-15", "2026-11-15", False),
        ("day:15", "2026-11", "2026-11-16", "2026-11-16", True),
        ("day:15", "2026-12", "2026-11-20", "2026-12-15", False),
        ("day:15+1", "2026-12", "2026-12-31", "2027-01-15", False),
        ("day:31", "2026-02", "2026-02-01", "2026-02-28", False),
        ("day:30+1", "2024-01", "2024-01-01", "2024-02-29", False),
        ("days:30", "2026-11", "2026-12-05", "2027-01-04", False),
        ("days:0", "2026-11", "2026-12-05", "2026-12-05", False),
    ],
)
def test_a_rule_names_one_day(rule, period, issued, due, moved):
    found = DueRule.parse(rule).due_on(Month.parse(period), date.fromisoformat(issued))
    assert found == (date.fromisoformat(due), moved)


def test_a_rule_that_says_no_more_means_this_month_or_the_day_of_issue():
    issued = date(2026, 11, 1)
    assert DueRule(15).due_on(Month(2026, 11), issued) == (date(2026, 11, 15), False)
    assert DueRule().due_on(Month(2026, 11), issued) == (issued, False)
    assert DueRule.parse("days:366").days == 366


@pytest.mark.parametrize("text", ["", "15", "day:0", "day:32", "day:15+2", "day:-1", "days:", "days:367", "days:١٥"])
def test_any_other_rule_is_refused(text):
    with pytest.raises(ValueError, match="due rule"):
        DueRule.parse(text)


@given(st.integers(1, 31), st.booleans(), dates, dates)
def test_a_due_date_is_never_before_the_issue_and_never_leaves_its_month_but_for_that(day, following, on, issued):
    period = Month.of(on)
    due, moved = DueRule(day, following).due_on(period, issued)
    assert due >= issued
    assert moved == (due != (period + int(following)).day(day))
    assert moved or Month.of(due) == period + int(following)

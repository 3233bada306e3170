"""How many months count, by each proration: examples from the interface, and a day-by-day oracle."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from portal.fees.tariffs.proration import Charge, count_months
from portal.fees.tariffs.rules import Days, TariffVersion, versions_by_day
from portal.fees.tariffs.states import Formula, Proration, Timing
from portal.kit.period import Month

NOV = Month(2026, 11)
RHYTHM = (1, Timing.advance)
FEE = TariffVersion("v1", "fee", "*", Formula.fixed, Decimal(30))
ONE = Decimal(1)


def counted(proration, *days, months=(NOV,), versions=None):
    versions = [replace(v, proration=proration) for v in versions or [FEE]]
    charges = [Charge(Days.between(a, b), ONE) for a, b in days]
    return count_months(months, versions_by_day(versions, "office"), charges, RHYTHM)


def months_of(*args, **named):
    return sum((c.months * Fraction(c.quantity) for c in counted(*args, **named)), Fraction(0))


def nov(day):
    return date(2026, 11, day) if day else None


EXAMPLES = [  # from, to, full_month, daily_actual, half_month_15th, next_month
    (None, None, "1", "1", "1", "1"),
    (1, None, "1", "1", "1", "1"),
    (2, None, "1", "29/30", "1", "0"),
    (15, None, "1", "16/30", "1", "0"),
    (16, None, "1", "15/30", "1/2", "0"),
    (30, None, "1", "1/30", "1/2", "0"),
    (None, 1, "1", "1/30", "1/2", "1"),
    (None, 15, "1", "15/30", "1/2", "1"),
    (None, 16, "1", "16/30", "1", "1"),
    (None, 30, "1", "1", "1", "1"),
    (3, 12, "1", "10/30", "1/2", "0"),
    (15, 16, "1", "2/30", "1", "0"),
    (20, 25, "1", "6/30", "1/2", "0"),
    (1, 10, "1", "10/30", "1/2", "1"),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_month_counts_as_its_proration_says(example):
    first, last, *expected = example
    for proration, months in zip(Proration, expected, strict=True):
        assert months_of(proration, (nov(first), nov(last))) == Fraction(months), proration


def test_february_counts_its_own_days():
    feb = (Month(2024, 2),)
    assert months_of(Proration.daily_actual, (date(2024, 2, 10), None), months=feb) == Fraction(20, 29)
    assert months_of(Proration.half_month_15th, (date(2024, 2, 16), None), months=feb) == Fraction(1, 2)


OLD, NEW = replace(FEE, ends_on=nov(10)), replace(FEE, id="v2", rate=Decimal(60), starts_on=nov(11))


def test_a_change_of_version_inside_a_month_is_no_start_and_no_end():
    changed = {p: [(c.version.id, c.months) for c in counted(p, (None, None), versions=[OLD, NEW])] for p in Proration}
    assert changed == {
        Proration.full_month: [("v1", 1)],
        Proration.daily_actual: [("v1", Fraction(1, 3)), ("v2", Fraction(2, 3))],
        Proration.half_month_15th: [("v1", Fraction(1, 2)), ("v2", Fraction(1, 2))],
        Proration.next_month: [("v1", 1)],
    }


def test_full_month_takes_the_version_of_the_first_chargeable_day_of_each_month():
    year = tuple(NOV.through(NOV + 2))
    lines = counted(Proration.full_month, (nov(12), None), months=year, versions=[OLD, NEW])
    assert [(c.version.id, c.months, c.days.first) for c in lines] == [("v2", 3, nov(12))]
    lines = counted(Proration.full_month, (nov(5), None), months=year, versions=[OLD, NEW])
    assert [(c.version.id, c.months) for c in lines] == [("v1", 1), ("v2", 2)]


def test_a_quantity_that_follows_another_in_a_month_does_not_count_the_month_twice():
    assert months_of(Proration.full_month, (None, nov(10)), (nov(11), None)) == 1
    assert months_of(Proration.daily_actual, (None, nov(10)), (nov(11), None)) == 1


def test_quantities_side_by_side_are_added_where_their_months_agree():
    both = counted(Proration.full_month, (None, None), (date(2026, 3, 1), None))
    assert [(c.quantity, c.months) for c in both] == [(2, 1)]
    later = counted(Proration.daily_actual, (None, None), (nov(21), None))
    assert [(c.quantity, c.months) for c in later] == [(1, 1), (1, Fraction(1, 3))]


def test_a_row_that_shares_a_day_with_another_is_charged_beside_it():
    assert months_of(Proration.full_month, (None, nov(10)), (nov(10), None)) == 2
    assert months_of(Proration.full_month, (nov(1), nov(5)), (nov(6), nov(20)), (nov(8), None)) == 2


def test_lines_lie_in_the_order_of_their_days_and_then_of_their_quantities():
    year = tuple(NOV.through(NOV + 2))
    [line] = counted(Proration.full_month, (nov(12), date(2027, 1, 20)), months=year)
    assert (line.days, line.day_count) == (Days(nov(12), date(2027, 1, 20)), 19 + 31 + 20)
    charges = [Charge(Days(nov(1), nov(30)), Decimal(3)), Charge(Days(nov(5), nov(30)), Decimal(2))]
    charges.append(Charge(Days(nov(1), nov(20)), Decimal(1)))
    timeline = versions_by_day([replace(FEE, proration=Proration.daily_actual)], "office")
    lines = count_months((NOV,), timeline, charges, RHYTHM)
    assert [(c.days.first.day, c.days.last.day, c.quantity) for c in lines] == [(1, 20, 1), (1, 30, 3), (5, 30, 2)]


def charged(proration, *rows):
    charges = [Charge(Days.between(nov(first), nov(last)), Decimal(quantity)) for first, last, quantity in rows]
    lines = count_months((NOV,), versions_by_day([replace(FEE, proration=proration)], "office"), charges, RHYTHM)
    return [(c.quantity, c.days.first.day, c.days.last.day) for c in lines]


def test_in_whatever_order_rows_are_told_the_same_is_charged():
    assert charged(Proration.full_month, (11, None, 1), (1, 10, 2)) == [(2, 1, 30)]
    rows = [(1, 10, 2), (1, 10, 1), (11, 30, 5)]
    assert charged(Proration.full_month, *rows) == [(2, 1, 10), (1, 1, 30)]
    assert charged(Proration.full_month, *rows[::-1]) == [(2, 1, 10), (1, 1, 30)]
    with_a_gap = [(1, 5, 3), (10, 15, 3), (1, 15, 1)]
    assert charged(Proration.daily_actual, *with_a_gap) == [(1, 1, 15), (3, 1, 15)]


def test_a_whole_month_is_told_from_its_first_day_to_its_last_whatever_changes_in_it():
    [line] = counted(Proration.full_month, (nov(3), nov(28)), versions=[OLD, NEW])
    assert (line.version.id, line.days, line.day_count) == ("v1", Days(nov(3), nov(28)), 26)


def test_a_quantity_that_changes_on_the_16th_is_charged_for_half_a_month_each():
    timeline = versions_by_day([replace(FEE, proration=Proration.half_month_15th)], "office")
    rows = [Charge(Days.between(None, nov(15)), Decimal(1)), Charge(Days.between(nov(16), None), Decimal(2))]
    assert [(c.quantity, c.months) for c in count_months((NOV,), timeline, rows, RHYTHM)] == [
        (1, Fraction(1, 2)),
        (2, Fraction(1, 2)),
    ]


def test_a_month_of_another_rhythm_is_left_to_its_own_runs():
    quarterly = replace(NEW, starts_on=date(2026, 12, 1), cycle_months=3)
    lines = counted(
        Proration.full_month, (None, None), months=(NOV, NOV + 1), versions=[replace(OLD, ends_on=nov(30)), quarterly]
    )
    assert [(c.version.id, c.months) for c in lines] == [("v1", 1)]


days = st.dates(date(2025, 10, 1), date(2026, 8, 31))


@given(st.lists(days, max_size=4, unique=True), days, days, st.integers(1, 12))
def test_daily_actual_equals_counting_day_by_day(cuts, a, b, cycle):
    first, last = min(a, b), max(a, b)
    months = tuple(Month(2025, 12).through(Month(2025, 12) + (cycle - 1)))
    starts = [None, *sorted(cuts)]
    ends = [c - timedelta(days=1) for c in sorted(cuts)] + [None]
    versions = [
        replace(FEE, id=n, rate=Decimal(n + 1), starts_on=s, ends_on=e, proration=Proration.daily_actual)
        for n, (s, e) in enumerate(zip(starts, ends, strict=True))
    ]
    lines = count_months(months, versions_by_day(versions, "office"), [Charge(Days(first, last), ONE)], RHYTHM)
    expected: dict = {}
    day = first
    while day <= last:
        if Month.of(day) in months:
            ruling = sum(c <= day for c in cuts)
            expected[ruling] = expected.get(ruling, Fraction(0)) + Fraction(1, Month.of(day).days)
        day += timedelta(days=1)
    assert {c.version.id: c.months for c in lines} == expected
    assert sum(c.day_count for c in lines) == sum(
        (first + timedelta(days=n)) <= last and Month.of(first + timedelta(days=n)) in months
        for n in range((last - first).days + 1)
    )


@given(st.sampled_from(Proration), st.lists(days, max_size=3, unique=True), days, days)
def test_no_month_ever_counts_more_than_once_and_whole_months_count_whole(proration, cuts, a, b):
    first, last = min(a, b), max(a, b)
    starts = [None, *sorted(cuts)]
    ends = [c - timedelta(days=1) for c in sorted(cuts)] + [None]
    versions = [replace(FEE, id=n, starts_on=s, ends_on=e) for n, (s, e) in enumerate(zip(starts, ends, strict=True))]
    for n in range(11):
        month = Month(2025, 10) + n
        sum_ = months_of(proration, (first, last), months=(month,), versions=versions)
        assert 0 <= sum_ <= 1
        if first <= month.first and month.last <= last:
            assert sum_ == 1
        if last < month.first or month.last < first:
            assert sum_ == 0

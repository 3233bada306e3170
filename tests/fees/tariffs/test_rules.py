"""Which version is in force on a day, and which run bills which months."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from portal.fees.tariffs.rules import Days, TariffVersion, anchor_of, covered, versions_by_day
from portal.fees.tariffs.states import Formula, Timing
from portal.kit.period import Month

FEE = TariffVersion("v", "fee", "*", Formula.per_area, Decimal("1.27"))
months = st.builds(Month, st.integers(2019, 2031), st.integers(1, 12))


def test_a_version_for_the_use_beats_one_for_every_use_on_the_days_it_is_in_force():
    shops = replace(FEE, id="shops", use="commercial", starts_on=date(2026, 3, 10), ends_on=date(2026, 4, 20))
    line = versions_by_day([FEE, shops], "commercial")
    assert [(d.first, d.last, v.id) for d, v in line] == [
        (date.min, date(2026, 3, 9), "v"),
        (date(2026, 3, 10), date(2026, 4, 20), "shops"),
        (date(2026, 4, 21), date.max, "v"),
    ]
    assert [v.id for _, v in versions_by_day([FEE, shops], "residential")] == ["v"]


def test_nothing_is_in_force_between_two_versions_that_leave_a_gap():
    old, new = replace(FEE, ends_on=date(2026, 3, 31)), replace(FEE, id="new", starts_on=date(2026, 5, 1))
    assert [d for d, _ in versions_by_day([new, old], "office")] == [
        Days(date.min, date(2026, 3, 31)),
        Days(date(2026, 5, 1), date.max),
    ]


def test_the_use_of_nobody_has_no_version():
    assert versions_by_day([replace(FEE, use="parking")], "office") == ()


def test_one_month_is_billed_in_its_own_run_in_advance_and_in_arrears():
    for timing in Timing:
        assert covered(Month(2026, 11), Month(2020, 3), (1, timing)) == (Month(2026, 11),)


def test_a_quarter_is_billed_by_its_first_or_by_its_last_month():
    anchor = Month(2025, 2)
    quarter = (Month(2025, 11), Month(2025, 12), Month(2026, 1))
    assert covered(Month(2025, 11), anchor, (3, Timing.advance)) == quarter
    assert covered(Month(2026, 1), anchor, (3, Timing.arrears)) == quarter
    for other in (Month(2025, 12), Month(2026, 1)):
        assert covered(other, anchor, (3, Timing.advance)) == ()


@given(months, st.integers(1, 24), st.sampled_from(Timing), months)
def test_every_month_is_billed_by_exactly_one_run(anchor, cycle, timing, month):
    runs = [covered(month + n, anchor, (cycle, timing)) for n in range(-24, 25)]
    assert sum(month in run for run in runs) == 1
    assert {len(run) for run in runs} <= {0, cycle}


def test_cycles_count_from_the_earliest_from_of_any_use_or_else_from_january():
    versions = [replace(FEE, starts_on=date(2025, 5, 20)), replace(FEE, use="office", starts_on=date(2025, 2, 28))]
    assert anchor_of(versions) == Month(2025, 2)
    assert anchor_of([*versions, FEE]).month == 1

"""Which version is in force on a day, and which run bills which months."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from portal.fees.tariffs.rules import (
    Days,
    SharedCost,
    TariffVersion,
    UnitCharge,
    UnitFacts,
    anchor_of,
    charged_once,
    covered,
    rate_in_figures,
    versions_by_day,
)
from portal.fees.tariffs.states import Formula, Timing
from portal.homes.units.states import Use
from portal.kit.money import Money
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


def test_of_two_that_overlap_the_later_one_rules_and_one_for_the_use_rules_both():
    first, later = replace(FEE, id="first", starts_on=date(2026, 1, 1)), replace(FEE, starts_on=date(2026, 3, 1))
    shops = replace(FEE, id="shops", use="commercial", starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 1))
    for versions in ([first, later, shops], [shops, later, first]):
        assert [(d.first, d.last, v.id) for d, v in versions_by_day(versions, "commercial")] == [
            (date(2026, 1, 1), date(2026, 1, 31), "first"),
            (date(2026, 2, 1), date(2026, 2, 1), "shops"),
            (date(2026, 2, 2), date(2026, 2, 28), "first"),
            (date(2026, 3, 1), date.max, "v"),
        ]


def test_what_changes_for_others_cuts_nothing():
    shops = replace(FEE, id="shops", use="commercial", starts_on=date(2026, 2, 1))
    second, other = (replace(FEE, id=name, starts_on=date(2026, n, 1)) for n, name in ((1, "second"), (3, "other")))
    assert [(d.first, d.last, v.id) for d, v in versions_by_day([FEE, second, shops, other], "commercial")] == [
        (date.min, date(2025, 12, 31), "v"),
        (date(2026, 1, 1), date(2026, 1, 31), "second"),
        (date(2026, 2, 1), date.max, "shops"),
    ]


def test_a_row_has_a_month_only_when_it_begins_and_ends_in_it():
    rows = [(date(2026, 11, 5), date(2026, 11, 30)), (date(2026, 11, 5), date(2026, 12, 4)), (None, date(2026, 12, 4))]
    assert [UnitCharge("bay", Decimal(1), *row).month for row in rows] == [Month(2026, 11), None, None]


def test_rows_that_follow_each_other_within_a_month_are_each_charged_once():
    rows = [UnitCharge("bay", Decimal(1), date(2026, 11, a), date(2026, 11, b)) for a, b in ((1, 3), (4, 6))]
    assert charged_once(rows) == tuple(rows)


def test_a_shared_cost_is_for_the_estate_or_for_a_building():
    home = UnitFacts(1, "1栋101", Use.residential, building="1栋")
    scopes = ["community", "building:1栋", "building:2栋", "floor:1栋"]
    costs = [SharedCost("c", "lift", Month(2026, 11), Money(1), scope) for scope in scopes]
    assert [cost.covers(home) for cost in costs] == [True, True, False, False]


def test_a_rate_is_read_with_two_decimals_at_least():
    rates = ["3", "2.8", "0.35", "2.1200", "0.105", "1234.5"]
    assert [rate_in_figures(Decimal(rate)) for rate in rates] == ["3.00", "2.80", "0.35", "2.12", "0.105", "1,234.50"]


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
    assert anchor_of([*versions, FEE]) == Month(2000, 1)

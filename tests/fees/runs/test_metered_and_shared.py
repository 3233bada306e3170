"""Lines that come from readings and shared costs, and what a late one adds."""

from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from portal.fees.runs.drafts import Billed, Tie, sources_in
from portal.fees.runs.rules import lines_of_unit, shares_by_unit, split_shared_costs
from portal.fees.runs.schedule import Schedule
from portal.fees.tariffs.rules import DueRule
from portal.fees.tariffs.states import Formula, Proration, Rounding
from portal.homes.units.states import Use
from portal.kit.money import Money
from tests.fees.runs.run_builders import (
    ARREARS,
    FEE,
    ISSUED,
    LIFT,
    NOV,
    VACANT,
    WATER,
    billed_by,
    charge,
    codes,
    cost,
    fens,
    flat,
    reading,
    run,
    tariff,
    totals,
)


class TestMeters:
    def test_the_meters_of_a_unit_make_one_line_that_shows_each(self):
        (line,) = run(flat(readings=[reading(100, "112.5"), reading(7, 9, meter="M2")]), tariffs=[WATER]).lines
        assert (line.amount, line.derivation.quantity) == (Money(5467), Decimal("14.5"))
        assert line.derivation.facts()["readings"] == [
            {"meter": "M1", "period": "2026-11", "previous": "100", "current": "112.5"},
            {"meter": "M2", "period": "2026-11", "previous": "7", "current": "9"},
        ]

    def test_a_late_reading_makes_a_supplement_with_nothing_billed_before(self):
        first = run(flat(readings=[reading(0, 10)]), tariffs=[WATER])
        both = flat(readings=[reading(0, 10), reading(0, 5, meter="M2")], billed=billed_by(first, "1栋101"))
        (late,) = run(both, tariffs=[WATER]).lines
        assert (late.supplement, late.amount, [r.meter for r in late.derivation.readings]) == (1, Money(1885), ["M2"])
        third = flat(
            readings=[*both.readings, reading(0, 1, meter="M3")],
            billed=[*both.billed, *billed_by(run(both, tariffs=[WATER]), "1栋101")],
        )
        assert [x.supplement for x in run(third, tariffs=[WATER]).lines] == [2]

    def test_a_missing_reading_is_a_warning_and_is_billed_by_a_rerun(self):
        assert codes(run(flat(), tariffs=[WATER]).warnings) == [("no_reading", "1栋101", "water")]
        late = flat(readings=[reading(0, 10)], billed=billed_by(run(flat(), tariffs=[FEE, WATER]), "1栋101"))
        (line,) = run(late, tariffs=[FEE, WATER]).lines
        assert (line.item, line.supplement) == ("water", 0)

    def test_a_meter_that_runs_backwards_is_an_error(self):
        result = run(flat(readings=[reading(10, 9)]), tariffs=[WATER])
        assert codes(result.errors) == [("negative_consumption", "1栋101", "water")]

    def test_nothing_used_is_nothing_billed(self):
        assert run(flat(readings=[reading(9, 9)]), tariffs=[WATER]).bills == ()

    def test_what_was_used_is_never_prorated(self):
        daily = tariff(WATER, proration=Proration.daily_actual)
        home = flat(readings=[reading(0, 10)], handed_over_on=date(2026, 11, 20))
        assert fens(run(home, tariffs=[daily])) == [3770]

    def test_the_version_of_the_first_chargeable_day_prices_the_month(self):
        old, new = tariff(WATER, ends_on=date(2026, 11, 14)), tariff(
            WATER, id="w2", rate=Decimal(4), starts_on=date(2026, 11, 15)
        )  # fmt: skip
        assert fens(run(flat(readings=[reading(0, 10)]), tariffs=[old, new])) == [3770]
        home = flat(readings=[reading(0, 10)], handed_over_on=date(2026, 11, 15))
        assert fens(run(home, tariffs=[old, new])) == [4000]

    def test_a_quarter_in_arrears_adds_its_months(self):
        quarterly = tariff(WATER, cycle_months=3, timing=ARREARS, starts_on=date(2026, 9, 1))
        months = [reading(n, n + 4, NOV + (n - 2)) for n in range(3)]
        (line,) = run(flat(readings=months), tariffs=[quarterly]).lines
        assert (line.derivation.quantity, str(line.first), str(line.last)) == (12, "2026-09", "2026-11")

    def test_a_reading_before_the_handover_is_not_billed_and_says_so(self):
        quarterly = tariff(WATER, cycle_months=3, timing=ARREARS, starts_on=date(2026, 9, 1))
        home = flat(readings=[reading(0, 5, NOV + (-1)), reading(5, 9)], handed_over_on=date(2026, 11, 1))
        result = run(home, tariffs=[quarterly])
        assert (fens(result), codes(result.warnings)) == ([1508], [("reading_not_billed", "1栋101", "water")])

    def test_a_reading_that_no_tariff_prices_is_never_passed_over_in_silence(self):
        said = [("reading_not_billed", "1栋101", "water")]
        before = flat(readings=[reading(0, 5)], charges=[charge(1, date(2026, 12, 1), item="water")])
        assert codes(run(before, tariffs=[WATER]).warnings) == said
        by_area = tariff(FEE, item="water")
        assert codes(run(flat(readings=[reading(0, 5)]), tariffs=[by_area]).warnings) == said

    def test_a_reading_is_billed_in_the_rhythm_of_its_version_only(self):
        quarterly = tariff(
            WATER, cycle_months=3, timing=ARREARS, starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 31)
        )
        monthly = tariff(WATER, id="w2", starts_on=date(2026, 11, 1))
        home = flat(readings=[reading(0, 5, NOV + (-1)), reading(5, 9)])
        result = run(home, tariffs=[quarterly, monthly])
        assert (fens(result), result.warnings) == ([1885, 1508], ())

    def test_an_opening_balance_of_the_month_stands_for_the_reading(self):
        opening = Billed("water", NOV, NOV, NOV, opening=True)
        assert run(flat(readings=[reading(0, 10)], billed=[opening]), tariffs=[WATER]).bills == ()

    def test_the_readings_of_a_stored_line_are_known_again(self):
        (line,) = run(flat(readings=[reading(0, 10)]), tariffs=[WATER]).lines
        assert sources_in(line.derivation.facts()) == line.derivation.sources == {("reading", "M1", "2026-11")}


class TestShares:
    def test_a_cost_is_split_by_area_and_lost_to_nobody(self):
        homes = [flat("1栋101", "50"), flat("1栋102", "100", occupancy=VACANT), flat("2栋101", "150")]
        result = run(*homes, tariffs=[tariff(LIFT, vacancy_rate=Decimal("0.5"))], costs=[cost(10001)])
        assert totals(result).by_unit == {"1栋101": 1667, "1栋102": 3334, "2栋101": 5000}
        assert result.total == Money(10001)

    def test_only_units_in_the_building_whose_use_matches_share(self):
        homes = [flat("1栋101", "50"), flat("1栋102", "50"), flat("2栋101", "50"), flat("1栋B1", "9", use=Use.parking)]
        result = run(*homes, tariffs=[LIFT], costs=[cost(999, "building:1")])
        assert totals(result).by_unit == {"1栋101": 500, "1栋102": 499}

    def test_a_share_by_unit_needs_no_area_and_ignores_rounding_days_and_handover(self):
        each = tariff(LIFT, formula=Formula.share_by_unit, rounding=Rounding.yuan, proration=Proration.next_month)
        homes = [flat("1栋101", None, handed_over_on=date(2026, 11, 20)), flat("1栋102", None)]
        assert fens(run(*homes, tariffs=[each], costs=[cost(101)])) == [51, 50]

    def test_two_costs_of_a_unit_are_one_line_that_shows_both(self):
        result = run(flat(), flat("2栋101"), tariffs=[LIFT], costs=[cost(100), cost(31, "building:1", id="cost-2")])
        (first, second) = result.lines
        assert (first.amount, second.amount) == (Money(81), Money(50))
        assert [(s["scope"], s["amount"]) for s in first.derivation.facts()["shares"]] == [
            ("building:1", 31),
            ("community", 50),
        ]

    def test_a_split_that_was_billed_is_frozen_when_a_unit_is_added(self):
        units = [flat("1栋101"), flat("1栋102")]
        schedule = Schedule(NOV, ISSUED, DueRule.parse("day:15"), [LIFT])
        frozen, _ = split_shared_costs([cost(100)], [u.unit for u in units], schedule)
        billed = billed_by(run(*units, tariffs=[LIFT], costs=[cost(100)]), "1栋101")
        rerun = run(flat(billed=billed), units[1], flat("1栋103"), tariffs=[LIFT], costs=[cost(100)], frozen=frozen)
        assert totals(rerun).by_unit == {"1栋102": 50}

    def test_a_late_cost_is_a_supplement(self):
        before = billed_by(run(flat(), tariffs=[LIFT], costs=[cost(100)]), "1栋101")
        late = run(flat(billed=before), tariffs=[LIFT], costs=[cost(100), cost(7, "building:1", id="cost-2")])
        assert [(x.supplement, x.amount.fen) for x in late.lines] == [(1, 7)]

    def test_what_cannot_be_split_is_an_error(self):
        assert codes(run(flat(), tariffs=[LIFT], costs=[cost(5, "building:9")]).errors) == [
            ("cost_without_units", None, "lift")
        ]
        assert codes(run(flat(area=None), tariffs=[LIFT], costs=[cost(5)]).errors) == [
            ("missing_area", "1栋101", "lift")
        ]
        by_unit = tariff(LIFT, id="l2", use="office", formula=Formula.share_by_unit)
        mixed = run(flat(), flat("1栋102", use=Use.office), tariffs=[LIFT, by_unit], costs=[cost(5)])
        assert codes(mixed.errors) == [("mixed_shares", None, "lift")]
        assert codes(run(flat(), tariffs=[LIFT], costs=[cost(-5)]).errors) == [("negative_cost", None, "lift")]

    def test_a_share_without_owner_is_an_error(self):
        result = run(flat(ties=()), flat("1栋102", ties=[Tie("li", "owner")]), tariffs=[LIFT], costs=[cost(5)])
        assert codes(result.errors) == [("no_owner", "1栋101", None)]

    def test_a_quarter_of_costs_is_one_line(self):
        quarterly = tariff(LIFT, cycle_months=3, timing=ARREARS, starts_on=date(2026, 9, 1))
        costs = [cost(100 * n, period=NOV + (-n), id=n) for n in (1, 2, 3)]
        assert fens(run(flat(), tariffs=[quarterly], costs=costs)) == [300]


@given(st.integers(1, 10**8), st.lists(st.decimals("0.01", "300", places=2), min_size=1, max_size=30))
def test_a_run_in_batches_equals_a_run_at_once_and_collects_the_whole_cost(fen, areas):
    units = [flat(f"1栋{n}", str(a)) for n, a in enumerate(areas)]
    whole = run(*units, tariffs=[LIFT], costs=[cost(fen)])
    assert whole.total == Money(fen)
    schedule = Schedule(NOV, ISSUED, DueRule.parse("day:15"), [LIFT])
    splits, _ = split_shared_costs([cost(fen)], [u.unit for u in units], schedule)
    shares = shares_by_unit(splits)
    batches = [b for u in sorted(units, key=lambda u: u.unit.name)
               for b in lines_of_unit(u, schedule, shares[u.unit.id]).bills]  # fmt: skip
    assert tuple(batches) == whole.bills

"""A whole bill run, without a database: cycles, debtors, meters, shares, errors, and what a rerun adds."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from portal.fees.runs.drafts import Billed, Tie, sources_in
from portal.fees.tariffs.states import Formula, Proration, Rounding, Timing
from portal.kit.money import Money
from portal.kit.period import Month
from tests.fees.runs.run_builders import (
    ARREARS,
    BAY,
    DAILY,
    FEE,
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

YEARLY = tariff(cycle_months=12, starts_on=date(2025, 11, 1))


def test_a_line_tells_how_its_sum_came_about():
    result = run(flat(), tariffs=[tariff(FEE, source="合同第7条", per="m²·月")])
    (line,) = result.lines
    assert line.amount == Money(11350)
    assert line.derivation.facts() == {
        "formula": "per_area", "proration": "full_month", "rounding": "fen", "per": "m²·月", "source": "合同第7条",
        "rate": "1.27", "quantity": "89.37", "months": "1", "days": 30, "vacancy_rate": None,
        "exact_yuan": "1134999/10000", "readings": [], "shares": [],
    }  # fmt: skip
    sums = totals(result)
    assert (sums.by_item, sums.by_unit, sums.total) == ({"fee": 11350}, {"1栋101": 11350}, Money(11350))


def test_a_year_in_advance_is_one_line_of_twelve_months_due_once():
    (bill,) = run(flat(), tariffs=[YEARLY]).bills
    (line,) = bill.lines
    assert (str(line.first), str(line.last), line.derivation.months, line.amount) == (
        "2026-11",
        "2027-10",
        12,
        Money(136200),
    )
    assert (bill.due_on, bill.due_moved) == (date(2026, 11, 15), False)


def test_a_quarter_in_arrears_is_billed_by_its_last_month():
    quarterly = tariff(cycle_months=3, timing=ARREARS, starts_on=date(2026, 9, 1))
    assert [(str(x.first), str(x.last), x.amount.fen) for x in run(flat(), tariffs=[quarterly]).lines] == [
        ("2026-09", "2026-11", 34050)
    ]
    assert run(flat(), tariffs=[quarterly], period=NOV + 1).lines == ()


def test_a_cycle_that_a_unit_joins_later_counts_from_then_by_months():
    bay = tariff(BAY, cycle_months=3, starts_on=date(2026, 11, 1), proration=DAILY)
    (line,) = run(flat(charges=[charge(1, date(2026, 12, 17))]), tariffs=[bay]).lines
    assert (str(line.first), str(line.last), line.derivation.months) == ("2026-12", "2027-01", Fraction(46, 31))
    assert line.amount == Money(16323)


def test_ninety_eight_bays_at_110():
    assert fens(run(flat(charges=[charge(98)]), tariffs=[BAY])) == [1078000]


def test_a_quantity_of_zero_or_none_at_all_makes_no_line():
    result = run(flat(charges=[charge(0)]), flat("1栋102"), tariffs=[BAY])
    assert (result.lines, result.errors, result.warnings) == ((), (), ())


def test_a_fixed_charge_counts_one_unless_a_row_says_otherwise():
    wifi = tariff(FEE, item="wifi", formula=Formula.fixed, rate=Decimal(20))
    rows = [charge(0, item="wifi")], [charge(2, item="wifi")], [charge(None, date(2026, 12, 1), item="wifi")], []
    units = [flat(f"1栋10{n}", charges=row) for n, row in enumerate(rows)]
    assert totals(run(*units, tariffs=[wifi])).by_unit == {"1栋101": 4000, "1栋103": 2000}


def test_rows_of_an_area_charge_only_say_from_when_to_when():
    fee = tariff(proration=DAILY)
    rows = [charge(7, date(2026, 11, 11), date(2026, 11, 25), "fee"), charge(7, date(2026, 11, 21), None, "fee")]
    (line,) = run(flat(area="100", charges=rows), tariffs=[fee]).lines
    assert (line.derivation.months, line.amount) == (Fraction(2, 3), Money(8467))


def test_the_handover_begins_every_rate():
    for proration, fen in zip(Proration, [11350, 5675, 5675, 0], strict=True):
        result = run(flat(handed_over_on=date(2026, 11, 16)), tariffs=[tariff(proration=proration)])
        assert result.total == Money(fen), proration
    assert run(flat(handed_over_on=date(2026, 12, 1))).lines == ()


def test_a_new_rate_inside_a_month_makes_two_lines_by_days():
    old = tariff(proration=DAILY, ends_on=date(2026, 11, 10))
    new = tariff(proration=DAILY, id="fee-2", rate=Decimal("1.50"), starts_on=date(2026, 11, 11))
    lines = run(flat(), tariffs=[old, new]).lines
    assert [(x.derivation.version.id, x.amount.fen, x.part, x.days.first.day) for x in lines] == [
        ("fee-1", 3783, 0, 1),
        ("fee-2", 8937, 1, 11),
    ]


def test_a_specific_use_beats_every_use():
    homes = tariff(id="homes", use="residential", rate=Decimal(2))
    assert fens(run(flat(area="50"), tariffs=[FEE, homes])) == [10000]


def test_vacancy_lowers_a_rate_only_where_the_tariff_says_so():
    lowered = tariff(vacancy_rate=Decimal("0.7"))
    assert fens(run(flat(occupancy=VACANT), tariffs=[lowered])) == [7945]
    assert fens(run(flat(occupancy=VACANT))) == fens(run(flat(), tariffs=[lowered])) == [11350]
    assert run(flat(occupancy=VACANT), tariffs=[tariff(vacancy_rate=Decimal(0))]).lines == ()


@pytest.mark.parametrize(("rounding", "fen"), [(Rounding.fen, 11350), (Rounding.jiao, 11350), (Rounding.yuan, 11300)])
def test_a_line_is_rounded_once_to_what_the_tariff_says(rounding, fen):
    assert fens(run(flat(), tariffs=[tariff(rounding=rounding)])) == [fen]


class TestDebtors:
    SELLER, BUYER = Tie("seller", "owner", None, date(2026, 11, 9)), Tie("buyer", "owner", date(2026, 11, 10))

    def test_the_owner_of_the_first_day_owes_the_month_of_the_sale(self):
        home = flat(ties=[self.BUYER, self.SELLER])
        assert [b.debtor for b in run(home).bills] == [("seller",)]
        assert [b.debtor for b in run(home, period=NOV + 1).bills] == [("buyer",)]

    def test_the_owner_of_the_first_chargeable_day_owes_what_begins_later(self):
        home = flat(ties=[self.SELLER, self.BUYER], charges=[charge(1, date(2026, 11, 20))])
        bills = run(home, tariffs=[FEE, BAY]).bills
        assert [(b.debtor, [x.item for x in b.lines]) for b in bills] == [(("seller",), ["fee"]), (("buyer",), ["bay"])]

    def test_a_change_of_rate_after_the_sale_does_not_divide_the_month(self):
        old = tariff(proration=DAILY, ends_on=date(2026, 11, 15))
        new = tariff(proration=DAILY, id="fee-2", starts_on=date(2026, 11, 16))
        assert [b.debtor for b in run(flat(ties=[self.SELLER, self.BUYER]), tariffs=[old, new]).bills] == [("seller",)]

    def test_a_sale_inside_a_cycle_does_not_divide_it_whatever_was_read_or_shared_when(self):
        sep, oct_, nov = (NOV + n for n in (-2, -1, 0))
        quarterly = {"cycle_months": 3, "timing": ARREARS, "starts_on": sep.first}
        ties = [Tie("seller", "owner", None, date(2026, 9, 20)), Tie("buyer", "owner", date(2026, 9, 21))]
        old = tariff(WATER, **quarterly, ends_on=sep.last)
        new = tariff(WATER, **quarterly | {"starts_on": oct_.first}, id="water-2", rate=Decimal(4))
        home = flat(ties=ties, readings=[reading(0, 5, sep), reading(5, 9, nov)])
        lift = tariff(LIFT, **quarterly)
        bills = run(home, tariffs=[old, new, lift], costs=[cost(100, period=nov)]).bills
        assert [(b.debtor, len(b.lines)) for b in bills] == [(("seller",), 3)]

    def test_a_share_that_begins_after_the_sale_is_the_buyers(self):
        home = flat(ties=[self.SELLER, self.BUYER])
        assert [b.debtor for b in run(home, tariffs=[LIFT], costs=[cost(100)]).bills] == [("seller",)]
        later = tariff(LIFT, starts_on=date(2026, 11, 15))
        assert [b.debtor for b in run(home, tariffs=[later], costs=[cost(100)]).bills] == [("buyer",)]
        new = flat(ties=[self.SELLER, self.BUYER], handed_over_on=date(2026, 11, 20))
        assert [b.debtor for b in run(new, tariffs=[LIFT], costs=[cost(100)]).bills] == [("buyer",)]

    def test_co_owners_owe_one_bill_jointly_and_a_tenant_none(self):
        ties = [Tie("wang", "co_owner"), Tie("li", "owner"), Tie("chen", "tenant")]
        assert [b.debtor for b in run(flat(ties=ties)).bills] == [("li", "wang")]

    def test_a_unit_without_owner_is_an_error_for_that_unit_only(self):
        result = run(flat(ties=[Tie("late", "owner", date(2026, 11, 2))]), flat("1栋102"))
        assert codes(result.errors) == [("no_owner", "1栋101", None)]
        assert list(totals(result).by_unit) == ["1栋102"]

    def test_nobody_is_missed_where_nothing_is_charged(self):
        assert run(flat(ties=(), handed_over_on=date(2027, 1, 1))).errors == ()


class TestErrors:
    def test_an_unknown_area_is_an_error_where_the_area_counts(self):
        assert codes(run(flat(area=None)).errors) == [("missing_area", "1栋101", "fee")]
        assert run(flat(area=None, charges=[charge(1)]), tariffs=[BAY]).errors == ()

    def test_a_missing_rate_or_quantity_is_an_error(self):
        assert codes(run(flat(), tariffs=[tariff(rate=None)]).errors) == [("missing_rate", "1栋101", "fee")]
        missing = run(flat(charges=[charge(None)]), tariffs=[BAY])
        assert codes(missing.errors) == [("missing_quantity", "1栋101", "bay")]

    def test_a_quantity_that_no_tariff_charges_is_a_warning(self):
        result = run(flat(charges=[charge(1)]), tariffs=[tariff(BAY, use="parking")])
        assert codes(result.warnings) == [("charge_without_tariff", "1栋101", "bay")]


class TestReruns:
    def test_a_rerun_adds_nothing(self):
        home = flat(charges=[charge(2)])
        first = run(home, tariffs=[FEE, BAY])
        again = run(flat(charges=[charge(2)], billed=billed_by(first, "1栋101")), tariffs=[FEE, BAY])
        assert (again.bills, again.total) == ((), Money(0))

    def test_a_rerun_adds_the_item_that_came_later(self):
        before = billed_by(run(flat()), "1栋101")
        (line,) = run(flat(charges=[charge(1)], billed=before), tariffs=[FEE, BAY]).lines
        assert (line.item, line.supplement) == ("bay", 0)

    def test_a_month_of_a_billed_cycle_is_not_billed_again_after_the_rhythm_changed(self):
        before = billed_by(run(flat(), tariffs=[YEARLY]), "1栋101")
        assert run(flat(billed=before), tariffs=[FEE], period=NOV + 3).lines == ()

    def test_an_opening_balance_stands_for_its_month(self):
        opening = Billed("fee", NOV, NOV, NOV, opening=True)
        assert run(flat(billed=[opening])).lines == ()
        assert fens(run(flat(billed=[opening]), period=NOV + 1)) == [11350]

    def test_an_opening_balance_inside_a_cycle_stands_for_the_cycle_and_says_so(self):
        month = NOV + 2
        result = run(flat(billed=[Billed("fee", month, month, month, opening=True)]), tariffs=[YEARLY])
        assert (result.lines, codes(result.warnings)) == ((), [("opening_balance", "1栋101", "fee")])

    def test_a_late_entry_in_a_cycle_is_billed_by_rerunning_the_run_of_the_cycle(self):
        bay = tariff(BAY, cycle_months=3, starts_on=date(2026, 11, 1))
        late = flat(charges=[charge(1, date(2027, 1, 5))])
        assert run(late, tariffs=[bay], period=NOV + 2).lines == ()
        assert fens(run(late, tariffs=[bay])) == [11000]


def test_a_change_from_monthly_to_quarterly_bills_each_month_once():
    old = tariff(ends_on=date(2026, 11, 30), starts_on=date(2026, 10, 1))
    new = tariff(id="fee-2", cycle_months=3, starts_on=date(2026, 12, 1), rate=Decimal(2))
    months = [m for n in range(-1, 8) for x in run(flat(), tariffs=[old, new], period=NOV + n).lines
              for m in x.first.through(x.last)]  # fmt: skip
    assert sorted(months) == list(Month(2026, 10).through(Month(2027, 6)))


def test_bills_come_in_the_order_of_unit_names_and_lines_in_that_of_the_items():
    units = [flat(n, charges=[charge(1)]) for n in ("2栋101", "10栋101", "1栋101")]
    result = run(*units, tariffs=[BAY, FEE])
    assert [b.unit.name for b in result.bills] == ["10栋101", "1栋101", "2栋101"]
    assert [x.item for x in result.bills[0].lines] == ["bay", "fee"]


def test_a_bill_issued_late_is_due_on_its_day_of_issue():
    (bill,) = run(flat(), issued=date(2026, 11, 20)).bills
    assert (bill.due_on, bill.due_moved) == (date(2026, 11, 20), True)


dates = st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 30))
tariffs = st.builds(
    lambda n, formula, cycle, timing, proration, rate, start: tariff(
        id=n, item=f"item-{n}", formula=formula, cycle_months=cycle, timing=timing, proration=proration, rate=rate,
        starts_on=start, vacancy_rate=Decimal("0.7"),
    ),
    st.integers(0, 10**6), st.sampled_from([Formula.per_area, Formula.fixed, Formula.per_quantity]), st.integers(1, 12),
    st.sampled_from(Timing), st.sampled_from(Proration), st.decimals("0.01", "300", places=2), dates,
)  # fmt: skip


@given(
    st.lists(tariffs, min_size=1, max_size=4, unique_by=lambda t: t.item),
    dates, dates, st.decimals("0", "9", places=1), st.booleans(),
)  # fmt: skip
def test_totals_agree_and_running_again_never_bills_twice(versions, handed, starts_on, quantity, vacant):
    rows = [charge(quantity, starts_on, item=v.item) for v in versions if v.formula is Formula.per_quantity]
    state = {"occupancy": VACANT} if vacant else {}
    home = flat(handed_over_on=handed, charges=rows, **state)
    result = run(home, tariffs=versions)
    assert sum(totals(result).by_item.values()) == sum(totals(result).by_unit.values()) == result.total.fen
    for line in result.lines:
        d = line.derivation
        product = Fraction(d.version.rate) * Fraction(d.quantity) * d.months * Fraction(d.vacancy_rate or 1)
        assert product == d.exact and abs(line.amount.fen - product * 100) <= Fraction(1, 2)
    again = flat(handed_over_on=handed, charges=rows, billed=billed_by(result, "1栋101"), **state)
    assert run(again, tariffs=versions).bills == ()


def test_the_sources_of_a_stored_line_are_read_back():
    (line,) = run(flat(), tariffs=[LIFT], costs=[]).lines or run(flat()).lines
    assert sources_in(line.derivation.facts()) == line.derivation.sources == frozenset()

"""What is charged once: several of a month add up, a later one makes a further bill; a bay that changes is one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from portal.fees.runs.drafts import Billed, Tie, sources_in
from portal.fees.tariffs.rules import TariffVersion
from portal.fees.tariffs.states import Formula
from tests.fees.runs.run_builders import FROM_2026, NOV, billed_by, charge, codes, fens, flat, run

HOURS = TariffVersion("repair-1", "repair", "*", Formula.per_quantity, Decimal(80), per="小时", starts_on=FROM_2026)
BAY = TariffVersion("bay-1", "bay", "*", Formula.per_quantity, Decimal(110), starts_on=FROM_2026)


def hours(quantity, day, month=11):
    return charge(quantity, date(2026, month, day), date(2026, month, day), item="repair")


def bays(quantity, first, last):
    return charge(quantity, first and date(2026, 11, first), last and date(2026, 11, last))


def test_what_is_taken_twice_in_a_month_is_charged_twice():
    result = run(flat(charges=[hours(3, 10), hours(2, 11), hours(1, 20)]), tariffs=[HOURS])
    assert (fens(result), len(result.bills)) == ([24000, 16000, 8000], 1)
    assert [(line.part, line.supplement) for line in result.lines] == [(0, 0), (1, 0), (2, 0)]


def test_a_later_one_of_a_billed_month_makes_a_supplement_and_nothing_is_billed_twice():
    first = run(flat(charges=[hours(3, 10)]), tariffs=[HOURS])
    both = flat(charges=[hours(3, 10), hours(2, 20)], billed=billed_by(first, "1栋101"))
    second = run(both, tariffs=[HOURS])
    assert [(line.amount.fen, line.supplement, line.days.first.day) for line in second.lines] == [(16000, 1, 20)]
    again = replace(both, billed=(*both.billed, *billed_by(second, "1栋101")))
    assert fens(run(again, tariffs=[HOURS])) == []


def test_each_is_owed_by_who_owned_the_home_on_its_day():
    ties = (Tie("zhang", "owner", None, date(2026, 11, 15)), Tie("li", "owner", date(2026, 11, 16)))
    result = run(flat(charges=[hours(3, 10), hours(2, 20)], ties=ties), tariffs=[HOURS])
    assert {bill.debtor: bill.total.fen for bill in result.bills} == {("zhang",): 24000, ("li",): 16000}


def test_a_bay_that_is_given_up_for_another_is_charged_once_a_month():
    assert fens(run(flat(charges=[bays(1, None, 15), bays(2, 16, None)]), tariffs=[BAY])) == [11000]
    assert fens(run(flat(charges=[bays(1, 2, 15), bays(2, 16, None)]), tariffs=[BAY])) == [11000]


def test_what_is_taken_once_beside_a_bay_of_all_the_month_comes_on_top():
    result = run(flat(charges=[bays(1, None, None), bays(1, 10, 10), bays(1, 20, 20)]), tariffs=[BAY])
    assert fens(result) == [11000, 11000, 11000]


def test_what_is_taken_once_and_then_for_good_is_charged_for_both():
    assert fens(run(flat(charges=[hours(3, 10), charge(2, date(2026, 11, 16), item="repair")]), tariffs=[HOURS])) == [
        16000, 24000,
    ]  # fmt: skip
    assert fens(run(flat(charges=[hours(3, 15), charge(2, date(2026, 11, 16), item="repair")]), tariffs=[HOURS])) == [
        16000, 24000,
    ]  # fmt: skip
    assert fens(run(flat(charges=[bays(1, 2, 10), bays(2, 16, None)]), tariffs=[BAY])) == [22000, 11000]
    assert fens(run(flat(charges=[bays(2, None, 9), bays(1, 20, 20)]), tariffs=[BAY])) == [22000, 11000]


def test_a_bay_that_changes_day_after_day_is_charged_once_a_month():
    assert fens(run(flat(charges=[bays(1, 2, 9), bays(2, 10, 20), bays(3, 21, None)]), tariffs=[BAY])) == [11000]
    assert fens(run(flat(charges=[bays(1, None, 9), bays(2, 10, 20)]), tariffs=[BAY])) == [11000]


def test_a_month_that_was_billed_while_a_gap_was_a_change_is_not_billed_again():
    """As runs of before 2026-12 did: one line that names both rows."""
    rows = frozenset({("quantity", "2026-11-02", ""), ("quantity", "2026-11-16", "")})
    old = [Billed("bay", NOV, NOV, NOV, sources=rows)]
    assert fens(run(flat(charges=[bays(1, 2, 10), bays(2, 16, None)], billed=old), tariffs=[BAY])) == []


def test_a_bay_that_was_billed_and_then_ended_is_not_billed_again():
    first = run(flat(charges=[bays(1, 5, None)]), tariffs=[BAY])
    ended = flat(charges=[bays(1, 5, 30)], billed=billed_by(first, "1栋101"))
    assert fens(run(ended, tariffs=[BAY])) == []


def test_a_line_that_does_not_name_its_quantities_has_all_of_its_month():
    old = [Billed("repair", NOV, NOV, NOV)]
    assert fens(run(flat(charges=[hours(3, 10), hours(2, 20)], billed=old), tariffs=[HOURS])) == []
    assert fens(run(flat(charges=[hours(3, 10, month=12)], billed=old), tariffs=[HOURS], period=NOV + 1)) == [24000]


def test_one_without_a_number_is_an_error():
    result = run(flat(charges=[hours(None, 10)]), tariffs=[HOURS])
    assert codes(result.errors) == [("missing_quantity", "1栋101", "repair")]


def test_the_quantities_of_a_stored_line_are_read_back():
    (line,) = run(flat(charges=[hours(3, 10)]), tariffs=[HOURS]).lines
    facts = line.derivation.facts()
    assert sources_in(facts) == line.derivation.sources == {("quantity", "2026-11-10", "")}
    assert (facts["quantities"], facts["one_off"]) == ([{"from": "2026-11-10", "quantity": "3"}], True)
    (bay,) = run(flat(charges=[bays(1, None, None)]), tariffs=[BAY]).lines
    assert (bay.derivation.facts()["one_off"], sources_in(bay.derivation.facts())) == (False, {("quantity", "", "")})

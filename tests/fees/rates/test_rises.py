"""What asks more than before is found at every term and every door, and on the day on which it begins to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.fees.rates.rises import asks_more, rises
from portal.fees.tariffs.rules import TariffVersion
from portal.fees.tariffs.states import Formula, Proration, Rounding, Timing
from portal.homes.units.states import Use

ONE = Decimal(1)
SINCE = date(2026, 9, 1)
LAST, NEXT = date(2026, 11, 30), date(2026, 12, 1)
FEE = TariffVersion(
    "fee", "fee", "*", Formula.per_area, Decimal("3.2"), vacancy_rate=Decimal("0.7"), rounding=Rounding.jiao,
    proration=Proration.daily_actual, cycle_months=3, starts_on=date(2024, 1, 1),
)  # fmt: skip
KINDS = {"fee": "service_fee", "charge": "service_fee", "service": "service_fee", "bay": "parking"}
MORE = [
    {"rate": Decimal("3.200001")},
    {"vacancy_rate": Decimal("0.71")},
    {"vacancy_rate": None},
    {"rounding": Rounding.yuan},
    {"rounding": Rounding.fen},  # what was rounded down is not any more
    {"proration": Proration.full_month},
    {"proration": Proration.half_month_15th},
    {"cycle_months": 4},
    {"formula": Formula.fixed},
    {"formula": Formula.share_by_area, "rate": None},
    {"rate": Decimal("1"), "formula": Formula.per_quantity},
]
NO_MORE = [
    {},
    {"rate": Decimal("3.1")},
    {"vacancy_rate": Decimal(0)},
    {"cycle_months": 1},
    {"timing": Timing.arrears},
    {"source": "第二条", "per": "㎡"},
]


@pytest.mark.parametrize("terms", MORE)
def test_each_term_that_may_cost_somebody_more_or_sooner_is_more(terms):
    assert asks_more(FEE, replace(FEE, **terms))


@pytest.mark.parametrize("terms", NO_MORE)
def test_what_costs_nobody_more_is_no_more(terms):
    assert not asks_more(FEE, replace(FEE, **terms))


def test_a_home_that_stands_empty_pays_the_whole_rate_where_nothing_else_is_said():
    assert not asks_more(replace(FEE, vacancy_rate=ONE), replace(FEE, vacancy_rate=None))
    assert not asks_more(replace(FEE, vacancy_rate=None), replace(FEE, vacancy_rate=ONE))


def test_a_share_asks_no_more_than_a_share_and_any_rate_more_than_none():
    share = replace(FEE, formula=Formula.share_by_area, rate=None)
    assert not asks_more(share, share)
    assert asks_more(share, replace(share, rate=Decimal("0.5")))


def test_a_month_in_advance_is_sooner_than_after_it_and_after_each_month_sooner_than_after_three():
    quarterly = replace(FEE, timing=Timing.arrears)
    assert asks_more(quarterly, FEE) and asks_more(quarterly, replace(quarterly, cycle_months=1))


def test_of_whatever_is_touched_a_whole_month_is_the_most_there_is():
    whole = replace(FEE, proration=Proration.full_month)
    assert not any(asks_more(whole, replace(whole, proration=less)) for less in Proration)


def found(known, wanted):
    return {(rise.version.id, rise.on) for rise in rises(known, wanted, KINDS, SINCE)}


def version(of, **changes):
    return replace(of, **{"id": repr(changes), **changes})


ENDED = replace(FEE, ends_on=LAST)
SHOPS = version(FEE, use="commercial", rate=Decimal(9))
DEARER = version(FEE, starts_on=NEXT, rate=Decimal(4))


def test_a_rise_is_found_for_the_uses_that_it_rules_on_its_first_day():
    shops = [replace(SHOPS, ends_on=LAST), version(SHOPS, starts_on=NEXT, rate=Decimal(10))]
    assert {(r.use, r.on) for r in rises([FEE, SHOPS], [FEE, *shops], KINDS, SINCE)} == {(Use.commercial, NEXT)}


def test_a_row_for_a_use_beside_that_for_all_is_a_rise_when_it_is_dearer():
    mine = version(DEARER, use="residential")
    assert found([FEE], [FEE, mine]) == {(mine.id, NEXT)}
    assert not found([FEE], [FEE, replace(mine, rate=Decimal(3))])


def test_a_cheaper_row_that_ends_gives_way_to_a_dearer_one_for_all():
    mine = version(FEE, use="residential", rate=Decimal(2))
    assert found([FEE, mine], [FEE, replace(mine, ends_on=LAST)]) == {(FEE.id, NEXT)}


def test_what_was_announced_for_a_day_is_no_rise_on_it_but_on_an_earlier_one():
    assert not found([ENDED, DEARER], [ENDED, DEARER])
    sooner = [replace(FEE, ends_on=date(2026, 11, 14)), version(DEARER, starts_on=date(2026, 11, 15))]
    assert {on for _, on in found([ENDED, DEARER], sooner)} == {date(2026, 11, 15)}


def test_a_lower_rate_that_was_announced_and_is_taken_back_is_a_rise_on_its_day():
    cheaper = version(FEE, starts_on=NEXT, rate=Decimal(2))
    assert found([ENDED, cheaper], [FEE]) == {(FEE.id, NEXT)}


def test_what_takes_the_place_of_two_is_a_rise_when_it_is_dearer_than_each():
    charge = version(FEE, item="charge", rate=Decimal(5))
    gone = [ENDED, replace(charge, ends_on=LAST)]
    between, above = (version(FEE, item="service", starts_on=NEXT, rate=Decimal(rate)) for rate in (4, 6))
    assert not found([FEE, charge], [*gone, between])
    assert found([FEE, charge], [*gone, above]) == {(above.id, NEXT)}


def test_what_goes_on_at_the_same_price_is_no_rise_and_after_a_pause_it_is():
    assert not found([ENDED], [ENDED, version(FEE, starts_on=NEXT)])
    later = version(FEE, starts_on=date(2026, 12, 2))
    assert found([ENDED], [ENDED, later]) == {(later.id, later.starts_on)}


@pytest.mark.parametrize("begins", [NEXT, date(2020, 1, 1)])
def test_an_item_under_another_name_is_a_rise_only_when_it_is_dearer(begins):
    renamed = version(FEE, item="charge", starts_on=begins, rate=Decimal(4))
    assert NEXT in {on for _, on in found([FEE], [ENDED, renamed])}
    assert not found([FEE], [ENDED, version(FEE, item="charge", starts_on=NEXT)])


def test_another_item_of_a_kind_that_is_charged_comes_on_top_however_long_ago_it_is_said_to_hold():
    beside = version(FEE, item="charge", starts_on=None)
    assert {on for _, on in found([FEE], [FEE, beside])} >= {SINCE}


def test_what_held_before_the_estate_billed_at_all_is_no_rise_where_nothing_of_its_kind_was_charged():
    bays = version(FEE, item="bay", starts_on=date(2024, 1, 1))
    assert not found([FEE], [FEE, bays])
    assert found([FEE], [FEE, replace(bays, starts_on=SINCE)]) == {(bays.id, SINCE)}


def test_what_only_they_pay_who_take_it_may_begin_at_once():
    assert not found([FEE], [FEE, version(FEE, item="bay", formula=Formula.per_quantity, starts_on=NEXT)])
    bay = version(FEE, item="bay", formula=Formula.per_quantity, ends_on=date(2026, 10, 31))
    assert found([FEE, bay], [FEE, bay, version(bay, starts_on=NEXT, ends_on=None)]), "who has some pays again"


def test_what_was_left_out_of_the_price_book_before_the_first_bill_is_no_rise():
    old = replace(FEE, ends_on=date(2026, 6, 30))
    assert not found([old], [old, version(FEE, starts_on=date(2026, 7, 1), rate=Decimal(4))])

"""Shares make a whole, the day is one on which owners may change, and each cycle has one debtor."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from portal.fees.tariffs.rules import TariffVersion, UnitCharge
from portal.fees.tariffs.states import Formula, Timing
from portal.kit.errors import Invalid
from portal.kit.period import Month
from portal.records.transfers.rules import Reach, Turn, check_day, shares_of, turns

TODAY = date(2026, 11, 20)
FREE = Reach(None, None, None)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4))
def test_shares_add_up_to_exactly_one_and_stay_near_what_was_typed(weights):
    typed = [Fraction(weight, sum(weights)) for weight in weights]
    kept = shares_of(list(enumerate(typed, 1)))
    assert sum(kept) == Decimal(1)
    assert all(abs(Fraction(share) - wanted) <= Fraction(1, 10**8) for share, wanted in zip(kept, typed, strict=True))


def test_a_third_may_be_typed_with_decimals_and_a_single_owner_has_the_whole():
    third = Fraction("0.33333333")
    assert sum(shares_of([(1, third), (2, third), (3, third)])) == 1
    assert shares_of([(1, None)]) == [Decimal(1)]
    assert shares_of([(1, None), (2, None)]) == [None, None]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ([(1, Fraction(1, 2)), (2, Fraction(1, 3))], "share_1"),
        ([(1, Fraction(1, 2)), (3, None)], "share_3"),
        ([(2, Fraction(1)), (3, Fraction(1, 2))], "share_2"),
        ([(1, Fraction(0)), (2, Fraction(1))], "share_1"),
        ([(1, Fraction(1, 2))], "share_1"),
    ],
)
def test_shares_that_make_no_whole_are_refused_at_their_row(typed, field):
    with pytest.raises(Invalid) as refused:
        shares_of(typed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("reach", "on", "named"),
    [
        (Reach(date(2026, 12, 1), None, None), date(2026, 11, 30), date(2026, 12, 1)),
        (Reach(None, date(2026, 11, 10), None), date(2026, 11, 10), date(2026, 11, 10)),
        (Reach(None, None, date(2026, 11, 1)), date(2026, 11, 1), date(2026, 11, 2)),
        (FREE, TODAY + timedelta(days=367), TODAY + timedelta(days=366)),
    ],
)
def test_a_day_that_may_not_be_is_refused_and_one_that_may_is_named(reach, on, named):
    with pytest.raises(Invalid) as refused:
        check_day(on, reach, TODAY)
    assert refused.value.field == "starts_on"
    assert named in refused.value.sentence.facts.values()


def test_the_day_after_the_one_that_decided_the_last_bill_is_free():
    check_day(date(2026, 11, 2), Reach(date(2015, 6, 30), date(2020, 1, 1), date(2026, 11, 1)), TODAY)
    check_day(TODAY + timedelta(days=366), FREE, TODAY)


def fee(item="fee", **more):
    return TariffVersion(item, item, "*", Formula.per_area, Decimal("2.80"), **{"starts_on": date(2025, 1, 1)} | more)


def test_a_change_inside_a_month_leaves_it_to_the_seller_and_on_its_first_day_gives_it_to_the_buyer():
    november = Month(2026, 11)
    assert turns([fee()], [], "residential", None, date(2026, 11, 15)) == [
        Turn("fee", november, november, date(2026, 11, 1), True)
    ]
    assert not turns([fee()], [], "residential", None, date(2026, 11, 1))[0].stays


@pytest.mark.parametrize("timing", Timing)
def test_a_longer_cycle_goes_as_a_whole(timing):
    yearly = fee(cycle_months=12, timing=timing, starts_on=date(2025, 7, 1))
    (turn,) = turns([yearly], [], "residential", None, date(2026, 11, 1))
    assert (turn.first, turn.last, turn.stays, turn.next) == (Month(2026, 7), Month(2027, 6), True, Month(2027, 7))


def test_the_first_chargeable_day_decides_when_a_charge_begins_inside_the_month():
    bay = TariffVersion("bay", "bay", "*", Formula.per_quantity, Decimal(100), starts_on=date(2025, 1, 1))
    rented = UnitCharge("bay", Decimal(1), date(2026, 11, 20))
    (turn,) = turns([bay], [rented], "residential", None, date(2026, 11, 18))
    assert (turn.decided_on, turn.stays) == (date(2026, 11, 20), False)
    assert turns([bay], [], "residential", None, date(2026, 11, 18)) == []


def test_the_handover_decides_when_it_comes_later():
    (turn,) = turns([fee()], [], "residential", date(2026, 11, 10), date(2026, 11, 10))
    assert (turn.decided_on, turn.stays) == (date(2026, 11, 10), False)


@given(st.dates(date(2025, 2, 1), date(2030, 12, 31)), st.sampled_from([1, 2, 3, 6, 12]))
def test_the_day_of_the_change_always_lies_in_the_cycle_that_is_told(on, cycle):
    (turn,) = turns([fee(cycle_months=cycle)], [], "office", None, on)
    assert turn.first.first <= on <= turn.last.last
    assert turn.last.since(turn.first) == cycle - 1
    assert turn.stays is (turn.first.first < on)

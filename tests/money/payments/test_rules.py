"""How a choice becomes a designation, and a designation allocations."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, strategies as st

from portal.kit.errors import Invalid, Refused
from portal.kit.money import ZERO, Money, total
from portal.money.payments.rules import ChosenLine, Part, allocate, designate, spread, take_back

DAY = date(2026, 11, 15)


def line(n: int, fen: int, *, due: date = DAY, held: int = 0, explicit: bool = False, bill: int = 1) -> ChosenLine:
    return ChosenLine(UUID(int=n), UUID(int=bill * 1000), bill, n, due, Money(fen), Money(held), explicit)


def fen_of(parts: tuple[Part, ...]) -> dict[int, int]:
    return {part.line.int: part.amount.fen for part in parts}


def test_without_an_amount_everything_payable_is_meant():
    assert fen_of(designate([line(1, 500), line(2, 300)])) == {1: 500, 2: 300}


def test_the_earliest_due_comes_first_whatever_the_order_of_ticking():
    later, sooner = line(1, 500, due=DAY + timedelta(30), bill=2), line(2, 300)
    assert fen_of(designate([later, sooner], Money(400))) == {2: 300, 1: 100}


def test_one_due_day_shares_pro_rata_and_ties_go_by_line_order():
    assert fen_of(designate([line(1, 100), line(2, 100), line(3, 100)], Money(100))) == {1: 34, 2: 33, 3: 33}
    assert fen_of(designate([line(2, 1), line(1, 1)], Money(1))) == {1: 1}
    assert fen_of(designate([line(1, 1, bill=2), line(2, 1, bill=1)], Money(1))) == {2: 1}, "the older bill first"
    assert fen_of(designate([line(1, 231_24), line(2, 18_30)], Money(100_00))) == {1: 9267, 2: 733}


def test_a_bill_means_what_is_not_under_review():
    assert fen_of(designate([line(1, 500, held=200)])) == {1: 300}


def test_a_ticked_line_may_be_paid_though_it_is_under_review():
    assert fen_of(designate([line(1, 500, held=500, explicit=True)])) == {1: 500}
    partly = [line(1, 500, held=200, explicit=True), line(2, 300)]
    assert fen_of(designate(partly)) == {1: 300, 2: 300}
    assert fen_of(designate(partly, Money(800))) == {1: 500, 2: 300}
    with pytest.raises(Invalid):
        designate(partly, Money(801))


def covered(n: int, fen: int, credit: int) -> ChosenLine:
    return ChosenLine(UUID(int=n), UUID(int=1), 1, n, DAY, Money(fen), ZERO, covered=Money(credit))


def test_without_an_amount_it_is_what_credit_leaves_and_everything_where_it_leaves_nothing():
    parts = designate([covered(1, 500, 200), covered(2, 300, 0)])
    assert total(part.amount for part in parts) == Money(600)
    assert fen_of(designate([covered(1, 500, 500)])) == {1: 500}


def test_a_bill_alone_is_not_its_lines_nor_covered_nor_for_the_fund():
    one = ChosenLine(UUID(int=1), UUID(int=1), 1, 1, DAY, Money(500), Money(500))
    assert (one.payable, one.most, one.asked, one.fund) == (ZERO, ZERO, ZERO, False)


def test_lines_of_one_day_are_filled_up_and_the_rest_goes_to_the_next_day():
    later = DAY + timedelta(1)
    limits = [(UUID(int=1), later, Money(300)), (UUID(int=2), DAY, Money(100)), (UUID(int=3), DAY, ZERO)]
    assert fen_of(spread(Money(250), limits)) == {2: 100, 1: 150}
    assert fen_of(spread(Money(900), limits)) == {2: 100, 1: 300}, "what is more than all of them is left over"
    assert spread(ZERO, limits) == ()


@pytest.mark.parametrize("fen", [0, -1])
def test_nothing_or_less_is_refused(fen: int):
    with pytest.raises(Invalid, match="more than zero"):
        designate([line(1, 500)], Money(fen))


def test_more_than_payable_is_refused_and_says_how_much_is():
    with pytest.raises(Invalid) as refused:
        designate([line(1, 500, held=200)], Money(301))
    assert (refused.value.field, refused.value.sentence.facts["payable"]) == ("amount", Money(300))


def test_what_is_paid_already_is_refused_even_beside_something_that_is_not():
    with pytest.raises(Refused, match="already been paid"):
        designate([line(1, 0), line(2, 300, bill=2)])
    with pytest.raises(Refused, match="already been paid"):
        designate([line(1, 0, explicit=True), line(2, 300)])
    assert fen_of(designate([line(1, 0), line(2, 300)])) == {2: 300}


def test_a_bill_fully_under_review_asks_for_nothing():
    with pytest.raises(Refused, match="under review"):
        designate([line(1, 500, held=500)])


def test_choosing_nothing_is_an_error_of_the_form():
    with pytest.raises(Invalid):
        designate([])


chosen = st.lists(
    st.builds(
        line,
        st.integers(1, 10**6),
        st.integers(1, 10**9),
        due=st.dates(DAY, DAY + timedelta(3)),
        held=st.integers(0, 10**9),
        explicit=st.booleans(),
        bill=st.integers(1, 4),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda one: one.line,
)


@given(chosen, st.data())
def test_parts_sum_to_the_amount_never_exceed_a_line_and_never_depend_on_order(lines, data):
    payable, most = total(one.payable for one in lines), total(one.most for one in lines)
    assume(payable)
    amount = Money(data.draw(st.integers(1, most.fen)))
    parts = designate(lines, amount)
    assert total(part.amount for part in parts) == amount
    limit = {one.line: one.payable if amount <= payable else one.most for one in lines}
    assert all(ZERO < part.amount <= limit[part.line] for part in parts)
    assert len({part.line for part in parts}) == len(parts)
    assert designate(data.draw(st.permutations(lines)), amount) == parts
    due = {one.line: one.due_on for one in lines}
    last = max(due[part.line] for part in parts)
    touched = {part.line: part.amount for part in parts}
    assert all(touched.get(one.line, ZERO) == limit[one.line] for one in lines if one.due_on < last)


def test_money_for_a_line_paid_meanwhile_is_surplus_and_never_moves_to_another():
    meant = [Part(UUID(int=1), Money(500)), Part(UUID(int=2), Money(300))]
    applied, surplus = allocate(Money(800), meant, {UUID(int=1): Money(100), UUID(int=2): Money(9000)})
    assert (fen_of(applied), surplus) == ({1: 100, 2: 300}, Money(400))


@given(
    st.integers(1, 10**9),
    st.lists(st.integers(1, 10**6), max_size=10),
    st.lists(st.integers(-5, 10**6), min_size=10, max_size=10),
)
def test_allocations_and_surplus_are_always_the_sum_received(received, meant, owed):
    designation = [Part(UUID(int=n), Money(fen)) for n, fen in enumerate(meant)]
    outstanding = {UUID(int=n): Money(fen) for n, fen in enumerate(owed)}
    applied, surplus = allocate(Money(received), designation, outstanding)
    assert total(part.amount for part in applied) + surplus == Money(received)
    assert surplus >= ZERO
    assert all(ZERO < part.amount <= outstanding[part.line] for part in applied)


def test_the_newest_payment_gives_back_first():
    old, new = UUID(int=1), UUID(int=2)
    assert take_back(Money(150), [(new, Money(100)), (old, Money(100))]) == ((new, Money(100)), (old, Money(50)))
    assert take_back(Money(100), [(new, Money(100)), (old, Money(50))]) == ((new, Money(100)),)
    with pytest.raises(ValueError, match="ever applied"):
        take_back(Money(300), [(new, Money(100))])

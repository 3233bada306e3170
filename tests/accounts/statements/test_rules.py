"""Whatever the lines are, the parts of a statement sum to its totals and no fund is mixed with another."""

from dataclasses import replace
from datetime import date

from hypothesis import given, strategies as st

from portal.accounts.findings.versions import Change, changes
from portal.accounts.statements.rules import Head, Line, content_sha256, funds_of, repeated
from portal.accounts.statements.states import Side, StatementFund
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total

HEAD = Head("mingxi", "joint", 1, "收支", date(2026, 10, 1), date(2026, 10, 31))
fen = st.integers(-(10**11), 10**11).map(Money)
lines = st.lists(
    st.tuples(
        st.sampled_from(StatementFund), st.sampled_from(Side), st.sampled_from(["", "人员", "维修", "其他"]),
        st.sampled_from("甲乙丙丁戊己庚辛壬癸"), fen, st.none() | fen, st.none() | fen,
    ),
    max_size=40,
).map(
    lambda rows: [Line(n, f, s, c, Bilingual(i, i), a, b, p) for n, (f, s, c, i, a, b, p) in enumerate(rows)]
)  # fmt: skip


def a_line(amount: int, *, item: str = "薪酬", budget: int | None = None, position: int = 1) -> Line:
    known = None if budget is None else Money(budget)
    return Line(position, StatementFund.service_fee, Side.expense, "人员", Bilingual(item, ""), Money(amount), known)


@given(lines)
def test_parts_sum_to_totals_and_every_line_stands_in_one_place(found: list[Line]) -> None:
    funds = funds_of(found)
    placed = [line for fund in funds for side in fund.sides for line in side.lines]
    assert sorted(line.position for line in placed) == [line.position for line in found]
    for fund in funds:
        mine = [line for line in found if line.fund is fund.fund]
        income = total(line.amount for line in mine if line.side is Side.income)
        expense = total(line.amount for line in mine if line.side is Side.expense)
        assert (fund.income.amount, fund.expense.amount, fund.result) == (income, expense, income - expense)
        for side in fund.sides:
            assert total(part.amount for part in side.parts) == side.amount
            assert len(side.parts) <= 8


@given(lines)
def test_a_total_is_known_only_if_every_figure_is(found: list[Line]) -> None:
    for fund in funds_of(found):
        for side in fund.sides:
            budgets = [line.budget for line in side.lines]
            assert (side.budget is None) == (None in budgets)
            if side.budget is not None:
                assert side.difference == side.amount - side.budget
                assert side.difference == total(line.difference for line in side.lines if line.difference is not None)


def test_a_line_without_budget_has_no_difference() -> None:
    assert a_line(100).difference is None
    assert a_line(100, budget=0).difference == Money(100)


@given(lines, st.randoms())
def test_the_fingerprint_does_not_depend_on_the_order_in_which_lines_are_read(found: list[Line], chance) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert content_sha256(HEAD, shuffled) == content_sha256(HEAD, found)


def test_the_fingerprint_changes_with_every_figure_and_tells_unknown_from_zero() -> None:
    different = (a_line(1), a_line(2), a_line(1, budget=0), a_line(1, item="奖金"))
    assert len({content_sha256(HEAD, [line]) for line in different}) == 4


def test_a_later_version_says_what_it_changes() -> None:
    before = [a_line(100, position=1), a_line(200, item="餐补", position=2), a_line(5, item="退押金", position=3)]
    after = [a_line(150, position=1), a_line(5, item="退押金", position=2), a_line(5, item="退押金", position=3)]
    assert changes(before, after) == [
        Change(before[0], after[0]),
        Change(None, after[2]),
        Change(before[1], None),
    ]
    assert changes(after, after) == []


@given(lines, lines)
def test_what_two_versions_differ_in_makes_the_second_of_the_first(before: list[Line], after: list[Line]) -> None:
    found = changes(before, after)
    made = list(before)
    for change in found:
        if change.before:
            made.remove(change.before)
        if change.after:
            made.append(change.after)
    assert without_places(made) == without_places(after)
    assert all(change.before != change.after for change in found)


def without_places(found: list[Line]) -> list[str]:
    return sorted(repr(replace(line, position=0)) for line in found)


def test_what_stands_twice_is_pointed_out() -> None:
    found = repeated([a_line(5, position=1), a_line(5, position=2), a_line(0, item="零"), a_line(0, item="零")])
    assert [(line.item.zh, times) for line, times in found] == [("薪酬", 2)]

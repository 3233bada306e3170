"""Dates, sums and the keeping of plans, as pure arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from portal.care.plans.rules import (
    FIRST_WITHIN_DAYS,
    Change,
    Keeping,
    Part,
    PlannedLine,
    answer_by,
    covered,
    due_now,
    judge,
    missing,
    progress,
    schedule,
)
from portal.care.plans.states import PartState
from portal.kit.errors import Invalid
from portal.kit.money import Money, total

TODAY = date(2026, 11, 20)
LINE, OTHER = UUID(int=1), UUID(int=2)
PARTS = (Part(1, date(2026, 12, 1), Money(500)), Part(2, date(2027, 1, 1), Money(501)))
LINES = (PlannedLine(LINE, Money(1001), Money(1001)),)


def paid(day: date, fen: int, line: UUID = LINE) -> Change:
    return Change(line, day, Money(fen), paid=True)


@given(st.integers(2, 10**9), st.integers(2, 12), st.integers(0, FIRST_WITHIN_DAYS))
def test_parts_add_up_and_lie_a_month_apart(fen: int, n: int, ahead: int) -> None:
    first = TODAY + timedelta(days=ahead)
    if fen < n:
        with pytest.raises(Invalid):
            schedule(Money(fen), n, first, TODAY)
        return
    parts = schedule(Money(fen), n, first, TODAY)
    assert total(part.amount for part in parts) == Money(fen)
    assert [part.number for part in parts] == list(range(1, n + 1))
    assert parts[0].due_on == first
    assert all(part.amount == Money(fen // n) for part in parts[:-1])
    months = [part.due_on.year * 12 + part.due_on.month for part in parts]
    assert months == list(range(months[0], months[0] + n))


def test_a_date_at_the_end_of_a_month_is_clamped_from_the_first_date_not_from_the_last() -> None:
    days = [part.due_on for part in schedule(Money(400), 4, date(2026, 12, 31), TODAY)]
    assert days == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


@pytest.mark.parametrize(
    ("n", "first", "field"),
    [
        (1, TODAY, "instalments"),
        (13, TODAY, "instalments"),
        (2, TODAY - timedelta(days=1), "first_on"),
        (2, TODAY + timedelta(days=FIRST_WITHIN_DAYS + 1), "first_on"),
    ],
)
def test_what_cannot_be_names_its_field(n: int, first: date, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        schedule(Money(10_000), n, first, TODAY)
    assert refused.value.field == field


def test_the_first_date_lies_at_most_sixty_days_ahead() -> None:
    assert schedule(Money(1000), 2, date(2027, 1, 19), TODAY)[0].due_on == date(2027, 1, 19)
    with pytest.raises(Invalid):
        schedule(Money(1000), 2, date(2027, 1, 20), TODAY)


def test_a_request_is_answered_within_a_week() -> None:
    assert answer_by(date(2026, 11, 20)) == date(2026, 11, 27)


def test_five_days_of_grace_and_not_six() -> None:
    assert judge(PARTS, LINES, (), date(2026, 12, 6)).keeping is Keeping.kept
    broken = judge(PARTS, LINES, (), date(2026, 12, 7))
    assert (broken.keeping, broken.on, broken.missed) == (Keeping.broken, date(2026, 12, 7), 1)


def test_paid_within_the_grace_is_kept_and_the_last_part_completes_it() -> None:
    first = paid(date(2026, 12, 6), 500)
    assert judge(PARTS, LINES, (first,), date(2026, 12, 30)).keeping is Keeping.kept
    assert judge(PARTS, LINES, (first,), date(2027, 1, 7)).missed == 2
    rest = paid(date(2027, 1, 2), 501)
    assert judge(PARTS, LINES, (first, rest), date(2027, 1, 2)).keeping is Keeping.completed


def test_a_part_paid_after_its_grace_stays_missed_however_late_one_looks() -> None:
    changes = (paid(date(2026, 12, 20), 1001),)
    assert judge(PARTS, LINES, changes, date(2027, 3, 1)).keeping is Keeping.broken


def test_everything_paid_early_completes_even_if_looked_at_late() -> None:
    changes = (paid(date(2026, 11, 25), 1001),)
    verdict = judge(PARTS, LINES, changes, date(2027, 3, 1))
    assert (verdict.keeping, verdict.on) == (Keeping.completed, date(2026, 11, 25))


def test_each_part_paid_in_its_own_time_completes_it_however_late_one_looks() -> None:
    verdict = judge(PARTS, LINES, (paid(date(2026, 12, 5), 500), paid(date(2027, 1, 3), 501)), date(2027, 3, 1))
    assert (verdict.keeping, verdict.on) == (Keeping.completed, date(2027, 1, 3))


def test_what_comes_later_is_not_known_yet() -> None:
    assert judge(PARTS, LINES, (paid(date(2026, 12, 5), 1001),), date(2026, 12, 1)).keeping is Keeping.kept


CAUGHT_UP, BACK = paid(date(2026, 12, 15), 500), date(2026, 12, 20)  # the first part was missed, and paid later


def test_what_was_missed_before_a_plan_came_back_is_forgiven_and_the_next_part_is_not() -> None:
    assert judge(PARTS, LINES, (CAUGHT_UP,), date(2027, 1, 6), BACK).keeping is Keeping.kept
    broken = judge(PARTS, LINES, (CAUGHT_UP,), date(2027, 1, 7), BACK)
    assert (broken.keeping, broken.on, broken.missed) == (Keeping.broken, date(2027, 1, 7), 2)


@pytest.mark.parametrize("day", [BACK, date(2026, 12, 25)])
def test_money_taken_back_since_then_breaks_it_again(day: date) -> None:
    broken = judge(PARTS, LINES, (CAUGHT_UP, paid(day, -1)), date(2026, 12, 31), BACK)
    assert (broken.keeping, broken.on, broken.missed) == (Keeping.broken, day + timedelta(days=1), 1)


@pytest.mark.parametrize(
    ("day", "done", "fen"),
    [
        (date(2026, 12, 6), 0, 0),
        (date(2026, 12, 7), 0, 500),
        (date(2026, 12, 7), 200, 300),
        (date(2026, 12, 7), 600, 0),
        (date(2027, 1, 7), 600, 401),
    ],
)
def test_missing_is_what_the_parts_whose_grace_is_over_lack(day: date, done: int, fen: int) -> None:
    assert missing(PARTS, Money(done), day) == Money(fen)


def test_a_credit_counts_unless_it_is_for_what_was_under_review_before() -> None:
    credit = Change(LINE, date(2026, 12, 1), Money(300), paid=False)
    assert covered(LINES, (credit,), date(2026, 12, 1)) == Money(300)
    beside = (PlannedLine(LINE, Money(1001), Money(1301)),)
    assert covered(beside, (credit,), date(2026, 12, 1)) == Money(0)
    assert covered(beside, (credit, paid(date(2026, 12, 1), 200)), date(2026, 12, 1)) == Money(200)


def test_money_for_another_line_and_money_taken_back_do_not_count() -> None:
    changes = (paid(TODAY, 700, OTHER), paid(TODAY, 600), paid(TODAY + timedelta(days=1), -200))
    assert covered(LINES, changes, TODAY) == Money(600)
    assert covered(LINES, changes, TODAY + timedelta(days=1)) == Money(400)


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 700)), max_size=6),
    st.lists(st.integers(0, 140), min_size=1, max_size=5),
)
def test_looking_late_or_often_comes_to_the_same_end(money: list[tuple[int, int]], looks: list[int]) -> None:
    start = date(2026, 11, 20)
    changes = tuple(paid(start + timedelta(days=day), fen) for day, fen in money)
    last = start + timedelta(days=140)
    once = judge(PARTS, LINES, changes, last)
    for day in sorted(looks):
        now = start + timedelta(days=day)
        early = judge(PARTS, LINES, tuple(c for c in changes if c.on <= now), now)
        if early.keeping is not Keeping.kept:
            assert (early.keeping, early.on, early.missed) == (once.keeping, once.on, once.missed)
            break


@given(st.integers(0, 1001))
def test_progress_shares_what_is_covered_in_order(fen: int) -> None:
    rows = progress(PARTS, Money(fen), date(2026, 12, 2))
    assert total(row.left for row in rows) == Money(1001 - fen)
    assert (rows[0].state is PartState.paid) == (fen >= 500)
    assert (rows[0].state is PartState.overdue) == (fen < 500)
    assert rows[1].state in (PartState.planned, PartState.part_paid, PartState.paid)


def test_a_part_is_overdue_from_the_day_after_its_date() -> None:
    assert [progress(PARTS, Money(0), date(2026, 12, day))[0].state for day in (1, 2)] == [
        PartState.planned,
        PartState.overdue,
    ]
    assert [row.state for row in progress(PARTS, Money(600), date(2026, 12, 2))] == [
        PartState.paid,
        PartState.part_paid,
    ]
    assert [row.state for row in progress(PARTS, Money(500), date(2026, 12, 2))] == [PartState.paid, PartState.planned]


@pytest.mark.parametrize(
    ("done", "day", "fen"),
    [
        (0, date(2026, 11, 20), 500),  # nothing is due yet: the next part
        (0, date(2026, 12, 1), 500),  # due on its date
        (200, date(2026, 12, 31), 300),
        (0, date(2027, 1, 1), 1001),  # both
        (500, date(2026, 12, 1), 501),  # the first is paid: the next one
        (1001, date(2027, 1, 1), 0),
    ],
)
def test_due_now_is_what_has_come_due_or_else_the_next_part(done: int, day: date, fen: int) -> None:
    assert due_now(progress(PARTS, Money(done), day), day) == Money(fen)

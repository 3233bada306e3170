"""The stage of a case as a pure function: entering, staying, falling, pausing, closing."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from portal.arrears.cases.rules import Before, Debt, Facts, Standing, look, stage_by_days
from portal.arrears.cases.states import CaseState, Why
from portal.arrears.ladder.rules import SEED
from portal.kit.money import Money, total

ON = date(2026, 12, 31)


def debt(days: int, fen: int = 10_000, held: int = 0, line: int | None = None) -> Debt:
    """A line that was due so many days before ON."""
    return Debt(UUID(int=line or 1000 + days), ON - timedelta(days=days), Money(fen), Money(held))


def facts(*debts: Debt, whole_hold: bool = False) -> Facts:
    return Facts(debts, whole_hold)


def after(standing: Standing, *debts: Debt, stage: int | None = None) -> Before:
    """What is stored of a standing that was computed from these debts."""
    lines = {d.line: (d.outstanding, d.held) for d in debts if d.due_on < ON}
    return Before(standing.state, standing.stage if stage is None else stage, lines)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (0, 0),
        (1, 1),
        (10, 1),
        (15, 1),
        (16, 2),
        (25, 2),
        (30, 2),
        (31, 3),
        (45, 3),
        (60, 3),
        (61, 4),
        (80, 4),
        (900, 4),
    ],
)
def test_stage_by_days(days: int, stage: int) -> None:
    assert stage_by_days(days) == stage


@pytest.mark.parametrize(("days", "stage"), [(1, 1), (10, 1), (15, 1), (16, 2), (25, 2), (45, 2), (80, 2)])
def test_a_new_case_enters_by_days_at_most_at_two(days: int, stage: int) -> None:
    standing = look(facts(debt(days)), None, ON)
    assert standing
    assert (standing.state, standing.stage, standing.why) == (CaseState.open, stage, Why.opened)
    assert (standing.days, standing.overdue, standing.chaseable) == (days, Money(10_000), Money(10_000))


@pytest.mark.parametrize("days", [0, -1, -30])
def test_what_is_due_today_or_later_is_not_overdue(days: int) -> None:
    assert look(facts(debt(days)), None, ON) is None


def test_without_a_recorded_step_nothing_climbs_however_long_it_lasts() -> None:
    first = look(facts(debt(3)), None, ON)
    assert first
    later = look(facts(debt(3)), after(first, debt(3)), ON + timedelta(days=200))
    assert later
    assert (later.stage, later.by_days, later.why) == (1, 4, None)


def test_a_part_payment_of_the_oldest_line_falls_to_the_stage_by_days() -> None:
    old, young = debt(80), debt(10)
    before = after(look(facts(old, young), None, ON), old, young, stage=4)  # type: ignore[arg-type]
    standing = look(facts(young), before, ON)
    assert standing
    assert (standing.stage, standing.why, standing.state) == (1, Why.reduced, CaseState.open)


def test_a_part_payment_that_leaves_the_oldest_line_does_not_raise_the_stage() -> None:
    old = debt(80)
    before = after(look(facts(old), None, ON), old)  # type: ignore[arg-type]
    standing = look(facts(debt(80, 4000)), before, ON)
    assert standing
    assert (standing.stage, standing.by_days, standing.why) == (2, 4, Why.reduced)


def test_a_dispute_takes_the_sum_out_but_leaves_the_stage_it_had_reached() -> None:
    old, young = debt(80), debt(10)
    before = after(look(facts(old, young), None, ON), old, young)  # type: ignore[arg-type]
    standing = look(facts(debt(80, held=10_000), young), before, ON)
    assert standing
    assert (standing.stage, standing.by_days, standing.why) == (2, 1, Why.held)
    assert (standing.overdue, standing.chaseable) == (Money(20_000), Money(10_000))


def test_a_new_case_counts_days_on_chaseable_lines_only() -> None:
    standing = look(facts(debt(80, held=10_000), debt(10)), None, ON)
    assert standing
    assert (standing.stage, standing.days) == (1, 10)


def test_all_of_it_under_review_waits_at_stage_zero_and_enters_when_it_is_decided() -> None:
    held = debt(80, held=10_000)
    standing = look(facts(held), None, ON)
    assert standing
    assert (standing.state, standing.stage, standing.oldest) == (CaseState.open, 0, None)
    decided = look(facts(debt(80)), after(standing, held), ON)
    assert decided
    assert (decided.stage, decided.why) == (2, Why.entered)


def test_a_new_line_that_is_past_due_is_no_review_that_has_ended() -> None:
    held = debt(80, held=10_000)
    standing = look(facts(held), None, ON)
    assert standing
    grown = look(facts(held, debt(10)), after(standing, held), ON)
    assert grown
    assert (grown.stage, grown.why) == (1, Why.grown)


def test_a_hold_on_the_whole_case_pauses_it_and_ends_where_it_was() -> None:
    line = debt(45)
    first = look(facts(line), None, ON)
    paused = look(facts(line, whole_hold=True), after(first, line), ON)  # type: ignore[arg-type]
    assert paused
    assert (paused.state, paused.stage, paused.chaseable, paused.why) == (CaseState.paused, 2, Money(0), Why.paused)
    resumed = look(facts(line), after(paused, line), ON)
    assert resumed
    assert (resumed.state, resumed.stage, resumed.why) == (CaseState.open, 2, Why.resumed)


def test_money_paid_while_on_hold_counts_when_the_hold_ends() -> None:
    old, young = debt(80), debt(10)
    before = after(look(facts(old, young), None, ON), old, young)  # type: ignore[arg-type]
    standing = look(facts(young, whole_hold=True), before, ON)
    assert standing
    assert (standing.state, standing.stage, standing.why) == (CaseState.paused, 1, Why.reduced)


def test_paid_in_full_closes_and_the_same_look_twice_changes_nothing() -> None:
    line = debt(20)
    first = look(facts(line), None, ON)
    assert first
    closed = look(facts(), after(first, line), ON)
    assert closed
    assert (closed.state, closed.stage, closed.why, closed.overdue) == (CaseState.closed, 0, Why.settled, Money(0))
    again = look(facts(line), after(first, line), ON)
    assert again
    assert again.why is None


debts = st.builds(
    lambda days, fen, share, line: debt(days, fen, fen * share // 4, line),
    st.integers(-20, 200),
    st.integers(1, 10**6),
    st.integers(0, 4),
    st.integers(1, 5),
)


@given(st.lists(debts, max_size=5, unique_by=lambda d: d.line), st.booleans(), st.integers(0, 4), st.data())
def test_whatever_is_owed(found: list[Debt], whole: bool, stage: int, data: st.DataObject) -> None:
    new = look(facts(*found, whole_hold=whole), None, ON)
    past = [d for d in found if d.due_on < ON]
    assert (new is None) == (not past)
    if new is None:
        return
    assert new.overdue == total(d.outstanding for d in past)
    assert new.chaseable == (Money(0) if whole else total(d.outstanding - d.held for d in past))
    assert new.stage == min(new.by_days, 2 if new.overdue > SEED.small_balance else 1)
    was = [d for d in found if data.draw(st.booleans())]
    before = Before(CaseState.open, stage, {d.line: (d.outstanding, d.held) for d in was})
    then = look(facts(*found, whole_hold=whole), before, ON)
    assert then
    assert then.stage <= max(stage, 2 if stage == 0 else stage)  # it never climbs by itself
    assert (then.state is CaseState.paused) == whole

"""What a decision credits, and whose turn it is until when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.care.disputes.rules import Course, credited, pauses_of, resumed, unknown_years, what_next
from portal.care.disputes.states import DISPUTE_MOVES, LIVE, DisputeState, Outcome, Promise
from portal.kit.errors import Invalid
from portal.kit.money import ZERO, Money
from portal.people.estates.rules import Deadlines, WorkCalendar

CALENDAR = WorkCalendar()
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 10:00 in Shanghai
DUE = Deadlines(MONDAY + timedelta(hours=1), MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))


def course(state: DisputeState = DisputeState.open, **more: object) -> Course:
    given_ = {"acknowledged_at": None, "replied_at": None, "closed_at": None} | more
    return Course(state, DUE, **given_)  # type: ignore[arg-type]


@given(st.sampled_from(Outcome), st.none() | st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_decision_never_credits_more_than_was_disputed(outcome: Outcome, fen: int | None, disputed: int) -> None:
    try:
        sum_ = credited(outcome, None if fen is None else Money(fen), Money(disputed))
    except Invalid as error:
        assert error.field == "amount"
        return
    assert ZERO <= sum_ <= Money(disputed)
    assert (sum_ == Money(disputed)) == (outcome is Outcome.upheld) and (not sum_) == (outcome is Outcome.rejected)


def test_promises_are_kept_one_after_the_other() -> None:
    assert course().next(CALENDAR).what is Promise.acknowledge  # type: ignore[union-attr]
    assert course(acknowledged_at=MONDAY).next(CALENDAR).what is Promise.reply  # type: ignore[union-attr]
    later = course(acknowledged_at=MONDAY, replied_at=MONDAY).next(CALENDAR)
    assert later is not None and (later.what, later.due) == (Promise.close, DUE.close)


@pytest.mark.parametrize("state", [state for state in DisputeState if state not in LIVE])
def test_nothing_is_awaited_of_a_closed_dispute(state: DisputeState) -> None:
    assert course(state).next(CALENDAR) is None


def test_while_the_owner_is_asked_nothing_is_late() -> None:
    pauses = pauses_of(MONDAY, [(MONDAY + timedelta(minutes=10), None)])
    awaited = course(DisputeState.asked, acknowledged_at=MONDAY, replied_at=MONDAY, pauses=pauses).next(CALENDAR)
    assert awaited is not None and awaited.due is None
    assert "Our deadline is paused" in what_next(DisputeState.asked, awaited, None, DUE.close + timedelta(days=9)).text


def test_a_pause_of_an_earlier_round_moves_no_deadline_of_this_one() -> None:
    earlier = (MONDAY - timedelta(days=7), MONDAY - timedelta(days=6))
    assert pauses_of(MONDAY, [earlier]) == ()


def test_being_late_is_said_with_the_time_that_was_promised() -> None:
    awaited = course().next(CALENDAR)
    said = what_next(DisputeState.open, awaited, None, DUE.acknowledge + timedelta(seconds=1))
    assert "are late" in said.text and said.facts == {"due": DUE.acknowledge}


@pytest.mark.parametrize("state", DisputeState)
def test_every_state_tells_its_owner_what_comes_next(state: DisputeState) -> None:
    assert what_next(state, course(state).next(CALENDAR), "环境部", MONDAY).text


def test_after_an_answer_it_goes_on_where_it_was() -> None:
    assert resumed(False, False) is DisputeState.open
    assert resumed(False, True) is DisputeState.reopened
    assert resumed(True, True) is DisputeState.routed
    assert all(DISPUTE_MOVES.allows("asked", resumed(task, r)) for task in (False, True) for r in (False, True))
    assert all(DISPUTE_MOVES.allows("routed", resumed(False, r)) for r in (False, True))


def test_a_year_without_published_holidays_is_named() -> None:
    far = datetime(2090, 3, 1, tzinfo=UTC)
    assert unknown_years(CALENDAR, [datetime(2025, 3, 1, tzinfo=UTC), None, far]) == [2090]

"""The gates before each stage as pure functions: each is shut by its own fact and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.arrears.cases.rules import FIRST_DAY, Facts, Standing, look
from portal.arrears.cases.states import ContactChannel, ContactOutcome, Gate
from portal.arrears.climbing.gates import Known, Reached, contact_cap, gates_to, may_remind
from portal.arrears.climbing.words import GATES, NOTHING_RUNS, SOME_OVER, condition
from portal.arrears.ladder.rules import SEED
from portal.arrears.limitation.rules import Clock, clock_of
from portal.arrears.respite.rules import Given
from tests.arrears.cases.test_rules import ON, debt

SINCE = ON - timedelta(days=16)
CALL = Reached(ContactChannel.call, ContactOutcome.reached, SINCE)
VISIT = Reached(ContactChannel.visit, ContactOutcome.promised, SINCE, witnessed=True)
DEMAND = Reached(ContactChannel.demand, ContactOutcome.handed_over, SINCE, proves=True)
NOTED = replace(DEMAND, witnessed=True, proves=False)
OVER, RUNS = (clock_of(ON - timedelta(days=days), [], ON) for days in (1200, 100))
FINE = Known(since=SINCE, reminded_on=SINCE, contacts=(CALL, VISIT, DEMAND), reason_known=True)


def standing(stage: int, days: int, fen: int = 10_000, *, whole_hold: bool = False) -> Standing:
    found = look(Facts((debt(days, fen),), whole_hold), None, ON)
    assert found
    return found.at(stage)


def shut(target: int, at: Standing, known: Known) -> list[Gate]:
    return [check.gate for check in gates_to(target, at, known, SEED, ON) if not check.open]


@pytest.mark.parametrize("target", [2, 3, 4])
def test_all_gates_open_when_everything_was_done(target: int) -> None:
    assert shut(target, standing(target - 1, FIRST_DAY[target]), FINE) == []


@pytest.mark.parametrize(
    ("target", "gate", "changed"),
    [
        (2, Gate.stay, {"since": ON - timedelta(days=6), "reminded_on": ON}),
        (2, Gate.previous_step, {"reminded_on": None, "contacts": ()}),
        (2, Gate.no_pending_payment, {"pending_payments": 1}),
        (2, Gate.money_booked, {"unbooked": 1}),
        (2, Gate.promise_over, {"given": Given(promised=ON)}),
        (3, Gate.promise_over, {"given": Given(promised=ON - timedelta(days=1), in_the_post=True)}),
        (2, Gate.letter_over, {"given": Given(letter=ON)}),
        (4, Gate.request_answered, {"given": Given(asked=True)}),
        (3, Gate.request_answered, {"given": Given(offered=ON)}),
        (2, Gate.message_over, {"given": Given(named=ON)}),
        (3, Gate.previous_step, {"contacts": ()}),
        (3, Gate.previous_step, {"contacts": (replace(CALL, on=SINCE - timedelta(days=1)),)}),
        (3, Gate.previous_step, {"contacts": (replace(CALL, outcome=ContactOutcome.no_answer),)}),
        (3, Gate.previous_step, {"contacts": (NOTED,)}),
        (3, Gate.no_rectification, {"tasks": (("环境部", ON),)}),
        (4, Gate.previous_step, {"contacts": (CALL, DEMAND)}),
        (4, Gate.previous_step, {"contacts": (CALL, DEMAND, NOTED)}),
        (4, Gate.demand_over, {"contacts": (VISIT, NOTED)}),
        (4, Gate.previous_step, {"contacts": (replace(VISIT, witnessed=False), DEMAND)}),
        (4, Gate.demand_over, {"contacts": (VISIT,)}),
        (4, Gate.demand_over, {"contacts": (VISIT, replace(DEMAND, on=ON - timedelta(days=15)))}),
        (4, Gate.demand_over, {"contacts": (VISIT, replace(DEMAND, outcome=ContactOutcome.returned, proves=False))}),
        (4, Gate.no_dispute, {"disputes": 1}),
        (4, Gate.reason_known, {"reason_known": False}),
        (4, Gate.limitation, {"clocks": (OVER, OVER)}),
    ],
)
def test_each_fact_shuts_its_own_gate(target: int, gate: Gate, changed: dict[str, object]) -> None:
    known = replace(FINE, **changed)  # type: ignore[arg-type]
    assert shut(target, standing(target - 1, FIRST_DAY[target]), known) == [gate]


def test_a_letter_that_two_people_brought_is_their_visit() -> None:
    known = replace(FINE, contacts=(CALL, replace(DEMAND, witnessed=True)))
    assert shut(4, standing(3, FIRST_DAY[4]), known) == []


@pytest.mark.parametrize(
    ("clocks", "says"),
    [((), NOTHING_RUNS), ((RUNS,), GATES[Gate.limitation][0]), ((OVER, RUNS), SOME_OVER)],
)
def test_the_last_stage_is_open_while_the_time_of_anything_runs(clocks: tuple[Clock, ...], says: str) -> None:
    checks = gates_to(4, standing(3, FIRST_DAY[4]), replace(FINE, clocks=clocks), SEED, ON)
    (check,) = (one for one in checks if one.gate is Gate.limitation)
    assert check.open and condition(check).text == says
    assert check.facts["n"] == clocks.count(OVER)


def test_what_is_owed_shuts_gates_too() -> None:
    assert shut(2, standing(1, 15), FINE) == [Gate.days]
    assert shut(2, standing(1, 16, SEED.small_balance.fen), FINE) == [Gate.owed]
    assert shut(2, standing(1, 16, SEED.small_balance.fen + 1), FINE) == []
    assert Gate.no_hold in shut(3, standing(2, 31, whole_hold=True), FINE)


@pytest.mark.parametrize(("calls", "visits", "free"), [(2, 0, True), (3, 0, False), (0, 5, True), (0, 6, False)])
def test_a_home_is_left_in_peace_after_three_calls_a_day_and_six_tries_a_week(
    calls: int, visits: int, free: bool
) -> None:
    tries = [replace(CALL, on=ON)] * calls + [replace(VISIT, on=ON - timedelta(days=6))] * visits
    assert contact_cap(tries, SEED, ON).open is free
    assert contact_cap(tries, SEED, ON + timedelta(days=7)).open


@pytest.mark.parametrize(
    ("days", "known", "says"),
    [
        (4, Known(since=ON), True),
        (3, Known(since=ON), False),
        (4, Known(since=ON, reminded_on=ON), False),
        (4, Known(since=ON, pending_payments=1), False),
        (4, Known(since=ON, given=Given(promised=ON)), False),
        (4, Known(since=ON, given=Given(letter=ON)), False),
        (4, Known(since=ON, given=Given(asked=True)), False),
    ],
)
def test_a_reminder_goes_once_after_the_buffer_and_not_while_money_is_on_its_way(
    days: int, known: Known, says: bool
) -> None:
    assert may_remind(standing(1, days), known, SEED, ON) is says


@given(
    target=st.integers(2, 4),
    days=st.integers(0, 400),
    fen=st.integers(1, 10**6),
    since=st.dates(date(2025, 1, 1), ON),
    pending=st.integers(0, 2),
)
def test_every_gate_has_its_words_open_and_shut(target: int, days: int, fen: int, since: date, pending: int) -> None:
    given = Given(since, letter=since, asked=bool(pending), offered=since, named=since)
    known = Known(since=since, pending_payments=pending, tasks=(("工程部", None),) * pending, given=given)
    for check in gates_to(target, standing(target - 1, days + 1, fen), known, SEED, ON):
        said = condition(check)
        assert said.text % dict(said.facts)

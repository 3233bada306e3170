"""Whom to turn to on a day: pure, with the edges of each reason to leave a home alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.arrears.cases.states import CaseState, ContactChannel, ContactOutcome, NextStep, Reason
from portal.arrears.climbing.gates import Reached
from portal.arrears.ladder.rules import SEED
from portal.arrears.respite.rules import Given
from portal.collection.outreach.rules import FITS, Seen, late, order, waits_for
from portal.collection.outreach.states import Waits
from portal.collection.outreach.words import BY_REASON, WAITS
from portal.kit.money import Money

ON = date(2026, 11, 20)
DUE = Seen(CaseState.open, Money(100_000))
DAY = timedelta(days=1)


def call(days_ago: int, outcome: ContactOutcome = ContactOutcome.no_answer) -> Reached:
    return Reached(ContactChannel.call, outcome, ON - days_ago * DAY)


@pytest.mark.parametrize(
    ("seen", "waits"),
    [
        (DUE, None),
        (replace(DUE, state=CaseState.paused), Waits.held),
        (replace(DUE, chaseable=Money(0)), Waits.held),
        (replace(DUE, chaseable=SEED.small_balance), Waits.small),
        (replace(DUE, chaseable=SEED.small_balance + Money(1)), None),
        (replace(DUE, pending=True), Waits.pending),
        (replace(DUE, next_on=ON + DAY), Waits.planned),
        (replace(DUE, next_on=ON), None),
        (replace(DUE, given=Given(promised=ON)), Waits.given),
        (replace(DUE, given=Given(promised=ON), next_on=ON), Waits.given),
        (replace(DUE, given=Given(letter=ON)), Waits.given),
        (replace(DUE, given=Given(asked=True)), Waits.given),
        (replace(DUE, given=Given(promised=ON - DAY)), None),
        (replace(DUE, contacts=(call(1, ContactOutcome.reached),)), Waits.spoken),
        (replace(DUE, contacts=(call(SEED.peace_days, ContactOutcome.reached),)), None),
        (replace(DUE, contacts=(call(1),)), None),
        (replace(DUE, contacts=(call(3, ContactOutcome.reached), call(1))), None),
        (replace(DUE, contacts=(call(0),) * SEED.calls_a_day), Waits.cap),
        (replace(DUE, contacts=(call(0),) * (SEED.calls_a_day - 1)), None),
        (replace(DUE, contacts=(call(3),) * SEED.attempts_a_week), Waits.cap),
        # What was agreed comes before the week of peace: a missed promise, a step that is due.
        (replace(DUE, contacts=(call(2, ContactOutcome.promised),), given=Given(promised=ON - DAY)), None),
        (replace(DUE, contacts=(call(2, ContactOutcome.reached),), next_on=ON), None),
    ],
)
def test_a_home_is_turned_to_or_waits(seen: Seen, waits: Waits | None) -> None:
    assert waits_for(seen, SEED, ON) is waits


def test_the_cap_is_never_passed_whatever_was_agreed() -> None:
    tried = replace(DUE, contacts=(call(0),) * SEED.calls_a_day)
    assert waits_for(replace(tried, given=Given(promised=ON - DAY), next_on=ON), SEED, ON) is Waits.cap


def test_late_first_then_never_contacted_then_the_longest_silence_then_the_oldest_debt() -> None:
    missed = replace(DUE, given=Given(promised=ON - DAY), contacts=(call(1),))
    fresh, long_ago, lately = DUE, replace(DUE, contacts=(call(20),)), replace(DUE, contacts=(call(2),))
    rows = [(lately, 30), (long_ago, 30), (fresh, 20), (missed, 17), (fresh, 25)]
    ordered = sorted(rows, key=lambda row: order(row[0], row[1], ON))
    assert ordered == [(missed, 17), (fresh, 25), (fresh, 20), (long_ago, 30), (lately, 30)]
    assert late(replace(DUE, next_on=ON - DAY), ON) and not late(replace(DUE, next_on=ON), ON)


def test_every_reason_has_its_words_and_what_helps_and_every_wait_says_why() -> None:
    assert set(BY_REASON) == set(FITS) == set(Reason)
    assert all(BY_REASON.values()) and set(WAITS) == set(Waits)
    assert FITS[Reason.hardship] is NextStep.plan and FITS[Reason.dissatisfied] is NextStep.department

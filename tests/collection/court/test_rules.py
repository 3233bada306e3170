"""The gates of each path, and the times in which a claim has to come further, as pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.arrears.cases.states import Gate, Reason
from portal.arrears.claims.rules import due_by
from portal.arrears.claims.states import LIVE, MOVES, ClaimKind, ClaimState
from portal.arrears.climbing.gates import Known
from portal.arrears.climbing.words import GATES
from portal.arrears.ladder.rules import SEED
from portal.collection.court.rules import Around, gates_of_path, still_open
from tests.arrears.cases.test_rules import ON
from tests.arrears.climbing.test_gates import FINE, OVER, standing

K = ClaimKind
CALM = Around(None, ON - timedelta(days=30), 0, Reason.refuses)


def shut(kind: ClaimKind, known: Known = FINE, around: Around = CALM, stage: int = 4, fen: int = 10_000) -> list[Gate]:
    checks = gates_of_path(kind, standing(stage, 70, fen), known, SEED, around, ON)
    return [check.gate for check in checks if not check.open]


@pytest.mark.parametrize("kind", K)
def test_every_path_is_open_when_everything_was_done(kind: ClaimKind) -> None:
    assert shut(kind) == []


@pytest.mark.parametrize(
    ("gate", "changed", "closes"),
    [
        (Gate.no_dispute, {"disputes": 1}, {K.payment_order, K.small_claim, K.suit}),
        (Gate.no_rectification, {"tasks": (("环境部", ON),)}, {K.payment_order, K.small_claim, K.suit}),
        (Gate.demand_over, {"contacts": ()}, {K.payment_order, K.small_claim, K.suit}),
        (Gate.limitation, {"clocks": (OVER,)}, {K.payment_order, K.small_claim, K.suit}),
        (Gate.reason_known, {"reason_known": False}, set(K)),
        (Gate.no_pending_payment, {"pending_payments": 1}, set(K)),
        (Gate.money_booked, {"unbooked": 1}, set(K)),
    ],
)
def test_what_is_known_of_the_case_shuts_these_paths(
    gate: Gate, changed: dict[str, object], closes: set[ClaimKind]
) -> None:
    assert {kind for kind in K if gate in shut(kind, replace(FINE, **changed))} == closes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gate", "around", "closes"),
    [
        (Gate.one_path, replace(CALM, under_way=K.mediation), set(K)),
        (Gate.no_complaint, replace(CALM, complaints=1), {K.payment_order}),
        (Gate.reachable, replace(CALM, reason=Reason.away), {K.payment_order, K.small_claim}),
        (Gate.reachable, replace(CALM, addressed=False), {K.payment_order, K.small_claim}),
        (Gate.mediation_offered, replace(CALM, mediated_on=None), {K.small_claim, K.suit}),
    ],
)
def test_what_lies_around_it_shuts_these_paths(gate: Gate, around: Around, closes: set[ClaimKind]) -> None:
    assert {kind for kind in K if shut(kind, around=around)} == closes
    assert all(shut(kind, around=around) in ([], [gate]) for kind in K)


def test_no_path_opens_below_the_last_stage_or_for_a_small_sum() -> None:
    assert all(Gate.last_stage in shut(kind, stage=3) for kind in K)
    assert all(shut(kind, fen=SEED.small_balance.fen) == [Gate.owed] for kind in K)


def test_a_claim_under_way_is_no_gate_for_its_own_paper() -> None:
    own = replace(CALM, under_way=K.suit, mediated_on=None)
    checks = gates_of_path(K.suit, standing(4, 70), FINE, SEED, own, ON)
    found = still_open(checks)
    assert found and found.gate is Gate.mediation_offered
    assert still_open(gates_of_path(K.suit, standing(4, 70), FINE, SEED, replace(CALM, under_way=K.suit), ON)) is None


def test_every_gate_of_law_has_words_for_both_cases() -> None:
    for kind in K:
        assert {check.gate for check in gates_of_path(kind, standing(4, 70), FINE, SEED, CALM, ON)} <= set(GATES)


@pytest.mark.parametrize("kind", K)
def test_what_is_alive_can_end_and_has_a_day_and_what_has_ended_has_neither(kind: ClaimKind) -> None:
    reached, ahead = set(), {ClaimState.prepared}
    while ahead:
        state = ahead.pop()
        reached.add(state)
        ahead |= MOVES[kind].edges[state] - reached
    for state in reached:
        assert (due_by(kind, state, ON) is not None) is (state in LIVE)
        assert bool(MOVES[kind].edges[state]) is (state in LIVE)
    for state in set(ClaimState) - reached:
        assert not MOVES[kind].edges[state]


def test_a_payment_order_is_taken_in_five_days_and_issued_in_fifteen() -> None:
    day = date(2026, 11, 20)
    assert due_by(K.payment_order, ClaimState.filed, day) == date(2026, 11, 25)
    assert due_by(K.payment_order, ClaimState.accepted, day) == date(2026, 12, 5)
    assert due_by(K.mediation, ClaimState.agreed, day) == date(2026, 12, 20)

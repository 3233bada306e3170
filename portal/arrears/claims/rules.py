"""The deadlines of a claim: those that the law sets, and one week of our own."""

from __future__ import annotations

from datetime import date, timedelta

from portal.arrears.claims.states import LIVE, ClaimKind, ClaimState, Task
from portal.kit.money import Money

K, S = ClaimKind, ClaimState
OURS = timedelta(days=7)  # a prepared document is filed within a week, or the claim is dropped
# Civil Procedure Law 126 (a court takes a suit within 7 days), 152 and 168 (a judgment within six months; of a small
# claim within two), 225 and 227 (a payment order is taken within 5 days, issued within 15; one that cannot be served
# ends after 30); People's Mediation Act 33 (the joint request to confirm within 30 days).
TIMES = {
    (K.payment_order, S.filed): timedelta(days=5),
    (K.payment_order, S.accepted): timedelta(days=15),
    (K.payment_order, S.issued): timedelta(days=30),
    (K.mediation, S.filed): timedelta(days=30),
    (K.mediation, S.agreed): timedelta(days=30),
    (K.small_claim, S.filed): timedelta(days=7),
    (K.small_claim, S.accepted): timedelta(days=60),
    (K.suit, S.filed): timedelta(days=7),
    (K.suit, S.accepted): timedelta(days=180),
}


def task_of(state: ClaimState, claimed: Money, remaining: Money) -> Task | None:
    """What to do about a claim that asks for `claimed` while `remaining` of its charges may still be asked for."""
    if state not in LIVE or claimed == remaining:
        return None
    if remaining > claimed:
        return Task.more
    if state is S.prepared:
        return Task.renew
    return Task.reduce if remaining else Task.withdraw


def due_by(kind: ClaimKind, state: ClaimState, since: date) -> date | None:
    """The day by which something should happen to a claim in this state; None once it has ended."""
    if state is S.prepared:
        return since + OURS
    time = TIMES.get((kind, state))
    return since + time if time else None

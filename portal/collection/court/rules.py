"""The conditions for going to a mediator or a court, for each kind of claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.arrears.cases.rules import LAST, Standing
from portal.arrears.cases.states import Gate, Reason
from portal.arrears.claims.states import ClaimKind
from portal.arrears.climbing.gates import Check, Known, gates_of_law, gates_of_paper, letter_over
from portal.arrears.ladder.rules import Policy

K = ClaimKind


@dataclass(frozen=True)
class Around:
    """Facts that only legal action needs: other claims, when mediation began, open disputes of any kind, the reason.

    `addressed`: they own the home, or their own address is on file.
    """

    under_way: ClaimKind | None
    mediated_on: date | None
    complaints: int
    reason: Reason
    addressed: bool = True


def gates_of_path(
    kind: ClaimKind, standing: Standing, known: Known, policy: Policy, around: Around, on: date
) -> tuple[Check, ...]:
    """All gates of a path on a day.

    Mediation also settles disputes, so that a dispute does not close it. A payment order needs a debt that nobody
    contests and a debtor whom the court can reach (Civil Procedure Law 225); a small claim needs the latter (166).
    """
    first = (
        Check(Gate.last_stage, standing.stage >= LAST, {"stage": standing.stage, "least": LAST}),
        Check(Gate.one_path, around.under_way is None, {"kind": around.under_way}),
    )
    asked_why = Check(Gate.reason_known, known.reason_known, {})
    complaint = Check(Gate.no_complaint, not around.complaints, {"n": around.complaints})
    reachable = Check(Gate.reachable, around.addressed and around.reason is not Reason.away, {})
    mediated = Check(Gate.mediation_offered, around.mediated_on is not None, {"day": around.mediated_on})
    paper, law = gates_of_paper(standing, known, policy, on), gates_of_law(standing, known, policy, on)
    return {
        K.mediation: (*first, *paper, letter_over(known.given, on), asked_why),
        K.payment_order: (*first, *law, complaint, reachable),
        K.small_claim: (*first, *law, reachable, mediated),
        K.suit: (*first, *law, mediated),
    }[kind]


def demanded_before(known: Known, policy: Policy, on: date) -> date | None:
    """The day before which charges were due that a demand to every debtor covers, with its time over.

    For each debtor the newest demand counts, and of these the earliest; None if somebody received none.
    """
    grace = timedelta(days=policy.grace_days)
    newest = [max((day for day in days if on > day + grace), default=None) for days in known.demands_to()]
    return None if None in newest else min(day for day in newest if day)


def still_open(checks: tuple[Check, ...]) -> Check | None:
    """The first closed gate besides the claim itself; checked again before a document is filed."""
    return next((check for check in checks if not check.open and check.gate is not Gate.one_path), None)

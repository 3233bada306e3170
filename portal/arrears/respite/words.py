"""What comes next for a case and what gives its debtor time, in sentences: for the owner, and for the desk."""

from __future__ import annotations

from portal.arrears.respite.rules import Because, Next, NextKind, Pause
from portal.kit.i18n import N_, Sentence

PAUSES = {
    Because.promise: N_("A payment is promised by %(day)s."),
    Because.letter: N_("The last letter gives time up to and including %(day)s."),
    Because.asked: N_("Instalments were asked for, and the answer is still to come."),
    Because.offered: N_("Instalments were offered, and can be agreed with until %(day)s."),
    Because.held: N_("Everything is on hold until %(day)s."),
}
# For each kind: without a day; with the day on which the time given is over; and where the next step comes later still.
OWNER = {
    NextKind.nothing: N_("Nothing is overdue. Nothing else comes."),
    NextKind.on_hold: N_("Everything is on hold, for example by your instalment plan. Nothing comes while that lasts."),
    NextKind.waits_for_review: N_("Everything overdue is under review. Nothing comes before that is decided."),
    NextKind.waits: N_("%(because)s Nothing comes before that."),
    NextKind.small: N_("It is too little to chase. Nothing comes before something else is overdue."),
    NextKind.step: N_("If nothing changes, the next step comes on %(day)s at the earliest: %(rung)s."),
    NextKind.step_is_due: N_("If nothing changes, the next step comes soon: %(rung)s."),
    NextKind.last: N_("This is the last step. Please talk to us: there is still a way without a court."),
}
STAFF = {
    NextKind.nothing: N_("Closed: nothing is overdue."),
    NextKind.on_hold: N_("On hold: take no step while the hold on the whole case lasts."),
    NextKind.waits_for_review: N_("Take no step: everything overdue is under review."),
    NextKind.waits: N_("%(because)s Turn to nobody and take no step before that."),
    NextKind.small: N_("Too little to chase. Wait for the next bill."),
    NextKind.step: N_("Next step from %(day)s: %(rung)s."),
    NextKind.step_is_due: N_("Due since %(day)s and not recorded yet: %(rung)s."),
    NextKind.last: N_("The last stage is reached. Check every gate before a legal step."),
}
NOT_BEFORE = N_("%(because)s Nothing comes before %(free)s.")
THEN_LATER = N_(
    "%(because)s Nothing comes before %(free)s. If nothing changes, the next step comes on %(day)s at the earliest:"
    " %(rung)s."
)
STAFF_NOT_BEFORE = N_("%(because)s Turn to nobody before %(free)s.")
STAFF_THEN_LATER = N_("%(because)s Turn to nobody before %(free)s. Next step from %(day)s: %(rung)s.")


def to_owner(ahead: Next) -> Sentence:
    """What the owner reads."""
    return _said(ahead, OWNER[ahead.kind], NOT_BEFORE, THEN_LATER)


def to_staff(ahead: Next) -> Sentence:
    """What the desk reads."""
    return _said(ahead, STAFF[ahead.kind], STAFF_NOT_BEFORE, STAFF_THEN_LATER)


def left_alone(pause: Pause) -> Sentence:
    """Why nobody turns to a home, and from which day on somebody may; as it stands on its case."""
    if pause.free_on is None:
        return Sentence(STAFF[NextKind.waits], {"because": _because(pause)})
    return Sentence(STAFF_NOT_BEFORE, {"because": _because(pause), "free": pause.free_on})


def _said(ahead: Next, plain: str, not_before: str, later: str) -> Sentence:
    facts: dict[str, object] = {"day": ahead.on, "rung": ahead.rung}
    pause = ahead.pause
    if pause is None:
        return Sentence(plain, facts)
    facts |= {"because": _because(pause), "free": pause.free_on}
    if pause.free_on is None:
        return Sentence(plain, facts)
    if ahead.kind is NextKind.on_hold:
        return Sentence(not_before, facts | {"free": ahead.on})
    return Sentence(later if ahead.on and ahead.on > pause.free_on else not_before, facts)


def _because(pause: Pause) -> Sentence:
    return Sentence(PAUSES[pause.because], {"day": pause.named})

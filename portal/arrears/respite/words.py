"""Sentences about what happens next in a case and what gives its debtor time, for the owner and for the desk."""

from __future__ import annotations

from portal.arrears.respite.rules import Because, Next, NextKind, Pause
from portal.kit.i18n import N_, Sentence

PAUSES = {
    Because.promise: N_("A payment was promised by %(day)s."),
    Because.letter: N_("The deadline in the last letter is %(day)s."),
    Because.asked: N_("An instalment request is waiting for an answer."),
    Because.offered: N_("Instalments have been offered and can be accepted until %(day)s."),
    Because.held: N_("Everything is on hold until %(day)s."),
}
# For each kind: without a day; with the last day of the time given; and if the next step comes later still.
OWNER = {
    NextKind.nothing: N_("Nothing is overdue. There is no next step."),
    NextKind.on_hold: N_(
        "Everything is on hold, for example because of your instalment plan. Nothing will happen meanwhile."
    ),
    NextKind.waits_for_review: N_("Everything overdue is under review. Nothing will happen before that is decided."),
    NextKind.waits: N_("%(because)s Nothing will happen before then."),
    NextKind.small: N_("The amount is too small to chase. Nothing will happen unless something else becomes overdue."),
    NextKind.step: N_("If nothing changes, the next step will be taken on %(day)s at the earliest: %(rung)s."),
    NextKind.step_is_due: N_("If nothing changes, the next step will be taken soon: %(rung)s."),
    NextKind.last: N_("This is the last step. Please talk to us. It can still be settled without a court."),
}
STAFF = {
    NextKind.nothing: N_("Closed: nothing is overdue."),
    NextKind.on_hold: N_("On hold: take no steps while the whole case is on hold."),
    NextKind.waits_for_review: N_("Take no steps: everything overdue is under review."),
    NextKind.waits: N_("%(because)s Do not contact anyone or take any step before then."),
    NextKind.small: N_("The amount is too small to chase. Wait for the next bill."),
    NextKind.step: N_("Next step from %(day)s: %(rung)s."),
    NextKind.step_is_due: N_("Due since %(day)s and not recorded yet: %(rung)s."),
    NextKind.last: N_("The last stage has been reached. Check every condition before a legal step."),
}
NOT_BEFORE = N_("%(because)s Nothing will happen before %(free)s.")
THEN_LATER = N_(
    "%(because)s Nothing will happen before %(free)s. If nothing changes, the next step will be "
    "taken on %(day)s at the earliest: %(rung)s."
)
STAFF_NOT_BEFORE = N_("%(because)s Do not contact anyone before %(free)s.")
STAFF_THEN_LATER = N_("%(because)s Do not contact anyone before %(free)s. Next step from %(day)s: %(rung)s.")


def to_owner(ahead: Next) -> Sentence:
    """The next step, as the owner reads it."""
    return _said(ahead, OWNER[ahead.kind], NOT_BEFORE, THEN_LATER)


def to_staff(ahead: Next) -> Sentence:
    """The next step, as the desk reads it."""
    return _said(ahead, STAFF[ahead.kind], STAFF_NOT_BEFORE, STAFF_THEN_LATER)


def left_alone(pause: Pause) -> Sentence:
    """Why nobody contacts a home, and from which day on somebody may; as its case shows it."""
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

"""What comes next for a case, in sentences: one set for the owner, one for the desk."""

from __future__ import annotations

from portal.arrears.rules import Next, NextKind
from portal.kit.i18n import N_, Sentence

OWNER = {
    NextKind.nothing: N_("Nothing is overdue. Nothing else comes."),
    NextKind.on_hold: N_("Everything is on hold, for example by your instalment plan. Nothing comes while that lasts."),
    NextKind.waits_for_review: N_("Everything overdue is under review. Nothing comes before that is decided."),
    NextKind.step: N_("If nothing changes, the next step comes on %(day)s at the earliest: %(rung)s."),
    NextKind.step_is_due: N_("If nothing changes, the next step comes soon: %(rung)s."),
    NextKind.last: N_("This is the last step. Please talk to us: there is still a way without a court."),
}
STAFF = {
    NextKind.nothing: N_("Closed: nothing is overdue."),
    NextKind.on_hold: N_("On hold: take no step while the hold on the whole case lasts."),
    NextKind.waits_for_review: N_("Take no step: everything overdue is under review."),
    NextKind.step: N_("Next step from %(day)s: %(rung)s."),
    NextKind.step_is_due: N_("Due since %(day)s and not recorded yet: %(rung)s."),
    NextKind.last: N_("The last stage is reached. Check every gate before a legal step."),
}


def to_owner(ahead: Next) -> Sentence:
    """What the owner reads."""
    return Sentence(OWNER[ahead.kind], {"day": ahead.on, "rung": ahead.rung})


def to_staff(ahead: Next) -> Sentence:
    """What the desk reads."""
    return Sentence(STAFF[ahead.kind], {"day": ahead.on, "rung": ahead.rung})

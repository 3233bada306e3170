"""Channels of a notice, and the states of a delivery."""

from enum import StrEnum


class Channel(StrEnum):
    """The channels by which a person can be reached."""

    inbox = "inbox"
    sms = "sms"
    email = "email"
    push = "push"
    wechat = "wechat"


class DeliveryState(StrEnum):
    """The state of a delivery.

    Waiting, handed to the provider, on the person's device as the provider says, given up, read in the inbox, or not to
    be sent at all.
    """

    queued = "queued"
    sent = "sent"
    delivered = "delivered"
    failed = "failed"
    read = "read"
    suppressed = "suppressed"


OUT = (DeliveryState.sent, DeliveryState.delivered, DeliveryState.read)  # it has left us, and nobody says it was lost


class Unsent(StrEnum):
    """Why a delivery is not sent at all."""

    no_address = "no_address"
    not_wanted = "not_wanted"
    no_company = "no_company"
    deceased = "deceased"


class NoticeKind(StrEnum):
    """The kinds of notices; each has its words in templates/notices/<kind>/."""

    bill_issued = "bill_issued"
    payment_posted = "payment_posted"
    credit_left = "credit_left"
    line_corrected = "line_corrected"
    dispute_opened = "dispute_opened"
    dispute_asked = "dispute_asked"
    dispute_routed = "dispute_routed"
    dispute_rectified = "dispute_rectified"
    dispute_decided = "dispute_decided"
    arrears_reminder = "arrears_reminder"
    dispute_follow_up = "dispute_follow_up"
    plan_requested = "plan_requested"
    plan_approved = "plan_approved"
    plan_countered = "plan_countered"
    plan_refused = "plan_refused"
    plan_active = "plan_active"
    plan_completed = "plan_completed"
    plan_broken = "plan_broken"
    plan_reinstated = "plan_reinstated"
    binding_requested = "binding_requested"
    binding_approved = "binding_approved"
    binding_refused = "binding_refused"
    binding_begun = "binding_begun"
    binding_revoked = "binding_revoked"
    phone_changed = "phone_changed"
    phone_left = "phone_left"
    statement_published = "statement_published"
    statement_corrected = "statement_corrected"
    question_answered = "question_answered"
    ownership_began = "ownership_began"
    ownership_ended = "ownership_ended"
    vacancy_approved = "vacancy_approved"
    vacancy_refused = "vacancy_refused"
    vacancy_ended = "vacancy_ended"
    rate_announced = "rate_announced"
    letter_issued = "letter_issued"
    phone_asked = "phone_asked"
    phone_refused = "phone_refused"
    claim_filed = "claim_filed"
    expense_asked = "expense_asked"
    pause_begun = "pause_begun"
    claim_left = "claim_left"
    stage_climbed = "stage_climbed"
    pause_ends = "pause_ends"
    pause_ended = "pause_ended"


N = NoticeKind
# Without these somebody may lose a right, money or access: they go by SMS whatever a person has chosen.
NEEDED = frozenset(
    {
        N.arrears_reminder, N.letter_issued, N.claim_filed, N.plan_broken, N.phone_asked, N.phone_changed, N.phone_left,
        N.phone_refused, N.binding_begun, N.binding_revoked, N.ownership_began, N.ownership_ended,
    }
)  # fmt: skip
# What asks for money: by SMS not in the quiet hours, whoever tells it and however often it is tried.
DAYTIME = frozenset({N.arrears_reminder, N.letter_issued, N.claim_filed, N.pause_ends, N.pause_ended})
# What only says that somebody's own act was seen, or is followed by a call or a letter: it waits in the inbox, and no
# device shows it.
QUIET = frozenset(
    {
        N.payment_posted, N.credit_left, N.dispute_opened, N.plan_requested, N.plan_active, N.phone_changed,
        N.stage_climbed,
    }
)  # fmt: skip
# What guards somebody's sign-in goes even where the estate's company is not known, which every other text names.
GUARDING = frozenset({N.phone_asked, N.phone_changed, N.phone_left, N.phone_refused})

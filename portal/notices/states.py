"""By which way a notice goes, and how far it came."""

from enum import StrEnum


class Channel(StrEnum):
    """The ways to reach a person."""

    inbox = "inbox"
    sms = "sms"
    email = "email"


class DeliveryState(StrEnum):
    """Where a delivery stands: waiting, handed to the provider, given up, or opened in the inbox."""

    queued = "queued"
    sent = "sent"
    failed = "failed"
    opened = "opened"


class NoticeKind(StrEnum):
    """What a person can be told; each has its words in templates/notices/<kind>/."""

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

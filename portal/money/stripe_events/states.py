"""The life of a stored Stripe event."""

from enum import StrEnum


class EventState(StrEnum):
    """What became of an event in the inbox (I-P13)."""

    pending = "pending"
    processed = "processed"
    ignored = "ignored"
    failed = "failed"
    quarantined = "quarantined"

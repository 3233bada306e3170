"""The life of an attempt to pay."""

from enum import StrEnum

from portal.kit.states import Moves


class Method(StrEnum):
    """How the owner wants to pay."""

    alipay = "alipay"
    wechat_pay = "wechat_pay"
    card = "card"


class AttemptState(StrEnum):
    """The state of an attempt (I-P8)."""

    creating = "creating"
    open = "open"
    unknown = "unknown"
    completed = "completed"
    posted = "posted"
    failed = "failed"
    expired = "expired"


S = AttemptState
ATTEMPT_MOVES = Moves(
    AttemptState,
    {
        S.creating: {S.open, S.unknown, S.failed, S.expired, S.completed, S.posted},
        S.open: {S.unknown, S.completed, S.posted, S.failed, S.expired},
        S.unknown: {S.open, S.completed, S.posted, S.failed, S.expired},
        S.completed: {S.posted, S.failed},
        S.posted: set(),
        S.failed: {S.posted},  # money that still arrives is posted, never lost (I-P6)
        S.expired: {S.posted},
    },
)

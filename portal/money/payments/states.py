"""Payment channels, and the states of a payment."""

from enum import StrEnum


class CounterChannel(StrEnum):
    """The channels by which staff take money."""

    cash = "cash"
    pos = "pos"
    transfer = "transfer"
    doorstep = "doorstep"


class PaymentState(StrEnum):
    """The state of a payment, or of an attempt at one, that the payer sees."""

    pending = "pending"
    unknown = "unknown"
    posted = "posted"
    failed = "failed"
    expired = "expired"
    part_refunded = "part_refunded"
    refunded = "refunded"


class Way(StrEnum):
    """The way the payer paid, as payments and receipts name it."""

    alipay = "alipay"
    wechat_pay = "wechat_pay"
    card = "card"
    cash = "cash"
    pos = "pos"
    transfer = "transfer"
    doorstep = "doorstep"

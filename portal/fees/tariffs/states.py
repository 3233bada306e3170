"""How charge items are calculated: formulas, timing, proration, rounding, kinds and vouchers."""

from __future__ import annotations

from enum import StrEnum


class Formula(StrEnum):
    """What a rate is multiplied by, or what a shared cost is split by."""

    per_area = "per_area"
    fixed = "fixed"
    per_quantity = "per_quantity"
    metered = "metered"
    share_by_area = "share_by_area"
    share_by_unit = "share_by_unit"

    @property
    def shares(self) -> bool:
        """Whether a cost is split among units, so that there is no rate."""
        return self in (Formula.share_by_area, Formula.share_by_unit)


class Timing(StrEnum):
    """Whether a cycle is billed in its first month or in its last."""

    advance = "advance"
    arrears = "arrears"


class Proration(StrEnum):
    """How much of a month is charged if a charge begins or ends inside it."""

    full_month = "full_month"
    daily_actual = "daily_actual"
    half_month_15th = "half_month_15th"
    next_month = "next_month"


class Rounding(StrEnum):
    """What the sum of a line is rounded to, half up."""

    fen = "fen"
    jiao = "jiao"
    yuan = "yuan"

    @property
    def step(self) -> int:
        """The smallest sum above zero, in fen."""
        return {"fen": 1, "jiao": 10, "yuan": 100}[self]


class ItemKind(StrEnum):
    """To whom the money of a charge belongs."""

    service_fee = "service_fee"
    utility = "utility"
    parking = "parking"
    refuse = "refuse"
    pass_through = "pass_through"
    fund = "fund"
    deposit = "deposit"
    rent = "rent"
    other = "other"


class Voucher(StrEnum):
    """The document that proves a payment for this item."""

    invoice = "invoice"
    receipt = "receipt"
    fund_slip = "fund_slip"
    utility_slip = "utility_slip"


class TariffStanding(StrEnum):
    """Whether a version of a rate is announced, in force or ended on a day."""

    ended = "ended"
    current = "current"
    announced = "announced"

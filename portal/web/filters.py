"""How sums, days and numbers look, for templates: everything lives in kit/display.py, so that notices look the same."""

from portal.kit.display import (
    currency,
    day,
    iso,
    masked,
    moment,
    money,
    month,
    number,
    percent,
    share,
    short_day,
    signed,
)

__all__ = [
    "currency",
    "day",
    "iso",
    "masked",
    "moment",
    "money",
    "month",
    "number",
    "percent",
    "share",
    "short_day",
    "signed",
]

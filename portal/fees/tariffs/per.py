"""A rate is for one unit and one month; the name of a unit that speaks of another time is found out. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from portal.fees.tariffs.states import Formula

MOST_DECIMALS = 6
DAYS = 0  # what `months_in` answers for days and weeks

_NUMBERS = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))
_A_MONTH = re.compile(r"\s*[·・/*×]?\s*(?:1|一|每)?\s*(?:个?月|months?)$", re.IGNORECASE)
_MONEY = re.compile(r"^(?:元|¥|yuan|CNY)\s*/\s*", re.IGNORECASE)
_SO_MANY = re.compile(r"(\d{1,3}|[一二两三四五六七八九十])\s*(?:个?月|months?\b)", re.IGNORECASE)
_TIMES = (
    (re.compile(r"半年|half[- ]?year", re.IGNORECASE), 6),
    (re.compile(r"年|\byears?\b|\byr\b|\bannum\b|\bp\. ?a\.", re.IGNORECASE), 12),
    (re.compile(r"季|\bquarters?\b|\bqtr\b", re.IGNORECASE), 3),
    (re.compile(r"双月", re.IGNORECASE), 2),
    (re.compile(r"[日天周]|星期|\bdays?\b|\bweeks?\b", re.IGNORECASE), DAYS),
)


def months_in(per: str) -> int | None:
    """How many months the name of a unit speaks of, DAYS for days and weeks, None when it names no time."""
    if found := _SO_MANY.search(per):
        return int(found[1]) if found[1].isdecimal() else _NUMBERS[found[1]]
    return next((months for words, months in _TIMES if words.search(per)), None)


def other_time(formula: Formula, per: str | None) -> int | None:
    """The months (or DAYS) that a unit speaks of beside the month that every rate is for; None when it is right.

    Days may be what is counted: 5 days of a visitor's bay. Then the quantity says how many.
    """
    months = months_in(per) if per and not formula.shares else None
    days_counted = months == DAYS and formula in (Formula.per_quantity, Formula.metered)
    return None if months == 1 or days_counted else months


def unit_counted(per: str | None) -> str:
    """What is counted, without the money and the month that some price lists name in its unit: ㎡ of 元/㎡·月."""
    return _A_MONTH.sub("", _MONEY.sub("", per or ""))


def unit_a_month(per: str | None) -> str:
    """The unit of a rate for one month, as a Chinese paper writes it: ㎡·月, or 月 where nothing else is counted."""
    return "·".join(part for part in (unit_counted(per), "月") if part)


def by_month(rate: Decimal, months: int) -> Decimal | None:
    """The rate of one month, if it can be written exactly."""
    if months < 1:
        return None
    exact = round(rate / months, MOST_DECIMALS)
    return exact if exact * months == rate else None

"""When a new rate may start, and that it is for one unit and one month. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.fees.tariffs.states import Formula
from portal.kit.errors import Invalid
from portal.kit.i18n import N_, Bilingual
from portal.kit.period import Month

DAY = timedelta(days=1)
FAR = timedelta(days=731)
SAME = N_("This is already the current rate. Enter the new one.")
PAST = N_("Enter today or a later day.")
FAR_AHEAD = N_("Enter a day no later than %(day)s.")
TOO_SOON = N_("A higher rate must be announced a month in advance. Announced today, it can start on %(day)s or later.")
OVERLAPS = N_("The previous version starts on %(last)s. Start this one on %(next)s or later.")
BILLED = N_(
    "%(item)s has already been billed up to %(last)s. Start the new rate on %(next)s; for earlier "
    "months, have the lines on the bills corrected."
)


@dataclass(frozen=True, slots=True)
class Before:
    """The version that a new one follows: the rate in yuan, and the last day that is billed (`billed_until`)."""

    item: Bilingual
    rate: Decimal
    starts_on: date | None
    ends_on: date | None
    billed_until: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on this day."""
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)


def first_day_of_a_rise(announced_on: date) -> date:
    """One month later: the same day of the next month, or its last day if that is earlier.

    Source: rules on marking prices of property services (NDRC 2004, no. 1428): a changed rate is announced with its
    first day one month before it applies. Months are counted as in Civil Code 202.
    """
    return (Month.of(announced_on) + 1).day(announced_on.day)


def is_higher(before: Before, rate: Decimal, starts_on: date) -> bool:
    """Whether it is higher than the rate of the day before; if none was in force then, any rate is higher."""
    return not before.holds_on(starts_on - DAY) or rate > before.rate


def check_rate(before: Before, rate: Decimal, starts_on: date, today: date) -> None:
    """Raises Invalid if a rate may not begin on this day; the message names the first day on which it may."""
    if rate == before.rate and before.holds_on(starts_on - DAY):
        raise Invalid("rate", SAME)
    if starts_on < today:
        raise Invalid("starts_on", PAST)
    if starts_on > today + FAR:
        raise Invalid("starts_on", FAR_AHEAD, day=today + FAR)
    if before.starts_on and starts_on <= before.starts_on:
        raise Invalid("starts_on", OVERLAPS, last=before.starts_on, next=before.starts_on + DAY)
    if before.billed_until and starts_on <= before.billed_until:
        last = before.billed_until
        raise Invalid("starts_on", BILLED, item=before.item, last=last, next=last + DAY)
    if is_higher(before, rate, starts_on) and starts_on < first_day_of_a_rise(today):
        raise Invalid("starts_on", TOO_SOON, day=first_day_of_a_rise(today))


MOST_DECIMALS = 6
DAYS = 0  # the result of `months_in` for days and weeks

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
    """The number of months in the name of a unit; DAYS for days and weeks, None if it names no period."""
    if search := _SO_MANY.search(per):
        return int(search[1]) if search[1].isdecimal() else _NUMBERS[search[1]]
    return next((months for words, months in _TIMES if words.search(per)), None)


def other_time(formula: Formula, per: str | None) -> int | None:
    """The period that a unit names other than the one month of every rate, in months or DAYS; None if it is right.

    Days may be the thing that is counted, as in 5 days of a visitor's bay. Then the quantity is the number of days.
    """
    months = months_in(per) if per and not formula.shares else None
    days_counted = months == DAYS and formula in (Formula.per_quantity, Formula.metered)
    return None if months == 1 or days_counted else months


def unit_counted(per: str | None) -> str:
    """The thing that is counted, without the money and the month that some price lists add: ㎡ of 元/㎡·月."""
    return _A_MONTH.sub("", _MONEY.sub("", per or ""))


def unit_a_month(per: str | None) -> str:
    """The unit of a monthly rate as a Chinese paper writes it: ㎡·月, or 月 if nothing else is counted."""
    return "·".join(part for part in (unit_counted(per), "月") if part)


def by_month(rate: Decimal, months: int) -> Decimal | None:
    """The rate for one month, if that is an exact number."""
    if months < 1:
        return None
    exact = round(rate / months, MOST_DECIMALS)
    return exact if exact * months == rate else None

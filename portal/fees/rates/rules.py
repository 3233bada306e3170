"""When a new rate may begin: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.kit.bilingual import Bilingual
from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.kit.period import Month

DAY = timedelta(days=1)
FAR = timedelta(days=731)
SAME = N_("This is the rate already. Enter the new one.")
PAST = N_("Enter today or a later day.")
FAR_AHEAD = N_("Enter a day up to %(day)s.")
TOO_SOON = N_(
    "A higher rate is shown for a month before it applies. Announced today, it may begin on %(day)s or a later day."
)
OVERLAPS = N_("The version before begins on %(last)s. Let this one begin on %(next)s or a later day.")
BILLED = N_(
    "%(item)s is billed up to %(last)s already. Let the new rate begin on %(next)s; for the months before, have the"
    " lines corrected on the bills."
)


@dataclass(frozen=True, slots=True)
class Before:
    """The version that a new one follows: rates in yuan; `billed_until` is the last day that its use is billed for."""

    item: Bilingual
    rate: Decimal
    starts_on: date | None
    ends_on: date | None
    billed_until: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)


def first_day_of_a_rise(announced_on: date) -> date:
    """One month later: the same day of the next month, or its last one where it has no such day.

    Source: rules on marking prices of property services (NDRC 2004, no. 1428): a changed rate is shown with its first
    day one month before it applies; months are counted as in Civil Code 202.
    """
    return (Month.of(announced_on) + 1).day(announced_on.day)


def is_higher(before: Before, rate: Decimal, starts_on: date) -> bool:
    """Whether more is asked than the day before; where nothing was in force then, anything is more."""
    return not before.holds_on(starts_on - DAY) or rate > before.rate


def check_rate(before: Before, rate: Decimal, starts_on: date, today: date) -> None:
    """Raises Invalid for a rate that may not begin on this day, naming the first day on which it may."""
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

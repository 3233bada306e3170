"""The period that access may cover, and how often an owner may ask."""

from __future__ import annotations

from datetime import date, timedelta

from portal.homes.residents.states import BoundAs
from portal.kit.errors import Invalid
from portal.kit.i18n import N_

MOST_A_DAY = 5  # requests of one human
LONGEST_PAST, LONGEST_AHEAD = timedelta(days=366), timedelta(days=92)
LONGEST_LEASE = 20  # years; source: Civil Code, Article 705

TOO_EARLY = N_("The first day can be at most a year ago.")
BEFORE_OWNING = N_("You have owned this home since %(on)s. Choose that day or a later one.")
TOO_LATE = N_("The first day must be within the next three months.")
BACKWARDS = N_("The last day is before the first day. Please check both.")
OVER = N_("The last day has already passed. Choose today or a later day.")
TOO_LONG = N_("A lease can run for at most %(years)s years (Civil Code, article 705). Choose an earlier last day.")


def check_days(role: BoundAs, starts_on: date, ends_on: date | None, *, today: date, owned_since: date | None) -> None:
    """Raises Invalid for days on which the owner may not give access; both inclusive, empty is without end."""
    if owned_since and starts_on < owned_since:
        raise Invalid("starts_on", BEFORE_OWNING, on=owned_since)
    if starts_on < today - LONGEST_PAST:
        raise Invalid("starts_on", TOO_EARLY)
    if starts_on > today + LONGEST_AHEAD:
        raise Invalid("starts_on", TOO_LATE)
    if ends_on is None:
        return
    if ends_on < starts_on:
        raise Invalid("ends_on", BACKWARDS)
    if ends_on < today:
        raise Invalid("ends_on", OVER)
    if role is BoundAs.tenant and ends_on >= _years_later(starts_on, LONGEST_LEASE):
        raise Invalid("ends_on", TOO_LONG, years=LONGEST_LEASE)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)

"""The only place that reads the clock; all other code gets the day as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta(0)


def start_at(moment: datetime) -> None:
    """Let the business clock tick on from this moment (sandbox and tests); raises ValueError without a zone."""
    global _shift
    if moment.tzinfo is None:
        raise ValueError("the business clock needs a moment with a time zone")
    _shift = moment - real_now()


def now() -> datetime:
    """The business time, in UTC."""
    return real_now() + _shift


def today(zone: str) -> date:
    """The business date in a community's zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def real_now() -> datetime:
    """The true time in UTC: for codes, sessions, one-time links and webhook signatures, never for business dates."""
    return datetime.now(UTC)

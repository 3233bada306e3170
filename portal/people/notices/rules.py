"""When a message about money may be sent: never at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21), time(8, 30)  # of no estate to change


def decent(
    now: datetime, zone: str, quiet_from: time, quiet_until: time, holiday: Callable[[date], bool]
) -> datetime | None:
    """When to send what can wait: after the quiet hours, and not on a public holiday; None for at once."""
    wait = after_quiet(now, zone, quiet_from, quiet_until)
    here = (wait or now).astimezone(ZoneInfo(zone))
    if not holiday(here.date()):
        return wait
    here = here.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    while holiday(here.date()):
        here += timedelta(days=1)
    return here


def after_quiet(now: datetime, zone: str, quiet_from: time, quiet_until: time) -> datetime | None:
    """The end of the quiet hours that `now` is in, on the clock of a zone; None outside of them.

    They begin at `quiet_from` and end before `quiet_until` of the next day.
    """
    here = now.astimezone(ZoneInfo(zone))
    morning = here.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    if here < morning:
        return morning
    return morning + timedelta(days=1) if here.time() >= quiet_from else None

"""Earlier days of the demo's story: something is done as if it were then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.kit import clock

ZONE = "Asia/Shanghai"


@asynccontextmanager
async def as_if(day: date, at: time = time(10)) -> AsyncIterator[None]:
    """Do something at a time of an earlier day, ten in the morning unless said otherwise."""
    true = clock.now()
    started = clock.real_now()
    clock.start_at(datetime.combine(day, at, ZoneInfo(ZONE)))
    try:
        yield
    finally:
        clock.start_at(true + (clock.real_now() - started))


def workday(day: date) -> date:
    """The day itself, of a weekend the Friday before."""
    return day - timedelta(days=max(day.weekday() - 4, 0))

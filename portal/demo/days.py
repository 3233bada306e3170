"""Earlier days of the demo's story: something is done as if it were then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time

from portal.kit import clock


@asynccontextmanager
async def as_if(day: date) -> AsyncIterator[None]:
    """Do something at ten in the morning of an earlier day."""
    true = clock.now()
    started = clock.real_now()
    clock.start_at(datetime.combine(day, time(2), UTC))
    try:
        yield
    finally:
        clock.start_at(true + (clock.real_now() - started))

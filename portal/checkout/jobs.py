"""What the worker does for checkout: settle events as they come, and look at open attempts whether or not one comes."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from uuid import UUID

from portal.checkout.attempts import reach
from portal.checkout.gateway import StripeSilent
from portal.checkout.inbox import settle_stored_event, waiting_events
from portal.checkout.records import LIFETIME, LIVE, read_attempt
from portal.checkout.settling import end_attempt, ensure_posted
from portal.checkout.states import AttemptState
from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.kit import clock
from portal.kit.errors import Declined

log = logging.getLogger("portal.checkout")
# Minutes after the start at which an attempt is looked at without being asked: four times soon, then five days.
LOOKS = (1, 5, 15, 60, 1440, 2880, 4320, 5760, 7200)


async def settle_event(event: str) -> None:
    """Settle one stored event. Raises StripeSilent, and then the queue tries again."""
    await settle_stored_event(event)


async def attempts(on: date) -> int:
    """Look at every attempt that is not over, and at events that were left lying; how many ended. Repeatable."""
    return await _look(await _live(), on)


async def poll_attempts() -> int:
    """The same, for those whose next look is due now; run every minute."""
    return await _look(await _live(due=clock.real_now()), None)


async def _live(due: datetime | None = None) -> list[UUID]:
    async with unit_of_work(EVERYWHERE, read_only=True):
        rows = await fetch(
            "SELECT id FROM attempt WHERE state = ANY($1::text[]) AND ($2::timestamptz IS NULL OR looks < 9 AND"
            " expires_at - $3::interval + ($4::int[])[looks + 1] * interval '1 minute' <= $2)"
            " ORDER BY created_at",
            [state.value for state in LIVE],
            due,
            LIFETIME,
            list(LOOKS),
        )
    return [row["id"] for row in rows]


async def _look(found: list[UUID], on: date | None) -> int:
    ended = 0
    for attempt in found:
        try:
            ended += await look_at(attempt, on) not in LIVE
        except (StripeSilent, Declined) as trouble:
            log.warning("attempt %s could not be settled: %s", attempt, trouble)
    for event in await waiting_events(timedelta(minutes=1)):
        try:
            await settle_stored_event(event)
        except StripeSilent as trouble:
            log.warning("event %s could not be settled: %s", event, trouble)
    return ended


async def look_at(attempt: UUID, on: date | None = None) -> AttemptState:
    """Bring one attempt up to date; one that never got an address is asked for again with its key, or given up."""
    known = await read_attempt(attempt)
    async with unit_of_work(known.community):
        await fetch("UPDATE attempt SET looks = looks + 1, looked_at = $2 WHERE id = $1", attempt, clock.real_now())
    if known.session is None:
        if known.over:
            return await end_attempt(attempt, AttemptState.expired, "Stripe never gave an address")
        await reach(attempt)
        return (await read_attempt(attempt)).state
    return await ensure_posted(attempt, on=on)

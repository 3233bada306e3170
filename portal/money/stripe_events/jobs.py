"""The worker's part of checkout: process events, and check open attempts even without an event."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from portal.kit import clock
from portal.money.checkout.attempts import give_up, reach
from portal.money.checkout.records import LIFETIME, LIVE, read_attempt
from portal.money.checkout.rules import looks_due
from portal.money.checkout.settling import end_attempt, ensure_posted
from portal.money.online.states import AttemptState
from portal.money.stripe.gateway import StripeRefused, StripeSilent
from portal.money.stripe_events.actions import collect_events, settle_stored_event, waiting_events
from portal.platform.db.unit_of_work import EVERYWHERE, Scope, fetch, unit_of_work

log = logging.getLogger("portal.checkout")
T = TypeVar("T")
R = TypeVar("R")
SILENCES = 3  # in a row, each up to 15 seconds: then Stripe is down, and the next round starts with the others
LEFT_LYING = timedelta(minutes=1)


async def settle_event(event: str) -> None:
    """Settle one stored event. Raises StripeSilent, after which the queue tries again."""
    await settle_stored_event(event)


async def close_attempt(attempt: str) -> None:
    """End an attempt whose bills ask for less than before; if it was paid meanwhile, the money is posted.

    Raises Refused while Stripe does not answer, after which the queue tries again.
    """
    for _ in range(2):  # the session may come while the attempt is ended without one
        known = await read_attempt(UUID(attempt))
        if known.state in LIVE:
            await give_up(known)


async def attempts(on: date, community: int | None = None) -> int:
    """Look at every attempt that is not over (or those of an estate) and at lost events; returns how many ended.

    Safe to repeat.
    """
    await sweep_events()
    return await _round([one.id for one in await _live(EVERYWHERE if community is None else community)], on)


async def poll_attempts() -> int:
    """Look at the attempts whose next look is due now; runs every minute."""
    now = clock.real_now()
    return await _round([one.id for one in await _live() if one.looks < looks_due(now - one.started)], None)


async def sweep_events() -> int:
    """Fetch the events that Stripe could not deliver, also for attempts that are over; runs every hour."""
    try:
        return await collect_events()
    except (StripeSilent, StripeRefused) as trouble:
        log.warning("undelivered events could not be asked for: %s", trouble)
        return 0


@dataclass(frozen=True)
class _Live:
    """An attempt that is not over; `started` is true time, `looks` how often it was looked at."""

    id: UUID
    started: datetime
    looks: int


async def _live(scope: Scope = EVERYWHERE) -> list[_Live]:
    """The attempts that were never looked at first, then those looked at the longest ago."""
    async with unit_of_work(scope, read_only=True):
        rows = await fetch(
            "SELECT id, expires_at, looks FROM attempt WHERE state = ANY($1::text[])"
            " ORDER BY looked_at NULLS FIRST, created_at",
            [state.value for state in LIVE],
        )
    return [_Live(id=row["id"], started=row["expires_at"] - LIFETIME, looks=row["looks"]) for row in rows]


async def _round(keys: Sequence[UUID], on: date | None) -> int:
    """Look at these attempts; returns how many ended."""
    states = await _each("attempt", keys, lambda attempt: look_at(attempt, on))
    await _each("event", await waiting_events(LEFT_LYING), settle_stored_event)
    return sum(state not in LIVE for state in states)


async def _each(what: str, keys: Sequence[T], act: Callable[[T], Awaitable[R]]) -> list[R]:
    """Act on one after the other; a failure of one does not stop the others."""
    done, silences = [], 0
    for one in keys:
        try:
            done.append(await act(one))
            silences = 0
        except StripeSilent as silent:
            log.warning("%s %s could not be settled: %s", what, one, silent)
            silences += 1
            if silences == SILENCES:
                break
        except Exception as trouble:
            log.warning("%s %s could not be settled", what, one, exc_info=trouble)
    return done


async def look_at(attempt: UUID, on: date | None = None) -> AttemptState:
    """Bring one attempt up to date. One without an address is asked for again with its key, or given up.

    A look counts only if Stripe has answered, so that an outage uses up none. Raises StripeSilent, Refused.
    """
    known = await read_attempt(attempt)
    now = clock.real_now()
    await _write(known.community, "UPDATE attempt SET looked_at = $2 WHERE id = $1", attempt, now)
    state = await _bring_up_to_date(attempt, on)
    if state in LIVE:
        due = looks_due(now - (known.expires_at - LIFETIME))
        await _write(known.community, "UPDATE attempt SET looks = $2 WHERE id = $1", attempt, due)
    return state


async def _bring_up_to_date(attempt: UUID, on: date | None) -> AttemptState:
    known = await read_attempt(attempt)
    if known.session is not None:
        return await ensure_posted(attempt, on=on)
    if known.over:
        return await end_attempt(known, AttemptState.expired, "Stripe never gave an address")
    await reach(attempt)
    current = await read_attempt(attempt)
    if current.state is AttemptState.unknown:
        raise StripeSilent(current.trouble or "no address")
    return current.state


async def _write(community: int, sql: str, *values: object) -> None:
    async with unit_of_work(community):
        await fetch(sql, *values)

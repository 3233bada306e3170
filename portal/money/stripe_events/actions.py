"""The inbox of Stripe events: stored before they are acknowledged, processed by the worker (I-P13)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from portal.kit import clock
from portal.money.checkout.settling import ensure_posted
from portal.money.stripe.gateway import API_VERSION, EventFacts, gateway
from portal.money.stripe_events.states import EventState
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import enqueue

NEEDS_A_PERSON = ("refund.", "charge.refund", "charge.dispute.", "radar.", "payout.failed")
SWEPT = timedelta(days=7)  # Stripe stops delivering an event after three


@dataclass(frozen=True)
class _Subject:
    """What an event is about, as far as its body says it."""

    type: str
    session: str | None
    attempt: UUID | None


async def take_event(event: EventFacts, body: bytes) -> bool:
    """Store a verified event and ask the worker to settle it, in one transaction; False if it was here before.

    An event of another mode, account or API version is set aside and changes nothing (I-P14).
    """
    why = _foreign(event)
    state = EventState.quarantined if why else EventState.pending
    async with unit_of_work():
        new = await fetch_value(
            "INSERT INTO stripe_event (id, type, body, state, why, received_at) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (id) DO NOTHING RETURNING id",
            event.id,
            event.type,
            body,
            state.value,
            why,
            clock.real_now(),
        )
        if new and state is EventState.pending:
            await enqueue("settle_event", event=event.id)
    return bool(new)


async def collect_events() -> int:
    """Fetch the events that Stripe could not deliver; returns how many were new. Raises StripeSilent, StripeRefused."""
    return sum([await take_event(*event) async for event in gateway.undelivered(clock.real_now() - SWEPT)])


def _foreign(event: EventFacts) -> str | None:
    if event.livemode != gateway.livemode:
        return "livemode"
    if event.account:
        return "account"
    return "api_version" if event.api_version != API_VERSION else None


async def settle_stored_event(event: str) -> EventState:
    """Act on a stored event: look at its session at Stripe. Safe to repeat. Raises StripeSilent."""
    async with unit_of_work():
        row = await fetch_one("SELECT type, body, state FROM stripe_event WHERE id = $1", event)
    if row is None or row["state"] != EventState.pending:
        return EventState(row["state"]) if row else EventState.ignored
    subject = _subject(row["type"], row["body"])
    if not subject.type.startswith("checkout.session."):
        alarming = subject.type.startswith(NEEDS_A_PERSON)
        return await _close(event, EventState.failed if alarming else EventState.ignored, "not about a session")
    attempt = await _attempt_of(subject)
    if attempt is None:
        return await _close(event, EventState.failed, "no attempt of ours")
    await ensure_posted(attempt, session=subject.session)
    return await _close(event, EventState.processed, None)


async def waiting_events(older_than: timedelta) -> list[str]:
    """Events that nobody has settled for a while, because their job was lost or failed."""
    async with unit_of_work():
        rows = await fetch(
            "SELECT id FROM stripe_event WHERE state = $1 AND received_at <= $2 ORDER BY received_at",
            EventState.pending.value,
            clock.real_now() - older_than,
        )
    return [row["id"] for row in rows]


def _subject(kind: str, body: bytes) -> _Subject:
    """Read as little as possible and require nothing: an odd event waits for a person, not for ever."""
    about = _object(_object(_object(json.loads(body)).get("data")).get("object"))
    named = _object(about.get("metadata")).get("attempt") or about.get("client_reference_id")
    try:
        attempt = UUID(str(named))
    except ValueError:
        attempt = None
    session = about.get("id") if about.get("object") == "checkout.session" else None
    return _Subject(kind, str(session) if session else None, attempt)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


async def _attempt_of(subject: _Subject) -> UUID | None:
    """The attempt of a known session; otherwise the one whose id the session names, if it has no other session."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        attempt: UUID | None = await fetch_value(
            "SELECT id FROM attempt WHERE session = $1 OR (id = $2 AND session IS NULL) ORDER BY session NULLS LAST",
            subject.session,
            subject.attempt,
        )
        return attempt


async def _close(event: str, state: EventState, why: str | None) -> EventState:
    async with unit_of_work():
        await fetch(
            "UPDATE stripe_event SET state = $2, why = $3, settled_at = $4 WHERE id = $1 AND state = $5",
            event,
            state.value,
            why,
            clock.real_now(),
            EventState.pending.value,
        )
    return state

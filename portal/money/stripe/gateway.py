"""The only file that imports the Stripe client. Limits concurrent calls."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import stripe

from portal.kit.money import Money
from portal.platform.process.settings import Settings

API_VERSION = stripe.api_version
POINTLESS = "the gateway was not pointed at any settings"
TOLERANCE = stripe.Webhook.DEFAULT_TOLERANCE  # seconds; the age that a signature may have
SANE_TIMEOUT, RETRIES = 10.0, 2  # seconds that a call may take; further tries after the first
PATIENCE = 15.0  # seconds for a call with all its tries: somebody is waiting for the page
FAILED = ("requires_payment_method", "canceled")  # status of an intent after a late method brought no money
_EVENT_ID, _EVENT_TYPE = re.compile(r"evt_\w{1,200}", re.ASCII), re.compile(r"[a-z0-9_.]{1,100}")
UNDECIDED = (409, 429)  # the same key is in progress, or there are too many calls: asking again may succeed


class StripeSilent(Exception):
    """Stripe could not be reached or had a fault: it is unknown whether it did what was asked."""


class StripeRefused(Exception):
    """Stripe understood and refused: nothing happened. `code` is Stripe's, for example amount_too_small."""

    def __init__(self, code: str, param: str) -> None:
        super().__init__(code or param or "refused")
        self.code, self.param = code, param

    @property
    def missing(self) -> bool:
        """Whether Stripe says that the object does not exist."""
        return self.code == "resource_missing"


class Forged(Exception):
    """A webhook that Stripe did not sign, or that is too old or no event at all."""


@dataclass(frozen=True)
class Order:
    """A session to ask for. All of it is stored, so that a repeated call asks for exactly the same.

    `goods` are names without personal data, and their sums. `expires_at` is 30 to 60 minutes ahead.
    """

    attempt: UUID
    key: str
    method: str
    currency: str
    goods: Sequence[tuple[str, Money]]
    expires_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class SessionFacts:
    """The state of a Checkout Session: `status` is open, complete or expired; `failed` if a late method failed."""

    id: str
    url: str | None
    status: str
    paid: bool
    amount: Money
    currency: str
    livemode: bool
    intent: str | None
    attempt: str | None
    failed: bool = False


@dataclass(frozen=True)
class EventFacts:
    """An event that Stripe signed, or returned when asked."""

    id: str
    type: str
    livemode: bool
    account: str | None
    api_version: str | None


class Gateway:
    """The connection to one Stripe account; call `point_at` once in each process."""

    def __init__(self) -> None:
        self._client: stripe.StripeClient | None = None
        self.livemode = False
        self.base_url = ""
        self._secrets: tuple[str, ...] = ()

    def point_at(self, settings: Settings, *, timeout: float = SANE_TIMEOUT, retries: int = RETRIES) -> None:
        """Use the account in these settings; `timeout` is in seconds for each try."""
        self.livemode = not settings.sandbox
        self.base_url = settings.base_url
        self._secrets = settings.stripe_webhook_secrets
        self._client = stripe.StripeClient(
            settings.stripe_api_key or "unset",
            max_network_retries=retries,
            http_client=stripe.HTTPXClient(timeout=timeout),
            base_addresses={"api": settings.stripe_api_base} if settings.stripe_api_base else {},
        )

    async def open_session(self, order: Order) -> SessionFacts:
        """Ask for a session; the same key always returns the same one. Raises StripeSilent, StripeRefused."""
        return await self._session(self._sessions.create_async(_params(order), options={"idempotency_key": order.key}))

    async def session(self, session: str) -> SessionFacts:
        """The state of a session now (I-P2). Raises StripeSilent, StripeRefused."""
        return await self._session(self._sessions.retrieve_async(session, {"expand": ["payment_intent"]}))

    async def expire(self, session: str) -> SessionFacts:
        """End an open session so that nobody can pay it. Raises StripeRefused if it is complete or expired."""
        return await self._session(self._sessions.expire_async(session))

    async def undelivered(self, since: datetime) -> AsyncIterator[tuple[EventFacts, bytes]]:
        """Events since then that none of our endpoints took, with their bodies. Raises StripeSilent, StripeRefused."""
        asked = {"delivery_success": False, "created": {"gte": int(since.timestamp())}, "limit": 100}
        page = await _answer(self.client.v1.events.list_async(asked))  # type: ignore[arg-type]
        while True:
            for event in page.data:
                facts = EventFacts(
                    event.id, event.type, event.livemode, getattr(event, "account", None), event.api_version
                )
                yield facts, str(event).encode()
            if not page.has_more:
                return
            page = await _answer(page.next_page_async())

    def verify(self, body: bytes, signature: str | None) -> EventFacts:
        """The event in a webhook's raw bytes. Raises Forged for anything that Stripe did not sign just now.

        While the secret is being changed, the old and the new one are both accepted (ASVS 13.3.1).
        """
        if self._client is None:
            raise RuntimeError(POINTLESS)
        for secret in self._secrets:
            with suppress(stripe.SignatureVerificationError):
                return _verified(body, signature, secret)
        raise Forged

    @property
    def client(self) -> stripe.StripeClient:
        """Stripe's client. Raises RuntimeError before `point_at`."""
        if self._client is None:
            raise RuntimeError(POINTLESS)
        return self._client

    @property
    def _sessions(self) -> Any:
        return self.client.v1.checkout.sessions

    async def _session(self, call: Awaitable[Any]) -> SessionFacts:
        return _facts(await _answer(call))


async def _answer(call: Awaitable[Any]) -> Any:
    """Stripe's answer to a call, within the time limit. Raises StripeSilent, StripeRefused."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await call
    except TimeoutError as error:
        raise StripeSilent("no answer in time") from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if 400 <= status < 500 and status not in UNDECIDED:
            raise StripeRefused(error.code or "", getattr(error, "param", None) or "") from error
        raise StripeSilent(f"{type(error).__name__} {status}") from error


def _verified(body: bytes, signature: str | None, secret: str) -> EventFacts:
    """Stripe's own check, then five facts of the body: building the client's event object takes a millisecond.

    Raises SignatureVerificationError if this secret did not sign it just now, Forged if it is no event.
    """
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE)
        event = json.loads(body)
        facts = EventFacts(
            id=event["id"],
            type=event["type"],
            livemode=bool(event["livemode"]),
            account=event.get("account"),
            api_version=event["api_version"],
        )
        if event["object"] == "event" and _EVENT_ID.fullmatch(facts.id) and _EVENT_TYPE.fullmatch(facts.type):
            return facts
    except stripe.SignatureVerificationError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Forged from error
    raise Forged


def _params(order: Order) -> dict[str, Any]:
    """The parameters of a session. No payment_method_types (removed in version endive), no names, phones or homes."""
    known = {"attempt": str(order.attempt)}
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": amount.fen,
                    "product_data": {"name": name},
                },
            }
            for name, amount in order.goods
        ],
        "allowed_payment_method_types": [order.method],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "adaptive_pricing": {"enabled": False},  # the sum in yuan is paid in yuan (I-P5)
        "client_reference_id": str(order.attempt),
        "metadata": known,
        "payment_intent_data": {"metadata": known},
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "locale": "auto",
    }


def _facts(session: Any) -> SessionFacts:
    metadata = session.metadata.to_dict() if session.metadata else {}
    intent = session.payment_intent
    return SessionFacts(
        id=session.id,
        url=session.url,
        status=session.status,
        paid=session.payment_status == "paid",
        amount=Money(session.amount_total or 0),
        currency=(session.currency or "").upper(),
        livemode=bool(session.livemode),
        intent=intent if isinstance(intent, str) or intent is None else intent.id,
        failed=session.status == "complete" and getattr(intent, "status", None) in FAILED,
        attempt=metadata.get("attempt"),
    )


gateway = Gateway()


class Crowded(Exception):
    """The queue is full: try again later."""


class Turnstile:
    """A limit on concurrency: `at_once` pass together, `in_line` may wait for them."""

    def __init__(self, at_once: int, in_line: int) -> None:
        self._room, self._free = asyncio.Semaphore(at_once), at_once + in_line

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Pass, after those who came before. Raises Crowded at once if the queue is full."""
        if not self._free:
            raise Crowded
        self._free -= 1
        try:
            async with self._room:
                yield
        finally:
            self._free += 1

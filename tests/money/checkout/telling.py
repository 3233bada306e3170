"""Stripe tells, and what must be true whatever it told: signed events, payments at Stripe, paid exactly once."""

import json
import time

import httpx
import stripe

from portal.kit.money import Money
from tests.money.checkout.test_pages import ALL, start
from tests.money.checkout.till import Till
from tests.money.payments.books import owed, payments, told
from tests.sandbox.running import SETTINGS


def signed(event: dict, *, at: float | None = None, secret: str = SETTINGS.webhook_secret) -> tuple[bytes, dict]:
    """An event as Stripe posts it: body and headers."""
    body = json.dumps(event, ensure_ascii=False).encode()
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(at or time.time()))
    return body, {"Stripe-Signature": header, "Content-Type": "application/json"}


async def deliver(client: httpx.AsyncClient, event: dict, **how: object) -> httpx.Response:
    body, headers = signed(event, **how)
    return await client.post("/webhooks/stripe", content=body, headers=headers)


async def paid(till: Till, client: httpx.AsyncClient, **form: object) -> str:
    """Pay at Stripe, and tell the portal nothing of it; the address of the return."""
    leave = await start(client, till, **form)
    return await till.pay_at(leave.headers["location"])


async def stays_paid_once(till: Till) -> None:
    assert [(one["amount"], one["surplus"]) for one in await payments()] == [(ALL, 0)]
    assert await owed(till.bill) == Money(0)
    assert await told("payment_posted") == 1

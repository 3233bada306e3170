"""A sandbox, Stripe's client and a browser without a screen."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.running import RunningSandbox, running_sandbox


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def stripe_client(sandbox: RunningSandbox) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
async def browser(sandbox: RunningSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        yield http


def order(**changes: Any) -> dict[str, Any]:
    """What the portal asks of Stripe, with the wishes of a test."""
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "cny",
                    "unit_amount": 12345,
                    "product_data": {"name": "物业服务费 <2026-11>"},
                },
            }
        ],
        "allowed_payment_method_types": ["alipay", "wechat_pay"],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": "attempt-1",
        "metadata": {"attempt": "1"},
        "payment_intent_data": {"metadata": {"attempt": "1"}},
        "expires_at": int(time.time()) + 45 * 60,
        "success_url": "http://127.0.0.1:1/payments/return?cs={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:1/bills",
        "customer_email": "owner@example.com",
        "locale": "zh",
    } | changes


async def until(true: Callable[[], Any], seconds: float = 5) -> None:
    """Wait for something that happens in the background."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.01)


class Endpoint:
    """A webhook endpoint of raw sockets' simplicity: keeps what it got, answers what it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.status = 200

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        signature = next(line[18:] for line in head.split("\r\n") if line.lower().startswith("stripe-signature: "))
        self.got.append((await reader.readexactly(int(headers["content-length"])), signature))
        writer.write(f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    def types(self, secret: str = "whsec_4242") -> list[str]:
        """The types of all verified events, in the order they came."""
        client = stripe.StripeClient("sk_test_4242")
        return [client.construct_event(payload, header, secret).type for payload, header in self.got]


@asynccontextmanager
async def endpoint_on(port: int = 0) -> AsyncIterator[tuple[Endpoint, int]]:
    """Listen for webhooks."""
    endpoint = Endpoint()
    server = await asyncio.start_server(endpoint, "127.0.0.1", port)
    try:
        yield endpoint, server.sockets[0].getsockname()[1]
    finally:
        server.close()

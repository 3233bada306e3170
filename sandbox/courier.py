"""Webhooks: signed as Stripe signs, delivered in the background, tried again, and spoiled on request."""

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Coroutine

import httpx

from portal.kit.clock import real_now
from sandbox.faults import Faults
from sandbox.settings import SandboxSettings
from sandbox.wire import Json

SHUFFLE_WINDOW = 0.5  # seconds in which shuffled events are gathered


def signature(payload: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header: HMAC-SHA256 over `t.payload` (docs.stripe.com/webhooks, "verify manually").

    With two secrets, a comma between them, it is signed twice, as Stripe does while one replaces the other.
    """
    signed = f"{at}.".encode() + payload
    digests = [hmac.new(one.encode(), signed, hashlib.sha256).hexdigest() for one in secret.split(",")]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


class Courier:
    """Brings events to the one endpoint there is."""

    def __init__(self, settings: SandboxSettings, faults: Faults) -> None:
        self.settings, self.faults = settings, faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._chance = random.Random()  # noqa: S311 - decides which webhook gets lost, nothing secret

    def bring(self, event: Json) -> None:
        """Start delivering; without an endpoint an event counts as delivered."""
        if self.settings.webhook_url is None:
            return
        event["pending_webhooks"] = 1
        trouble = self.faults.webhooks
        if self._chance.random() < trouble.drop:
            return
        payload = json.dumps(event, indent=2, ensure_ascii=False).encode()
        for _ in range(1 + trouble.duplicate):
            wait = trouble.delay + (self._chance.uniform(0, SHUFFLE_WINDOW) if trouble.shuffle else 0)
            self.spawn(self._deliver(event, payload, wait))

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something in the background until it ends or `stop` is called."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Give up everything under way."""
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, event: Json, payload: bytes, wait: float) -> None:
        for pause in (wait, *self.settings.retry_delays):
            await asyncio.sleep(pause)
            if await self._try(payload):
                event["pending_webhooks"] = 0
                return

    async def _try(self, payload: bytes) -> bool:
        """One attempt; a refused connection is as good as a refusal. Signatures always use real time."""
        spoiled = self._chance.random() < self.faults.webhooks.bad_signature
        secret = "another secret" if spoiled else self.settings.webhook_secret
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(payload, secret, int(real_now().timestamp())),
        }
        # The environment's proxies would carry a loopback call away.
        async with httpx.AsyncClient(trust_env=False, timeout=self.settings.webhook_timeout) as client:
            try:
                answer = await client.post(str(self.settings.webhook_url), content=payload, headers=headers)
            except httpx.HTTPError:
                return False
        return answer.is_success

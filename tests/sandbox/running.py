"""A sandbox on free ports inside the test's own event loop, for these tests and for others."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import httpx
import stripe

from sandbox.server import create_sandbox, serve
from sandbox.settings import SandboxSettings
from sandbox.state import State
from tests.ports import free_port

SETTINGS = SandboxSettings(
    api_key="sk_test_4242", webhook_secret="whsec_4242", settle_after=0.05, retry_delays=(0.05, 0.05, 0.1, 0.2)
)


@dataclass(frozen=True)
class RunningSandbox:
    """Where it listens, and everything it remembers."""

    url: str
    smtp_port: int
    state: State

    def client(self, *, retries: int = 0, timeout: float = 10) -> stripe.StripeClient:
        """The real Stripe client, pointed here; without retries unless asked for."""
        return stripe.StripeClient(
            self.state.settings.api_key,
            max_network_retries=retries,
            http_client=stripe.HTTPXClient(timeout=timeout),
            base_addresses={"api": self.url},
        )


@asynccontextmanager
async def running_sandbox(settings: SandboxSettings = SETTINGS, **changes: object) -> AsyncIterator[RunningSandbox]:
    """Serve a fresh sandbox; changes are fields of its settings, for example `webhook_url`."""
    settings = replace(settings, **changes)
    app, (port, smtp_port) = create_sandbox(settings), _ports_again()
    task = asyncio.create_task(serve(settings, port, smtp_port, app))
    running = RunningSandbox(f"http://127.0.0.1:{port}", smtp_port, app.state.sandbox)
    try:
        await _answering(running.url, task)
        yield running
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        _ports.append((port, smtp_port))


# Those of sandboxes that are over. Used again, they leave a portal's settings as they were, and so its application:
# making that takes longer than most tests.
_ports: deque[tuple[int, int]] = deque()


def _ports_again() -> tuple[int, int]:
    """The pair that is free for longest, of at least two: Granian lets a port go a little after it stopped."""
    return _ports.popleft() if len(_ports) > 1 else (free_port(), free_port())


async def _answering(url: str, task: asyncio.Task[None]) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(250):
            if task.done():
                task.result()
            with suppress(httpx.TransportError):
                await http.get(f"{url}/sandbox/faults")
                return
            await asyncio.sleep(0.02)
    raise TimeoutError("the sandbox did not start")

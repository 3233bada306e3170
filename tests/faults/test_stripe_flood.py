"""A flood of signed webhooks against a served portal: people still get their pages, and no event is lost (F-31)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
import stripe

from portal.money.stripe.gateway import Crowded, Turnstile
from portal.people.persons.actions import start_session
from tests.faults.counts import note
from tests.faults.paying import rows
from tests.money.checkout.telling import signed
from tests.money.checkout.till import Till
from tests.ports import free_port

pytestmark = pytest.mark.anyio
RATE, SECONDS = 500, 20  # webhooks a second, and for how long
SLOW = 2.0  # seconds, for 19 pages of 20
LINES = 48  # connections that bring events
ANSWERS = (b"200", b"429", b"503")


@asynccontextmanager
async def served(till: Till) -> AsyncIterator[int]:
    """`portal serve` on the database of the tests, with one process; its port."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "STRIPE_"))}
    environ = kept | {
        "PORTAL_DATA": str(till.settings.data), "PORTAL_ENV": "test", "PORTAL_SECRET_KEY": till.settings.secret_key,
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}", "STRIPE_API_KEY": till.settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRET": till.settings.stripe_webhook_secret,
        "STRIPE_API_BASE": str(till.settings.stripe_api_base),
    }  # fmt: skip
    process = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "portal.run.cli", "serve", "--port", str(port)], env=environ
    )
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(300):
                with suppress(httpx.TransportError):
                    await http.get(f"http://127.0.0.1:{port}/healthz")
                    break
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)


class Line:
    """A kept connection that brings events one after the other; bytes in, a status out."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def bring(self, number: int) -> bytes:
        body, headers = signed(event(number))
        given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{given}Content-Length: {len(body)}"
        try:
            if self.reader is None or self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(f"{head}\r\n\r\n".encode() + body)
            answer = await self.reader.readuntil(b"\r\n\r\n")
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await self.reader.readexactly(int(length.split(b":")[1]))
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hang_up()
            return b"503"
        return answer.split(b" ", 2)[1]

    def hang_up(self) -> None:
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


def event(number: int) -> dict:
    """A small event of no interest, with its own id."""
    return {"id": f"evt_flood_{number}", "object": "event", "type": "charge.updated", "livemode": False,
            "api_version": stripe.api_version, "data": {"object": {"object": "charge"}}}  # fmt: skip


async def flood(port: int, number: int, rate: float) -> tuple[list[int], int]:
    """Bring so many events at this rate, whatever is answered; those turned away, and how many were taken."""
    waiting: asyncio.Queue[int] = asyncio.Queue()
    turned_away: list[int] = []
    taken = 0

    async def line() -> None:
        nonlocal taken
        one = Line(port)
        while (n := await waiting.get()) >= 0:
            status = await one.bring(n)
            assert status in ANSWERS, status
            if status == b"200":
                taken += 1
            else:
                turned_away.append(n)
        one.hang_up()

    lines = [asyncio.create_task(line()) for _ in range(LINES)]
    began = time.monotonic()
    for n in range(number):
        waiting.put_nowait(n)
        if (ahead := began + n / rate - time.monotonic()) > 0.005:
            await asyncio.sleep(ahead)
    for _ in lines:
        waiting.put_nowait(-1)
    await asyncio.gather(*lines)
    return turned_away, taken


async def pages(port: int, token: str, until: Callable[[], bool]) -> list[float]:
    """Somebody looks at their bills ten times a second; the seconds that each page took."""
    took = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        http.cookies.set("sid", token)
        await http.get("/bills")  # its templates are compiled once a process
        while not (took and until()):
            began = time.monotonic()
            answer = await http.get("/bills")
            took.append(time.monotonic() - began)
            assert answer.status_code == 200, answer.status_code
            assert "data-bill=" in answer.text
            await asyncio.sleep(0.1)
    return took


@pytest.mark.landing
async def test_a_flood_of_webhooks_loses_no_event_and_leaves_people_their_pages(till: Till):
    number = RATE * SECONDS
    who = till.estate["陈静"]
    token = await start_session(who.human, who.audience, "tests")
    async with served(till) as port:
        over = False
        watching = asyncio.create_task(pages(port, token, lambda: over))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        turned_away, taken = await flood(port, number, RATE)
        lasted, over = time.monotonic() - began, True
        took = await watching
        rounds = 0
        while turned_away:  # Stripe comes again, more slowly
            rounds += 1
            assert rounds < 30, f"{len(turned_away)} signed events were never taken"
            turned_away = await bring_again(port, turned_away)
    p95 = sorted(took)[int(len(took) * 0.95)]
    assert len(await rows("SELECT id FROM stripe_event")) == number
    assert p95 < SLOW
    note("F-31", number, rate=round(number / lasted), taken_at_once=taken, rounds_until_all_were_taken=rounds,
         pages=len(took), page_p95_ms=round(p95 * 1000))  # fmt: skip


async def bring_again(port: int, numbers: list[int]) -> list[int]:
    """Eight at a time; those turned away again."""
    left, away = list(numbers), []

    async def line() -> None:
        one = Line(port)
        while left:
            n = left.pop()
            if await one.bring(n) != b"200":
                away.append(n)
        one.hang_up()

    await asyncio.gather(*(line() for _ in range(8)))
    return away


async def test_a_turnstile_lets_few_through_holds_a_short_line_and_turns_the_rest_away():
    turnstile, inside, most = Turnstile(at_once=2, in_line=3), 0, 0

    async def pass_through() -> bool:
        nonlocal inside, most
        async with turnstile.passage():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1
        return True

    async def turned_away(attempt: Awaitable[bool]) -> bool:
        try:
            return not await attempt
        except Crowded:
            return True

    answers = await asyncio.gather(*(turned_away(pass_through()) for _ in range(9)))
    assert (most, answers.count(False), answers.count(True)) == (2, 5, 4)
    assert await asyncio.gather(*(pass_through() for _ in range(5))) == [True] * 5  # everybody left it again

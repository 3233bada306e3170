"""The database's machine stands still, or answers no more: pages, probes and the log tell it within five seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest

from tests.faults.counts import note, times
from tests.faults.victim import Victim, processes

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
TOLD_WITHIN = 5  # seconds
AIR = 0.5  # for a machine that has much to do
WANTED = [("GET", "/bills"), ("GET", "/"), ("POST", "/payments/new"), ("GET", "/readyz"), ("GET", "/sign-in/code")]


@contextmanager
def frozen(victim: Victim) -> Iterator[None]:
    """No process of the server does anything; its machine still takes what is sent."""
    postmaster = victim.postmaster
    stopped = [postmaster, *(number for number, parent, _ in processes() if parent == postmaster)]
    for number in stopped:
        os.kill(number, signal.SIGSTOP)
    try:
        yield
    finally:
        for number in reversed(stopped):
            os.kill(number, signal.SIGCONT)


def said(victim: Victim) -> int:
    """How often the worker has said that it has no heartbeat."""
    return (victim.portal.data / "dev.log").read_text().count("no heartbeat")


async def said_again(victim: Victim, before: int) -> float:
    """Seconds until it has said so once more."""
    began = time.monotonic()
    while said(victim) == before:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_a_database_that_stands_still_is_told_within_five_seconds(victim: Victim) -> None:
    slowest = 0.0
    bill = next((one for payer in victim.payers for one in payer.bills), str(uuid4()))  # the tests before may have paid

    async def ask(http: httpx.AsyncClient, method: str, path: str) -> int:
        nonlocal slowest
        began = time.monotonic()
        form = {"bill": bill, "method": "alipay"} if method == "POST" else None
        answer = await http.request(method, path, data=form)
        slowest = max(slowest, time.monotonic() - began)
        return answer.status_code

    async def all_ask() -> set[int]:
        browsers = [payer.http for payer in victim.payers]
        crowd = [ask(browsers[n % len(browsers)], *WANTED[n % len(WANTED)]) for n in range(40)]
        return set(await asyncio.gather(*crowd))

    rounds = times(sample=1, landing=20)
    for _ in range(rounds):
        before = said(victim)
        on_their_way = asyncio.create_task(all_ask())
        await asyncio.sleep(0.05)  # some are in the middle of a statement
        with frozen(victim):
            in_log = asyncio.create_task(said_again(victim, before))
            await on_their_way
            assert await all_ask() == {503}
            assert await in_log < TOLD_WITHIN + AIR
        await victim.answers()
    assert slowest < TOLD_WITHIN + AIR
    assert victim.history.broken == []
    note("stands still", rounds, **{"slowest answer": f"{slowest:.1f} s"})

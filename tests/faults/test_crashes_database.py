"""The database dies under owners who pay (F-01, F-02, F-05): told is kept, untold is absent or completed once."""

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.counts import LANDING, SEED, note, times
from tests.faults.victim import RECOVERS_WITHIN, Victim

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
AT_ONCE = 3  # owners who pay while it happens
MOMENTS = 0.25  # seconds in which their payments begin, and in which the blow falls


async def blow(victim: Victim, chance: random.Random, strike: Callable[[], Awaitable[None]]) -> float:
    """Owners pay, one blow falls, the pages come again and everybody pays at last; the seconds until they came."""
    rich = chance.sample([payer for payer in victim.payers if payer.bills], AT_ONCE)
    chosen = [(payer, payer.bills.pop()) for payer in rich]

    async def try_once(payer, bill, wait: float) -> None:
        await asyncio.sleep(wait)
        await payer.pay(bill)

    under_way = [asyncio.create_task(try_once(*pair, chance.uniform(0, MOMENTS))) for pair in chosen]
    await asyncio.sleep(chance.uniform(0, MOMENTS))
    await strike()
    seconds = await victim.answers()
    await asyncio.gather(*under_way)
    await asyncio.gather(*(payer.pay_at_last(bill) for payer, bill in chosen))
    assert await victim.violations() == []
    return seconds


async def blows(victim: Victim, fault: str, count: int, strike: Callable[[], Awaitable[None]]) -> None:
    """So many blows, then the whole truth."""
    chance = random.Random(SEED)
    answered, paid = dict(victim.history.answers), len(victim.history.paid)
    seconds = [await blow(victim, chance, strike) for _ in range(count)]
    await victim.quiet()
    await victim.assert_true()
    assert max(seconds) < RECOVERS_WITHIN
    answers = {name: number - answered.get(name, 0) for name, number in victim.history.answers.items()}
    paid = len(victim.history.paid) - paid
    note(fault, count, **{"slowest recovery": f"{max(seconds):.1f} s", "bills paid": paid, **answers, "violations": 0})


async def test_the_whole_server_is_killed(victim: Victim):
    """F-01. `portal dev` starts the server again, the web and the worker stay the processes that they were."""
    web, worker = victim.part("serve"), victim.part("worker")

    async def strike() -> None:
        os.kill(victim.postmaster, signal.SIGKILL)

    await blows(victim, "F-01", times(sample=1, landing=60), strike)
    assert (victim.part("serve"), victim.part("worker")) == (web, worker)


async def test_one_connection_is_killed(victim: Victim):
    """F-02. PostgreSQL then ends every other connection and recovers by itself."""
    web, postmaster = victim.part("serve"), victim.postmaster

    async def strike() -> None:
        os.kill(await victim.backend(), signal.SIGKILL)

    await blows(victim, "F-02", times(sample=1, landing=60), strike)
    assert (victim.part("serve"), victim.postmaster) == (web, postmaster)


async def test_an_outage_is_told_and_ends_by_itself(victim: Victim):
    """F-05. Pages say 503 and when to come again, machines read the same, nothing half done; then all is well."""
    outage, rounds = (60, 3) if LANDING else (3, 1)
    recovered = []
    for _ in range(rounds):
        told = dict(victim.history.answers)
        payer = next(payer for payer in victim.payers if payer.bills)
        bill = payer.bills.pop()
        with victim.down():
            ends = time.monotonic() + outage
            for minute in itertools.count():
                assert not await payer.pay(bill)
                assert not await payer.sees_bills()
                assert (await payer.http.post("/webhooks/stripe", content=b"{}")).status_code == 400
                ready = await victim.ready()
                assert (ready.status_code, ready.json()["database"]) == (503, False)
                if time.monotonic() > ends:
                    break
                await asyncio.sleep(min(0.3 * 2**minute, 5))
        recovered.append(await victim.answers())
        await payer.pay_at_last(bill)
        async with asyncio.timeout(RECOVERS_WITHIN):
            while (await victim.ready()).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert victim.history.answers["unavailable"] > told.get("unavailable", 0)
    await victim.quiet()
    await victim.assert_true()
    note("F-05", rounds, outage=f"{outage} s", **{"slowest recovery": f"{max(recovered):.1f} s"})

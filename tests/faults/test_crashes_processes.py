"""A process dies at a named point or in the middle of a job (F-03, F-04): nothing is done twice or lost."""

import asyncio
import os
import signal
import time
from datetime import datetime

import pytest

from tests.faults.counts import LANDING, note, times
from tests.faults.deadly import POINTS
from tests.faults.victim import Victim

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
SAMPLE = ("serve: Stripe asked, session not known", "worker: payment written, not committed")
BACK_WITHIN = 30  # seconds until a process that died, now or just before, works again
RESCUED_WITHIN = 60  # seconds; F-04


async def dies_at(victim: Victim, point: str) -> None:
    """Order a death, let an owner pay until it is carried out; then the owner pays at last, whatever came before."""
    victim.order.write_text(point)
    payer = next(payer for payer in victim.payers if payer.bills)
    bill = payer.bills.pop()
    # Whoever comes back is served by the web, if no webhook is faster; for one who closes the browser it is the worker.
    comes_back = point.startswith("serve: pay")
    await victim.sandbox("faults", {"webhooks": {"drop": int(comes_back)}})
    async with asyncio.timeout(BACK_WITHIN):
        await payer.pay(bill, come_back=comes_back)
        while victim.order.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await victim.sandbox("reset")
    if point.startswith("serve"):
        await victim.answers(BACK_WITHIN)
    await payer.pay_at_last(bill)
    assert await victim.violations() == []


@pytest.mark.parametrize("point", POINTS if LANDING else SAMPLE)
async def test_a_death_at_this_point_loses_and_doubles_nothing(victim: Victim, point: str):
    """F-03."""
    tries = times(sample=1, landing=5)
    for _ in range(tries):
        await dies_at(victim, point)
    note("F-03", tries, at=point)


async def test_every_job_of_a_killed_worker_is_done_once_by_the_next(victim: Victim):
    """F-04, and the whole truth after it and after F-03."""
    cut: dict[str, float] = {}  # by bill, when the job that would have posted its payment was cut off last
    jobs, seconds, kills = 0, list[float](), times(sample=1, landing=20)
    for _ in range(kills):
        payer = next(payer for payer in victim.payers if payer.bills)
        async with victim.database() as connection:
            since = await connection.fetchval("SELECT now()")
        await victim.sandbox("faults", {"api": [HANGING]})
        assert not await payer.pay(payer.bills.pop(), come_back=False)
        while not await under_way(victim, since):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        os.kill(victim.part("worker"), signal.SIGKILL)
        fallen = await under_way(victim, since)
        jobs += len(fallen)
        cut |= dict.fromkeys(fallen, time.monotonic())
        await victim.sandbox("reset")
        seconds += await settled(victim, cut)
    async with asyncio.timeout(RESCUED_WITHIN):
        while cut:
            seconds += await settled(victim, cut)
            await asyncio.sleep(0.1)
    assert max(seconds) <= RESCUED_WITHIN
    await victim.quiet(2 * RESCUED_WITHIN)
    await victim.assert_true()
    rescue = f"{max(seconds):.1f} s"
    note("F-04", kills, **{"jobs cut off": jobs, "slowest rescue": rescue, "jobs left": 0, "violations": 0})


HANGING = {"path": "/v1/checkout/sessions/{id}", "method": "GET", "kind": "hang", "times": 99}


async def under_way(victim: Victim, since: datetime) -> list[str]:
    """The bills whose payment a worker has been about to post since then: none gets past Stripe, which hangs."""
    async with victim.database() as connection:
        rows = await connection.fetch(
            "SELECT b.bill::text FROM pgqueuer q"
            " JOIN stripe_event e ON e.id = convert_from(q.payload, 'UTF8')::json ->> 'event'"
            " JOIN attempt a ON a.session = convert_from(e.body, 'UTF8')::json #>> '{data,object,id}'"
            " JOIN attempt_bill b ON b.attempt = a.id"
            " WHERE q.status = 'picked' AND q.heartbeat > $1 AND a.state <> 'posted'",
            since,
        )
    return [row["bill"] for row in rows]


async def settled(victim: Victim, cut: dict[str, float]) -> list[float]:
    """Take out the bills that are paid by now; how long each took since its job was cut off."""
    async with victim.database() as connection:
        paid = await connection.fetch(
            "SELECT bill::text FROM bill_balance WHERE outstanding = 0 AND bill = ANY($1::uuid[])", list(cut)
        )
    return [time.monotonic() - cut.pop(row["bill"]) for row in paid]

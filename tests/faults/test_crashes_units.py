"""A unit of work fails at its very end (F-07), a request is cancelled at any await (F-08), deadlocks (F-45)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from portal.kit.period import Month
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, retrying, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders
from tests.faults.counts import note, times
from tests.faults.proxy import assert_pool_is_whole
from tests.money.checkout.telling import deliver
from tests.money.checkout.till import Till, open_till
from tests.money.payments.books import assert_sound, payments
from tests.sandbox.running import running_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(900)]
MARK = "INSERT INTO rate_limit (id, key, window_from, count) VALUES (gen_random_uuid(), $1, now(), 0)"


async def marks() -> list[str]:
    async with unit_of_work():
        return sorted(row["key"] for row in await fetch("SELECT key FROM rate_limit"))


# --- F-07


async def unbalanced(community: int) -> None:
    """A journal without postings: refused by a deferred trigger, which fires at COMMIT."""
    async with unit_of_work(community):
        await fetch(MARK, "gone")
        await fetch(
            "INSERT INTO journal (id, community, kind, source, effective_on, created_at)"
            " VALUES (gen_random_uuid(), $1, 'bill', gen_random_uuid(), '2026-11-01', now())",
            community,
        )


async def skewed(community: int) -> None:
    """Each of two reads what the other writes: one of them learns at COMMIT that this cannot be serial."""
    both = asyncio.Barrier(2)

    async def one(mine: str, theirs: str) -> None:
        async with unit_of_work(isolation="SERIALIZABLE"):
            await fetch_value("SELECT count(*) FROM rate_limit WHERE key = $1", theirs)
            await both.wait()
            await fetch(MARK, mine)
            await both.wait()

    left, right = f"left {uuid4()}", f"right {uuid4()}"
    ends = await asyncio.gather(one(left, right), one(right, left), return_exceptions=True)
    async with unit_of_work():
        await fetch("DELETE FROM rate_limit WHERE key = ANY($1::text[])", [left, right])
    failed = [end for end in ends if end is not None]
    assert len(failed) == 1
    raise failed[0]  # type: ignore[misc]


FAILURES: dict[str, tuple[Callable[[int], Awaitable[None]], type[Exception]]] = {
    "deferred trigger": (unbalanced, asyncpg.CheckViolationError),
    "serialization": (skewed, asyncpg.SerializationError),
}


async def test_a_commit_that_fails_is_told_and_the_next_transaction_is_whole():
    community = await builders.community("mingxi", "明溪花园")
    tries, failed = times(sample=10, landing=100), Counter[str]()
    for number in range(tries):
        name = list(FAILURES)[number % len(FAILURES)]
        fail, error = FAILURES[name]
        with pytest.raises(error):
            await fail(community)
        failed[name] += 1
        assert await marks() == []
        async with unit_of_work(community):
            await fetch(MARK, "kept")
        assert await marks() == ["kept"]
        async with unit_of_work():
            await fetch("DELETE FROM rate_limit")
    await assert_pool_is_whole()
    note("F-07", tries, **failed, **{"half saved": 0})


# --- F-08


class CancelledAt:
    """Await some work, and have the running task cancelled at its n-th stop; `stops` counts them."""

    def __init__(self, work: Coroutine[Any, Any, Any], stop: int) -> None:
        self.work, self.stop, self.stops = work, stop, 0

    def __await__(self) -> Generator[Any, Any, Any]:
        running = self.work.__await__()
        step = partial(running.send, None)
        while True:
            try:
                waits_for = step()
            except StopIteration as done:
                return done.value
            self.stops += 1
            if self.stops == self.stop:
                task = asyncio.current_task()
                assert task
                task.cancel()
            try:
                step = partial(running.send, (yield waits_for))
            except BaseException as error:
                step = partial(running.throw, error)


class Cutter:
    """Cancels requests of each kind at the first await, then the second …, and begins again after the last."""

    def __init__(self, stride: int) -> None:
        self.stride, self.next, self.cancelled = stride, Counter[str](), Counter[str]()

    async def cut(self, kind: str, request: Coroutine[Any, Any, httpx.Response]) -> None:
        """Send a request and leave before it is answered; what it began ends, and the pool is whole."""
        self.next[kind] += self.stride

        async def run() -> httpx.Response:
            return await CancelledAt(request, self.next[kind])

        task = asyncio.create_task(run())
        await asyncio.wait([task])
        if task.cancelled():
            self.cancelled[kind] += 1
        else:
            assert task.result().status_code < 400
            self.next[kind] = 0
        await assert_pool_is_whole()


async def test_a_request_that_is_cancelled_at_any_await_is_rolled_back_or_complete(settings: Settings):
    tries = times(sample=12, landing=200)
    cutter = Cutter(stride=times(sample=9, landing=1))
    async with running_sandbox() as sandbox:
        till = await open_till(settings, sandbox)
        async with till.browser() as owner:
            flows = 0
            while sum(cutter.cancelled.values()) < tries:
                await pay_cut_off(till, owner, cutter, await one_more_bill(till, flows))
                flows += 1
        await till.settle_all()
        assert len(await payments()) == len(till.sessions) == flows
        assert [one["status"] for one in till.sessions if one["status"] != "complete"] == []
    async with unit_of_work(EVERYWHERE):
        assert await fetch("SELECT bill FROM bill_balance WHERE outstanding <> 0 AND bill <> $1", till.bill) == []
        assert await fetch("SELECT id FROM credit") == []
    await assert_sound()
    note("F-08", sum(cutter.cancelled.values()), **cutter.cancelled, **{"bills paid once": flows, "violations": 0})


async def one_more_bill(till: Till, number: int) -> UUID:
    async with unit_of_work(till.estate.community):
        item = await fetch_value("SELECT id FROM charge_item ORDER BY code LIMIT 1")
    period = str(Month.parse("2010-01") + number)
    home, owner = till.estate.units["1栋101"], [till.estate["陈静"]]
    return await builders.bill(till.estate.community, home, owner, [(item, 5000)], period=period)


async def pay_cut_off(till: Till, owner: httpx.AsyncClient, cutter: Cutter, bill: UUID) -> None:
    """Every request of a payment is cut off once, then sent again by somebody with patience."""
    form = {"bill": str(bill), "method": "alipay"}
    await cutter.cut("start", owner.post("/payments/new", data=form))
    leave = await owner.post("/payments/new", data=form)
    assert leave.status_code == 303, leave.text
    back = await till.pay_at(leave.headers["location"])
    event = till.events("checkout.session.completed")[-1]
    await cutter.cut("webhook", deliver(owner, event))
    await cutter.cut("return", owner.get(back))
    assert (await deliver(owner, event)).status_code == 200
    landed = await owner.get(back)
    await cutter.cut("page", owner.get(landed.headers["location"]))
    assert 'data-state="posted"' in (await owner.get(landed.headers["location"])).text


# --- F-45


async def test_a_storm_of_deadlocks_loses_nothing():
    pairs, tries = times(sample=3, landing=10), Counter[str]()

    @retrying
    async def bump(who: str, *keys: str) -> None:
        tries[who] += 1
        async with unit_of_work():
            for key in keys:
                await fetch("UPDATE rate_limit SET count = count + 1 WHERE key = $1", key)
                if tries[who] == 1 and key == keys[0]:
                    await barriers[who.partition(" ")[0]].wait()

    barriers = {str(pair): asyncio.Barrier(2) for pair in range(min(pairs, 5))}
    async with unit_of_work():
        for pair in barriers:
            await fetch(MARK, f"{pair} left")
            await fetch(MARK, f"{pair} right")
    rounds = pairs // len(barriers)
    for _ in range(rounds):
        tries.clear()
        await asyncio.gather(
            *(bump(f"{pair} up", f"{pair} left", f"{pair} right") for pair in barriers),
            *(bump(f"{pair} down", f"{pair} right", f"{pair} left") for pair in barriers),
        )
        assert max(tries.values()) <= 3
        assert sum(tries.values()) == 3 * len(barriers)
    async with unit_of_work():
        assert {row["count"] for row in await fetch("SELECT count FROM rate_limit")} == {2 * rounds}
    note("F-45", rounds * len(barriers), **{"most tries": max(tries.values()), "lost": 0})

"""A connection breaks at any message of a transaction (F-06): what was told is true, and the pool stays whole."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import asyncpg
import pytest

from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.states import CounterChannel
from portal.platform.db.unit_of_work import EVERYWHERE, CommitUnknown, fetch, fetch_value, unit_of_work
from portal.web.pages.errors import status_of
from tests import builders, cast
from tests.faults.counts import SEED, note, times
from tests.faults.proxy import Break, assert_pool_is_whole, through_a_proxy
from tests.money.payments.books import assert_sound

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(900)]
LIMIT = 0.5  # seconds for an answer, here; the web waits 8
FEN = 24954


BROKEN = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


async def at_last(act: Callable[[], Awaitable[object]]) -> None:
    """Try as long as it is told that it cannot be now: the server may hold the locks of the broken one for a moment."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(*BROKEN):
                await act()
                return
            await asyncio.sleep(0.1)


async def test_a_payment_at_the_counter_over_a_connection_that_breaks():
    estate, chance, told = await cast.mingxi(), random.Random(SEED), Counter[str]()
    item = await builders.charge_item(estate.community, "service")
    tries, slowest, bills = times(sample=8, landing=100), 0.0, list[UUID]()

    async def bill() -> UUID:
        period, owner = str(Month.parse("2000-01") + len(bills)), [estate["陈静"]]
        made = await builders.bill(estate.community, estate.units["1栋101"], owner, [(item, FEN)], period=period)
        bills.append(made)
        return made

    async def pay(bill: UUID) -> None:
        await record_counter_payment(
            estate["蒋涛"], unit="1栋101", bills=[bill], amount=Money(FEN), channel=CounterChannel.cash,
            reference=str(bill),
        )  # fmt: skip

    async with through_a_proxy(min_size=1, max_size=3, wait=2, timeout=2, command_timeout=LIMIT) as proxy:
        proxy.stalled_for = 3 * LIMIT
        lengths = []  # messages of one payment, first on a fresh connection, then on one that knows the statements
        for _ in range(2):
            paid, before = await bill(), proxy.heard
            await pay(paid)
            lengths.append(proxy.heard - before)
        while proxy.struck < tries:
            struck, kind, owed = proxy.struck, list(Break)[len(bills) % len(Break)], await bill()
            # COMMIT is the last: there most can go wrong.
            proxy.plan(kind, after=chance.choice([chance.randrange(max(lengths)), *(last - 1 for last in lengths)]))
            began = time.monotonic()
            acknowledged = await outcome(partial(pay, owed))
            slowest = max(slowest, time.monotonic() - began)
            proxy.spare()
            if proxy.struck > struck:
                told[str(acknowledged)] += 1
                await asyncio.sleep(proxy.stalled_for if kind is Break.stall else 0)  # until what was late has come
            await assert_pool_is_whole()
            async with unit_of_work(EVERYWHERE):
                there = await fetch("SELECT id FROM payment WHERE reference = $1", str(owed))
            assert len(there) <= 1
            assert acknowledged is None or bool(there) == acknowledged
            if not there:
                await at_last(partial(pay, owed))
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(*) FROM payment") == len(bills)
        assert await fetch("SELECT bill FROM bill_balance WHERE outstanding <> 0") == []
    await assert_sound()
    assert slowest < 2 + 6 * LIMIT  # for a connection, for the answer, for the cancellation, and some air
    answers = {"done": told["True"], "not done": told["False"], "unknown": told["None"]}
    note("F-06", tries, **answers, **{"slowest answer": f"{slowest:.1f} s", "violations": 0})


async def outcome(act: Callable[[], Awaitable[None]]) -> bool | None:
    """True when it was done, False when it was not, None when nobody can know; a page would say so with 503."""
    try:
        await act()
    except (*BROKEN, CommitUnknown) as broken:
        assert status_of(broken) == 503, repr(broken)
        return None if isinstance(broken, CommitUnknown) else False
    return True

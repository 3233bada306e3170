"""Webhooks that never come (F-23), and methods that settle late (F-35)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest

from portal.kit import clock
from portal.money.online.states import Method
from portal.money.stripe_events.jobs import attempts as look_at_attempts, poll_attempts, sweep_events
from sandbox import checkout
from tests.faults.counts import SEED, note, times
from tests.faults.paying import assert_true_to_stripe, begun, more_bills, rows, session_of, state_of
from tests.money.checkout.till import Till

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")
LATEST = 44  # minutes after the start, the last at which a session can be paid


async def test_payments_of_which_nobody_tells_are_found_within_a_quarter_of_an_hour(
    till: Till, admin: asyncpg.Connection
):
    """All webhooks are lost and nobody comes back; the minutes of an hour are played through."""
    chance, tries = random.Random(SEED), times(sample=12, landing=200)
    till.retune()
    payers = [
        (await begun(till, bill), chance.randint(0, LATEST) if n % 10 else None)
        for n, bill in enumerate(await more_bills(till, tries))
    ]
    books = till.sandbox.state.books
    paid_at: dict[UUID, int] = {}
    waited: dict[UUID, int] = {}
    for minute in range(62):
        checkout.expire_due(books)  # the true minutes that this test takes count as well
        for started, at in payers:
            if at == minute and (session := session_of(till, started))["status"] == "open":
                checkout.pay(books, session, "alipay")
                paid_at[started.id] = minute
        await poll_attempts()
        done = {one["id"] for one in await rows("SELECT id FROM attempt WHERE state = 'posted'")}
        waited |= {one: minute - paid_at[one] for one in done - waited.keys()}
        await admin.execute("UPDATE attempt SET expires_at = expires_at - interval '60 s'")
        books.shift += 60
    assert waited.keys() == paid_at.keys()
    assert max(waited.values()) <= 15
    assert len(waited) > tries / 2
    ends = Counter(one["state"] for one in await rows("SELECT state FROM attempt"))
    assert ends == Counter(posted=len(waited), expired=tries - len(waited))
    assert await poll_attempts() == 0
    assert (await assert_true_to_stripe(till))["posted"] == len(waited)
    books.shift = 0
    note("F-23", tries, paid=len(waited), longest_minutes=max(waited.values()))


async def test_every_event_that_could_not_be_brought_is_fetched_within_the_hour(till: Till):
    """Also those about attempts that are over, which no look would find."""
    till.sandbox.state.courier.settings = replace(till.sandbox.state.settings, webhook_url="http://127.0.0.1:1/")
    await till.faults(webhooks={"drop": 1})
    tries = times(sample=6, landing=150)  # 450 events are several pages of a list
    for bill in await more_bills(till, tries):
        checkout.pay(till.sandbox.state.books, session_of(till, await begun(till, bill)), "alipay")
    assert await sweep_events() == len(till.events()) == 3 * tries
    assert await sweep_events() == 0
    await till.settle_all()
    assert (await assert_true_to_stripe(till))["posted"] == tries
    note("F-23 sweep", 3 * tries)


async def test_only_the_chosen_method_is_offered_and_late_money_counts_when_it_is_there(till: Till):
    books, tries = till.sandbox.state.books, times(sample=3, landing=6)
    for n, bill in enumerate(await more_bills(till, tries)):
        method, arrives = tuple(Method)[n % 3], n % 2 == 0
        started = await begun(till, bill, method=method)
        session = session_of(till, started)
        assert books.asked[session["id"]]["allowed_payment_method_types"] == [method.value]
        assert "payment_method_types" not in books.asked[session["id"]]
        checkout.promise(books, session)
        for _ in range(3):
            await look_at_attempts(TODAY)
            assert await state_of(started.id) == "completed"
        assert await rows("SELECT FROM payment WHERE id = $1", started.id) == []
        checkout.settle(books, session, method.value, arrives)
        await look_at_attempts(TODAY)
        assert await state_of(started.id) == ("posted" if arrives else "failed")
    assert (await assert_true_to_stripe(till))["posted"] == -(-tries // 2)
    note("F-35", tries)

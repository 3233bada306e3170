"""Events in any number, order and delay (F-20, F-21, F-22), and at the same instant as everybody else (F-24)."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from datetime import date

import asyncpg
import pytest

from portal.fees.receivables.states import AdjustmentKind
from portal.kit.money import Money
from portal.money.checkout.records import read_attempt
from portal.money.checkout.settling import end_attempt, ensure_posted
from portal.money.corrections.actions import credit_line
from portal.money.counter.actions import record_counter_payment
from portal.money.online.states import AttemptState, Method
from portal.money.payments.states import CounterChannel
from portal.money.stripe.gateway import gateway
from portal.money.stripe_events.actions import settle_stored_event, take_event
from portal.money.stripe_events.jobs import look_at, settle_event
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import unit_of_work
from sandbox import checkout
from sandbox.aftermath import charge_back, end_refund, refund_payment
from tests import builders
from tests.faults.counts import LANDING, SEED, note, times
from tests.faults.paying import (
    ALL,
    Paid,
    all_waiting,
    assert_true_to_stripe,
    begun,
    bring,
    bring_and_settle,
    more_bills,
    paid,
    return_of,
    rows,
    sold,
    state_of,
)
from tests.money.checkout.telling import signed
from tests.money.checkout.till import Till
from tests.money.payments.books import owed

pytestmark = pytest.mark.anyio
COPIES = (2,) * 12 + (3, 5, 8, 13, 20, 50)


async def test_an_event_in_many_copies_at_once_posts_once(till: Till):
    chance, wanted = random.Random(SEED), times(sample=24, landing=2000)
    bills = await more_bills(till, -(-wanted // 3))
    events = copies = turned_away = 0
    async with till.browser_of(None) as stripe:
        for bill in bills:
            one = await paid(till, bill)
            for event in one.events:
                number = chance.choice(COPIES)
                tries = await asyncio.gather(*(bring(stripe, event) for _ in range(number)))
                turned_away += sum(tries) - number
                await asyncio.gather(*(settle_event(event["id"]) for _ in range(2)))
                events, copies = events + 1, copies + number
            assert await state_of(one.attempt) == "posted"
    assert events >= wanted
    assert len(await rows("SELECT id FROM stripe_event")) == events
    assert len(await rows("SELECT id FROM pgqueuer WHERE entrypoint = 'settle_event'")) == events
    assert await assert_true_to_stripe(till) == Counter(posted=len(bills), set_aside=0, credited=0)
    note("F-20", events, copies=copies, brought_again_after_429=turned_away)


def stale(event: dict, kind: str) -> dict:
    """The same as another event, which Stripe would have sent earlier."""
    return event | {"id": f"evt_{kind.replace('.', '_')}_{event['id'][4:]}", "type": kind}


async def plainly(till: Till, bill: object) -> Paid:
    one = await paid(till, bill)
    late = ("checkout.session.expired", "checkout.session.async_payment_succeeded")
    added = [stale(one.completed, kind) for kind in late] + [stale(one.events[0], "charge.updated")]
    return Paid(one.bill, one.attempt, one.session, one.events + added)


async def after_a_failure(till: Till, bill: object) -> Paid:
    one = await paid(till, bill, decline_first=True)
    late = ("checkout.session.expired", "checkout.session.async_payment_failed")
    return Paid(one.bill, one.attempt, one.session, one.events + [stale(one.completed, kind) for kind in late])


async def and_taken_back(till: Till, bill: object) -> Paid:
    """Refunded, or charged back: three events of the payment and three of what became of it."""
    books, refunded = till.sandbox.state.books, (await rows("SELECT number FROM bill WHERE id = $1", bill))[0]
    one = await paid(till, bill, method=Method.card)
    charge, before = books.all("ch")[0]["id"], len(till.events())
    if refunded["number"] % 2:
        refund_payment(books, {"charge": charge})
    else:
        charge_back(books, charge, None, "lost")
    return Paid(one.bill, one.attempt, one.session, one.events + till.events()[before:][-3:])


@pytest.mark.parametrize("scenario", [plainly, after_a_failure, and_taken_back])
async def test_six_events_in_any_order_end_the_same(till: Till, scenario: object):
    orders = list(itertools.permutations(range(6)))
    tried = orders if LANDING else random.Random(SEED).sample(orders, 12)
    ends: Counter = Counter()
    for bill, order in zip(await more_bills(till, len(tried)), tried, strict=True):
        one = await scenario(till, bill)  # type: ignore[operator]
        assert len(one.events) == 6
        for place in order:
            await told(one.events[place])
        found = await rows("SELECT type, state FROM stripe_event WHERE id = ANY($1)", [e["id"] for e in one.events])
        ends[(await state_of(one.attempt), await owed(bill), *sorted(f"{e['type']} {e['state']}" for e in found))] += 1
    # Odd bills were refunded and even ones charged back, which are other events; the payment ends the same.
    assert len(ends) == (2 if scenario is and_taken_back else 1), ends
    assert {end[:2] for end in ends} == {("posted", Money(0))}
    assert await assert_true_to_stripe(till) == Counter(posted=len(tried), set_aside=0, credited=0)
    note(f"F-21 {scenario.__name__}", len(tried), orders=len(tried))  # type: ignore[attr-defined]


async def told(event: dict) -> None:
    """Signed, verified, stored and settled, without the web between: copies through it are F-20's."""
    body, headers = signed(event)
    await take_event(gateway.verify(body, headers["Stripe-Signature"]), body)
    await settle_stored_event(event["id"])


async def test_events_up_to_three_days_late_lose_nothing_and_undo_nothing(till: Till, admin: asyncpg.Connection):
    chance, tries = random.Random(SEED), times(sample=10, landing=300)
    seen: Counter = Counter()
    late = LateTeller(till, admin, chance)
    for n, bill in enumerate(await more_bills(till, tries)):
        what = late.ways[n % len(late.ways)]
        seen[what.__name__] += 1
        await what(bill)
    await assert_true_to_stripe(till)
    note("F-22", tries, **seen)


class LateTeller:
    """Money that came, and an event about it that comes when the world has moved on."""

    def __init__(self, till: Till, admin: asyncpg.Connection, chance: random.Random) -> None:
        self.till, self.admin, self.chance = till, admin, chance
        self.ways = (self.expired, self.given_up, self.refunded, self.paid_elsewhere, self.credited, self.sold)

    async def tell(self, one: Paid) -> None:
        """Up to three days pass, then everything is told in any order, an old expiry as well."""
        seconds = self.chance.uniform(0, 3 * 86400)
        await self.admin.execute(
            "UPDATE attempt SET expires_at = expires_at - $2 * interval '1 second' WHERE id = $1", one.attempt, seconds
        )
        events = [*one.events, stale(one.completed, "checkout.session.expired")]
        for event in self.chance.sample(events, len(events)):
            await told(event | {"created": int(time.time() - seconds)})
        assert await state_of(one.attempt) == "posted"

    async def expired(self, bill: object) -> None:
        """The attempt had been ended here, though its session was paid."""
        one = await paid(self.till, bill)
        await end_attempt(await read_attempt(one.attempt), AttemptState.expired, "a test of late events")
        await self.tell(one)
        assert await owed(bill) == Money(0)

    async def given_up(self, bill: object) -> None:
        """Stripe's answer was lost, the attempt given up, another paid the bill: the first becomes credit."""
        await self.till.faults(api=[{"path": "/v1/checkout/sessions", "method": "POST", "kind": "reset_after"}])
        lost = await begun(self.till, bill)
        assert lost.url is None
        session, books = self.till.sessions[0], self.till.sandbox.state.books
        await self.admin.execute("UPDATE attempt SET expires_at = expires_at - interval '3 min' WHERE id = $1", lost.id)
        await self.tell(await paid(self.till, bill, method=Method.card))
        before = len(self.till.events())
        checkout.pay(books, session, "alipay")
        await self.tell(Paid(bill, lost.id, session, self.till.events()[before:]))
        assert await surplus_of(lost.id) == ALL

    async def refunded(self, bill: object) -> None:
        """Stripe has given the money back already: the payment is posted, the refund waits for a person."""
        one = await paid(self.till, bill)
        books = self.till.sandbox.state.books
        before = len(self.till.events())
        end_refund(books, refund_payment(books, {"charge": books.all("ch")[0]["id"]})["id"], "succeeded")
        await self.tell(Paid(one.bill, one.attempt, one.session, one.events + self.till.events()[before:]))

    async def paid_elsewhere(self, bill: object) -> None:
        """The owner went to the counter meanwhile: the late money is credit."""
        one = await paid(self.till, bill)
        unit = await rows("SELECT unit::text FROM bill WHERE id = $1", bill)
        await record_counter_payment(
            self.till.estate["蒋涛"],
            unit=unit[0]["unit"],
            bills=[bill],
            amount=Money(ALL),
            channel=CounterChannel.cash,
            reference=str(bill),
        )
        await self.tell(one)
        assert await surplus_of(one.attempt) == ALL

    async def credited(self, bill: object) -> None:
        """A line was taken off the bill meanwhile: what it would have got is credit."""
        one = await paid(self.till, bill)
        line = (await builders.lines_of(self.till.estate.community, bill))[1]
        async with unit_of_work(self.till.estate.community):
            await credit_line(line, Money(1830), kind=AdjustmentKind.waiver, reason="停水", made_by="staff:1",
                              approved_by=None, source=None, on=date(2026, 11, 20))  # fmt: skip
        await self.tell(one)
        assert await surplus_of(one.attempt) == 1830

    async def sold(self, bill: object) -> None:
        """The home has another owner: the money still pays the seller's bill."""
        one, estate = await paid(self.till, bill), self.till.estate
        unit = (await rows("SELECT unit FROM bill WHERE id = $1", bill))[0]["unit"]
        await sold(self.till, unit, estate["陈静"], estate["孙强"], date(2026, 11, 21))
        await self.tell(one)
        assert await owed(bill) == Money(0)


async def surplus_of(payment: object) -> int:
    return (await rows("SELECT sum(amount)::bigint AS fen FROM credit WHERE payment = $1", payment))[0]["fen"]


async def test_webhook_return_page_and_poller_at_the_same_instant_post_once(till: Till, database: Database):
    tries = times(sample=10, landing=1000)
    gate = await asyncpg.connect(**database.config("admin"))
    try:
        async with till.browser() as owner, till.browser_of(None) as stripe:
            for bill in await more_bills(till, tries):
                one = await paid(till, bill)
                # All have asked Stripe and wait for the bill; then it is free for all of them in one moment.
                async with gate.transaction():
                    await gate.execute("SELECT FROM bill WHERE id = $1 FOR UPDATE", bill)
                    crowd = asyncio.gather(
                        owner.get(return_of(one.session)),
                        bring_and_settle(stripe, one.completed),
                        look_at(one.attempt),
                        ensure_posted(one.attempt),
                    )
                    await all_waiting(gate, 4, crowd)
                answers = await crowd
                assert answers[0].status_code == 303
                assert set(answers[2:]) == {AttemptState.posted}
    finally:
        await gate.close()
    assert await assert_true_to_stripe(till) == Counter(posted=tries, set_aside=0, credited=0)
    numbers = [one["number"] for one in await rows("SELECT number FROM payment ORDER BY number")]
    assert numbers == list(range(1, tries + 1)), "a receipt number was drawn and not used"
    note("F-24", tries, at_once=4)

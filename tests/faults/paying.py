"""Many payments at once, and what must be true of all of them by Stripe's own books."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import httpx

from portal.fees.bills.actions import NewBill, NewLine, issue_bills
from portal.fees.receivables.states import BillKind
from portal.homes.units.debtors import ensure_debtors
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.checkout.attempts import Started, start_payment
from portal.money.online.states import Method
from portal.money.stripe_events.jobs import settle_event
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from sandbox import checkout
from tests import builders
from tests.money.checkout.telling import deliver
from tests.money.checkout.till import Till
from tests.money.payments.books import assert_sound

FEN = (23124, 1830)
ALL = sum(FEN)
NOVEMBER = Month.parse("2026-11")


@dataclass(frozen=True)
class Paid:
    """A payment at Stripe that nobody has told the portal of; `events` are what Stripe would tell, oldest first."""

    bill: UUID
    attempt: UUID
    session: dict
    events: list[dict]

    @property
    def completed(self) -> dict:
        """The event that the session is complete."""
        return next(one for one in self.events if one["type"] == "checkout.session.completed")


async def more_bills(till: Till, number: int, *owners: str) -> list[UUID]:
    """A bill of 249.54 yuan for each of `number` new homes, owed by these people together (陈静)."""
    community, who = till.estate.community, [till.estate[name] for name in owners or ("陈静",)]
    async with unit_of_work(community):
        made = await fetch(
            "INSERT INTO unit (id, community, name, sort_key, building, use, billable_area, occupancy, handed_over_on)"
            " SELECT gen_random_uuid(), $1, n, n, '9', 'residential', 80, 'owner', '2015-06-30'"
            " FROM (SELECT '9栋' || ((SELECT count(*) FROM unit) + i) FROM generate_series(1, $2::int) i) s(n)"
            " RETURNING id",
            community,
            number,
        )
        items = await fetch("SELECT id FROM charge_item WHERE community = $1 ORDER BY code DESC LIMIT 2", community)
        keys = [(row["id"], tuple(one.persons[0] for one in who)) for row in made]
        debtors = await ensure_debtors(community, keys)
        lines = [
            NewLine(item["id"], "service_fee", NOVEMBER, NOVEMBER, Money(fen), part=n)
            for n, (item, fen) in enumerate(zip(items, FEN, strict=True))
        ]
        drafts = [NewBill(key[0], debtors[key], NOVEMBER, date(2026, 11, 15), lines) for key in keys]
        return list(await issue_bills(community, drafts, kind=BillKind.run, issued_on=date(2026, 11, 1)))


async def begun(till: Till, bill: UUID, who: str = "陈静", method: Method = Method.alipay) -> Started:
    """Somebody is on Stripe's page."""
    return await start_payment(till.estate[who], bills=[bill], lines=[], amount=None, method=method)


async def paid(till: Till, bill: UUID, *, decline_first: bool = False, method: Method = Method.alipay) -> Paid:
    """Paid at Stripe; the portal hears nothing of it."""
    started, books = await begun(till, bill, method=method), till.sandbox.state.books
    before, session = len(till.events()), session_of(till, started)
    if decline_first:
        checkout.decline(books, session)
    checkout.pay(books, session, method.value)
    return Paid(bill, started.id, session, till.events()[before:])


def session_of(till: Till, started: Started) -> dict:
    """What Stripe knows of an attempt."""
    assert started.url, "Stripe gave no address"
    return till.sandbox.state.books.get("cs", started.url.rsplit("/", 1)[-1])


def return_of(session: dict) -> str:
    """Where Stripe sends the browser after a payment."""
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


async def bring(client: httpx.AsyncClient, event: dict, **how: object) -> int:
    """Bring an event as Stripe does, again and again while the portal is crowded; how often it took."""
    for tries in range(1, 500):
        answer = await deliver(client, event, **how)
        if answer.status_code == 200:
            return tries
        assert answer.status_code == 429, answer.text
        await asyncio.sleep(random.uniform(0.1, 0.4))
    raise AssertionError("a signed event was never taken")


async def bring_and_settle(client: httpx.AsyncClient, event: dict) -> None:
    """The webhook, and then the worker."""
    await bring(client, event)
    await settle_event(event["id"])


async def rows(sql: str, *values: object) -> list[dict]:
    """Look into the whole database."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        return [dict(row) for row in await fetch(sql, *values)]


async def state_of(attempt: UUID) -> str:
    """Where an attempt stands."""
    return (await rows("SELECT state FROM attempt WHERE id = $1", attempt))[0]["state"]


async def assert_true_to_stripe(till: Till) -> Counter:
    """Every charge that Stripe captured is posted or set aside exactly once, with its sum; nothing else is.

    Each posted payment was told once to each of its people and stands once in the audit; every invariant holds.
    Returns how many were posted, set aside and became credit.
    """
    captured = {one["payment_intent"]: one["amount"] for one in till.sandbox.state.books.all("ch")}
    assert len(captured) == len(till.sandbox.state.books.all("ch"))
    payments = await rows("SELECT id, intent, amount FROM payment WHERE channel = 'stripe'")
    aside = await rows("SELECT intent FROM suspense")
    intents = Counter([one["intent"] for one in payments] + [one["intent"] for one in aside])
    assert intents == Counter(captured.keys())
    assert all(one["amount"] == captured[one["intent"]] for one in payments)
    ids = {f"payment:{one['id']}" for one in payments}
    told = await rows("SELECT subject, person FROM notice WHERE kind = 'payment_posted'")
    assert {one["subject"] for one in told} >= ids
    assert len({(one["subject"], one["person"]) for one in told}) == len(told)
    audited = Counter(one["subject"] for one in await rows("SELECT subject FROM audit_entry"
                                                           " WHERE verb = 'payment_recorded'"))  # fmt: skip
    assert all(audited[one] == 1 for one in ids)
    await assert_sound()
    surplus = await rows("SELECT count(DISTINCT payment) AS n FROM credit WHERE reason = 'surplus'")
    return Counter(posted=len(payments), set_aside=len(aside), credited=surplus[0]["n"])


async def sold(till: Till, unit: UUID, seller: Principal, buyer: Principal, on: date) -> None:
    """A home changes hands."""
    async with unit_of_work(till.estate.community):
        await fetch("UPDATE occupancy SET ends_on = $3 WHERE unit = $1 AND person = $2", unit, seller.persons[0], on)
    await builders.occupies(till.estate.community, unit, buyer, starts_on=on)


async def all_waiting(gate: asyncpg.Connection, number: int, crowd: asyncio.Future) -> None:
    """Until so many transactions wait for a lock."""
    for _ in range(2000):
        await gate.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the first list for ever
        waiting = await gate.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        if waiting >= number:
            return
        assert not crowd.done(), crowd.result()
        await asyncio.sleep(0.002)
    raise AssertionError("they never met")

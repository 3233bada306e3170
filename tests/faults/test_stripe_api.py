"""Every call to Stripe with every fault (F-28), and answers that are not what was asked (F-29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import httpx
import pytest

from portal.kit import clock
from portal.money.stripe_events.jobs import attempts as look_at_attempts, sweep_events
from sandbox.faults import KINDS
from tests.faults.counts import LANDING, note
from tests.faults.paying import ALL, assert_true_to_stripe, bring_and_settle, more_bills, rows
from tests.money.checkout.test_pages import start
from tests.money.checkout.till import Till
from tests.money.payments.books import owed

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")
CREATE, ONE = "/v1/checkout/sessions", "/v1/checkout/sessions/{id}"
MINUTES = 2  # nobody is kept longer from paying


@dataclass
class Payer:
    """Somebody with a bill and a browser; `given` are the addresses to pay at that they ever got."""

    till: Till
    client: httpx.AsyncClient
    admin: asyncpg.Connection
    bill: UUID
    given: list[str] = field(default_factory=list)

    async def spoil(self, kind: str, path: str, method: str, times: int = 1) -> None:
        await self.till.faults(api=[{"path": path, "method": method, "kind": kind, "times": times}])

    async def click(self, method: str = "alipay") -> httpx.Response:
        """Press "pay"; where it leads is remembered."""
        answer = await start(self.client, self.till, bill=str(self.bill), method=method)
        assert answer.status_code in (303, 409), answer.text
        if answer.headers.get("location", "").startswith(self.till.sandbox.url):
            self.given.append(answer.headers["location"])
        return answer

    async def pay(self) -> str:
        """Pay at the newest address; the way back."""
        return await self.till.pay_at(self.given[-1])

    async def minutes_pass(self, minutes: int) -> None:
        await self.admin.execute(
            "UPDATE attempt SET expires_at = expires_at - ($1 + 1) * interval '60 s' WHERE id IN"
            " (SELECT attempt FROM attempt_bill WHERE bill = $2)", minutes, self.bill,
        )  # fmt: skip

    @property
    def open(self) -> list[str]:
        """The addresses at which Stripe would take money of this payer now."""
        sessions = {one["url"] for one in self.till.sessions if one["status"] == "open"}
        return [url for url in dict.fromkeys(self.given) if url in sessions]

    async def set_aside(self) -> bool:
        found = await rows(
            "SELECT FROM attempt_bill b JOIN attempt a ON a.id = b.attempt WHERE b.bill = $1 AND trouble = 'suspense'",
            self.bill,
        )
        return bool(found)


async def creating(payer: Payer, kind: str) -> None:
    await payer.spoil(kind, CREATE, "POST")
    await payer.click()


async def creating_again_by_the_worker(payer: Payer, kind: str) -> None:
    await payer.spoil("reset_before", CREATE, "POST")
    await payer.click()
    await payer.spoil(kind, CREATE, "POST")
    await look_at_attempts(TODAY)


async def asking_on_the_way_back(payer: Payer, kind: str) -> None:
    await payer.click()
    back = await payer.pay()
    await payer.spoil(kind, ONE, "GET")
    assert (await payer.client.get(back)).status_code == 303


async def asking_for_a_webhook(payer: Payer, kind: str) -> None:
    await payer.click()
    await payer.pay()
    await payer.spoil(kind, ONE, "GET")
    event = payer.till.events("checkout.session.completed")[-1]
    try:
        await bring_and_settle(payer.client, event)
    except Exception as trouble:  # the queue tries again
        assert type(trouble).__name__ == "StripeSilent"


async def asking_by_the_poller(payer: Payer, kind: str) -> None:
    await payer.click()
    await payer.pay()
    await payer.spoil(kind, ONE, "GET")
    await look_at_attempts(TODAY)


async def ending_for_another_choice(payer: Payer, kind: str) -> None:
    await payer.click()
    await payer.spoil(kind, f"{ONE}/expire", "POST")
    await payer.click("card")


async def asking_why_it_cannot_be_ended(payer: Payer, kind: str) -> None:
    await payer.click()
    await payer.pay()
    await payer.spoil(kind, ONE, "GET")
    await payer.click("card")


async def closing_a_session_of_another_sum(payer: Payer, kind: str) -> None:
    await payer.spoil("wrong_amount", CREATE, "POST")
    await payer.spoil(kind, f"{ONE}/expire", "POST")
    await payer.click()


async def asking_for_undelivered_events(payer: Payer, kind: str) -> None:
    await payer.click()
    await payer.pay()
    await payer.spoil(kind, "/v1/events", "GET")
    await sweep_events()


SITES: tuple[Callable[[Payer, str], Awaitable[None]], ...] = (
    creating, creating_again_by_the_worker, asking_on_the_way_back, asking_for_a_webhook, asking_by_the_poller,
    ending_for_another_choice, asking_why_it_cannot_be_ended, closing_a_session_of_another_sum,
    asking_for_undelivered_events,
)  # fmt: skip


async def see_it_through(payer: Payer) -> int:
    """Go on as people do until it is paid or set aside; the minutes that this took at most."""
    for minutes in range(MINUTES + 1):
        assert len(payer.open) <= 1, "two sessions can be paid"
        if await payer.set_aside() or not (await owed(payer.bill)).fen:
            return minutes
        answer = await payer.click()
        if answer.headers.get("location") in payer.open:
            await payer.client.get(await payer.pay())
        await look_at_attempts(TODAY)
        if not (await owed(payer.bill)).fen:
            return minutes
        await payer.minutes_pass(1)
    raise AssertionError(f"stuck: {[dict(one) for one in await rows('SELECT state, trouble FROM attempt')]}")


async def test_every_call_with_every_fault_ends_well(till: Till, admin: asyncpg.Connection):
    cross = [(site, kind) for site in SITES for kind in KINDS]
    tried = cross if LANDING else cross[::4]
    ends: Counter = Counter()
    async with till.browser(patience=0.4) as client:
        for bill, (site, kind) in zip(await more_bills(till, len(tried)), tried, strict=True):
            payer = Payer(till, client, admin, bill)
            await till.faults(api=[])
            await site(payer, kind)
            till.sandbox.state.faults.clear()
            ends[await see_it_through(payer)] += 1
            states = await rows(
                "SELECT a.state FROM attempt a JOIN attempt_bill b ON b.attempt = a.id WHERE b.bill = $1", bill
            )
            unfinished = {one["state"] for one in states} & {"creating", "open", "unknown", "completed"}
            # Whose money was set aside may have begun to pay again, at one address.
            again = {"open"} if await payer.set_aside() else set()
            assert unfinished <= again, (site.__name__, kind, unfinished)
            assert len(payer.open) <= len(again), (site.__name__, kind)
    books = await assert_true_to_stripe(till)
    assert books["posted"] + books["set_aside"] == len(tried)
    note("F-28", len(tried), sites=len(SITES), kinds=len(KINDS), posted=books["posted"], set_aside=books["set_aside"],
         longest_minutes=max(ends))  # fmt: skip


async def on_the_way_back(payer: Payer, back: str) -> None:
    await payer.client.get(back)


async def by_a_webhook(payer: Payer, back: str) -> None:
    await bring_and_settle(payer.client, payer.till.events("checkout.session.completed")[-1])


async def by_the_poller(payer: Payer, back: str) -> None:
    await look_at_attempts(TODAY)


FIELDS = {
    "amount": {"amount_total": ALL + 1},
    "less": {"amount_total": ALL - 1},
    "nothing": {"amount_total": 0},
    "currency": {"currency": "usd"},
    "livemode": {"livemode": True},
    "attempt": {"metadata": {"attempt": "00000000-0000-4000-8000-000000000000"}},
    "no attempt": {"metadata": {}},
}
WAYS = (on_the_way_back, by_a_webhook, by_the_poller)


async def test_money_that_is_not_what_was_asked_waits_on_the_desk(till: Till, admin: asyncpg.Connection):
    cases = [(wrong, way) for wrong in FIELDS.values() for way in WAYS][:: 1 if LANDING else 5]
    bills = await more_bills(till, len(cases) + 1)
    async with till.browser() as client, till.browser("蒋涛") as finance:
        other = Payer(till, client, admin, bills[-1])
        await other.click()
        named = await rows("SELECT id::text FROM attempt")
        for n, (bill, (wrong, way)) in enumerate(zip(bills, cases, strict=False)):
            payer = Payer(till, client, admin, bill)
            await payer.click()
            back = await payer.pay()
            session = next(one for one in till.sessions if one["id"] in back)
            spoiled = {"metadata": {"attempt": named[0]["id"]}} if "attempt" in str(wrong) and n % 2 else wrong
            session.update(spoiled)
            await way(payer, back)
            await way(payer, back)  # asked again, it stays as it is
            assert await payer.set_aside(), wrong
            assert (await owed(bill)).fen == ALL
            desk, waiting = await finance.get("/desk"), await finance.get("/desk/unmatched")
            assert 'href="/desk/unmatched"' in desk.text
            assert waiting.text.count("data-suspense=") == n + 1
            assert session["payment_intent"] in waiting.text
            assert (await start(client, till, bill=str(bill))).status_code == 303, "the bill can be paid again"
    assert await rows("SELECT FROM payment") == []
    asides = await rows("SELECT why FROM suspense")
    audited = await rows("SELECT FROM audit_entry WHERE verb = 'payment_suspended'")
    assert len(asides) == len(audited) == len(cases)
    note("F-29", len(cases), **Counter(one["why"] for one in asides))


@pytest.mark.parametrize("wrong", [{"livemode": True}, {"account": "acct_other"}, {"api_version": "2020-01-01"}])
async def test_an_event_of_another_world_is_kept_aside_seen_on_the_desk_and_its_money_is_found(
    till: Till, admin: asyncpg.Connection, wrong: dict
):
    async with till.browser() as client, till.browser("蒋涛") as finance:
        payer = Payer(till, client, admin, (await more_bills(till, 1))[0])
        await payer.click()
        await payer.pay()
        await bring_and_settle(client, till.events("checkout.session.completed")[-1] | wrong)
        assert await rows("SELECT FROM payment") == []
        page = await finance.get("/desk/unmatched")
        assert 'data-state="quarantined"' in page.text
        assert 'href="/desk/unmatched"' in (await finance.get("/desk")).text
    await look_at_attempts(TODAY)
    assert (await assert_true_to_stripe(till))["posted"] == 1

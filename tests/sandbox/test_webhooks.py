"""Webhooks: signed so that Stripe's own library believes them, tried again, and spoiled on request."""

import httpx
import pytest
import stripe

from tests.ports import free_port
from tests.sandbox.conftest import endpoint_on, order, until
from tests.sandbox.running import RunningSandbox, running_sandbox

pytestmark = pytest.mark.anyio

PAID = {"checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"}


async def _pay(sandbox: RunningSandbox, faults: dict | None = None) -> None:
    made = await sandbox.client().v1.checkout.sessions.create_async(order())
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as browser:
        await browser.post("/sandbox/faults", json={"webhooks": faults or {}})
        await browser.post(f"/c/pay/{made.id}", data={"method": "alipay", "outcome": "paid"})


async def _undelivered(sandbox: RunningSandbox) -> int:
    return len((await sandbox.client().v1.events.list_async({"delivery_success": False})).data)


async def test_a_payment_is_told_by_signed_events():
    async with endpoint_on() as (endpoint, port), running_sandbox(webhook_url=f"http://127.0.0.1:{port}/x") as sandbox:
        await _pay(sandbox)
        await until(lambda: len(endpoint.got) == 3)
        assert set(endpoint.types()) == PAID
        with pytest.raises(stripe.SignatureVerificationError):
            endpoint.types(secret="whsec_other")
        await until(lambda: not any(event["pending_webhooks"] for event in sandbox.state.books.all("evt")))
        assert await _undelivered(sandbox) == 0


async def test_a_refusal_and_a_refused_connection_are_tried_again():
    port = free_port()
    async with running_sandbox(webhook_url=f"http://127.0.0.1:{port}/x", retry_delays=(0.1,) * 50) as sandbox:
        await _pay(sandbox)
        assert await _undelivered(sandbox) == 3
        async with endpoint_on(port) as (endpoint, _):
            endpoint.status = 500
            await until(lambda: len(endpoint.got) >= 4)
            endpoint.status = 200
            await until(lambda: not any(event["pending_webhooks"] for event in sandbox.state.books.all("evt")))


async def test_dropped_events_stay_listed_as_undelivered():
    async with endpoint_on() as (endpoint, port), running_sandbox(webhook_url=f"http://127.0.0.1:{port}/x") as sandbox:
        await _pay(sandbox, {"drop": 1})
        assert await _undelivered(sandbox) == 3
        assert not endpoint.got


async def test_duplicates_shuffled_and_late_all_arrive():
    async with endpoint_on() as (endpoint, port), running_sandbox(webhook_url=f"http://127.0.0.1:{port}/x") as sandbox:
        await _pay(sandbox, {"duplicate": 2, "shuffle": True, "delay": 0.1})
        await until(lambda: len(endpoint.got) == 9)
        assert {kind: endpoint.types().count(kind) for kind in PAID} == dict.fromkeys(PAID, 3)


async def test_a_bad_signature_is_really_bad():
    async with endpoint_on() as (endpoint, port), running_sandbox(webhook_url=f"http://127.0.0.1:{port}/x") as sandbox:
        await _pay(sandbox, {"bad_signature": 1})
        await until(lambda: len(endpoint.got) == 3)
        with pytest.raises(stripe.SignatureVerificationError):
            endpoint.types()


async def test_events_are_listed_by_type_and_page(sandbox: RunningSandbox):
    for _ in range(2):
        await _pay(sandbox)
    events = sandbox.client().v1.events
    chosen = await events.list_async({"types": ["charge.succeeded", "checkout.session.completed"], "limit": 3})
    assert (len(chosen.data), chosen.has_more) == (3, True)
    rest = await events.list_async(
        {
            "types": ["charge.succeeded", "checkout.session.completed"],
            "limit": 3,
            "starting_after": chosen.data[-1].id,
        }
    )
    assert (len(rest.data), rest.has_more) == (1, False)
    assert len([event async for event in (await events.list_async({"limit": 2})).auto_paging_iter()]) == 6
    assert chosen.data[0].created >= rest.data[0].created

"""Webhooks that come twice, late, in any order, forged or never."""

import asyncio
import itertools
import json
import time

import pytest
import stripe

from portal.kit import clock
from portal.kit.money import Money
from portal.money.checkout.settling import ensure_posted
from portal.money.stripe_events.jobs import attempts as look_at_attempts, settle_event
from tests.money.checkout.telling import deliver, paid, signed, stays_paid_once
from tests.money.checkout.test_pages import ALL, shown, start
from tests.money.checkout.till import Till, attempts, events_stored
from tests.money.payments.books import owed, payments
from tests.sandbox.conftest import until
from tests.sandbox.running import SETTINGS

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")


async def test_webhooks_in_any_number_order_and_delay_post_once(till: Till):
    async with till.browser() as client:
        await paid(till, client)
        events = till.events()
        assert len(events) >= 3
        for order in itertools.islice(itertools.permutations(events), 6):
            for event in order:
                assert (await deliver(client, event)).status_code == 200
            await till.settle_all()
        late = {**events[0], "id": "evt_late", "created": events[0]["created"] - 3 * 86400}
        assert (await deliver(client, late)).status_code == 200
        await till.settle_all()
    await stays_paid_once(till)
    assert {one["state"] for one in await events_stored()} == {"processed", "ignored"}


async def test_webhook_return_page_and_job_at_the_same_instant_make_one_payment(till: Till):
    async with till.browser() as client:
        back = await paid(till, client)
        attempt = (await attempts())[0]["id"]
        event = till.events("checkout.session.completed")[0]
        await asyncio.gather(
            *(client.get(back) for _ in range(7)),
            *(deliver(client, event) for _ in range(7)),
            *(ensure_posted(attempt) for _ in range(4)),
            look_at_attempts(TODAY),
            look_at_attempts(TODAY),
        )
        await asyncio.gather(*(settle_event(event["id"]) for _ in range(5)))
    await stays_paid_once(till)
    assert len(await events_stored()) == 1


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"object": None}, {"object": []}, {"object": {"object": "checkout.session", "metadata": 5}}],
)
async def test_an_event_with_an_odd_body_waits_for_a_person_and_holds_up_no_other(till: Till, data: object):
    async with till.browser() as client:
        await paid(till, client)
        done = till.events("checkout.session.completed")[0]
        for event in (done | {"id": "evt_odd", "data": data}, done):
            assert (await deliver(client, event)).status_code == 200
        await till.settle_all()
    assert {one["id"]: one["state"] for one in await events_stored()} == {"evt_odd": "failed", done["id"]: "processed"}
    await stays_paid_once(till)


async def test_a_late_expiry_after_the_payment_changes_nothing(till: Till):
    async with till.browser() as client:
        await client.get(await paid(till, client))
        done = till.events("checkout.session.completed")[0]
        expired = {**done, "id": "evt_old", "type": "checkout.session.expired"}
        assert (await deliver(client, expired)).status_code == 200
        await till.settle_all()
    await stays_paid_once(till)


async def test_an_abandoned_session_expires_and_the_bill_can_be_paid_again(till: Till):
    async with till.browser() as client:
        await start(client, till)
        till.sandbox.state.books.shift += 3600
        assert await look_at_attempts(TODAY) == 1
        assert shown(await client.get("/payments")) == ("expired", ALL)
        till.sandbox.state.books.shift = 0
        assert (await start(client, till)).status_code == 303


async def test_money_for_an_attempt_that_was_ended_is_posted_all_the_same(till: Till, admin: object):
    async with till.browser() as client:
        back = await paid(till, client)
        await admin.execute("UPDATE attempt SET state = 'expired'; UPDATE attempt_bill SET live = false")
        assert (await client.get(back)).status_code == 303
    await stays_paid_once(till)


@pytest.mark.parametrize(("outcome", "state"), [("async_paid", "posted"), ("async_failed", "failed")])
async def test_a_late_method_is_posted_when_its_money_comes_and_ended_when_it_does_not(
    till: Till, outcome: str, state: str
):
    till.settle_after(1.5)
    async with till.browser() as client:
        leave = await start(client, till)
        await client.get(await till.pay_at(leave.headers["location"], outcome))
        assert [one["state"] for one in await attempts()] == ["completed"]
        await until(lambda: till.events("payment_intent.succeeded", "checkout.session.async_payment_failed"))
        assert await look_at_attempts(TODAY) == 1
        assert [one["state"] for one in await attempts()] == [state]
        again = await start(client, till)
        assert again.status_code == (409 if state == "posted" else 303)
    assert await owed(till.bill) == Money(0 if state == "posted" else ALL)


FORGED = {
    "no header": (b'{"id":"evt_1"}', {}),
    "empty": (b"", {"Stripe-Signature": ""}),
    "other secret": signed({"id": "evt_1", "object": "event"}, secret="whsec_other"),
    "too old": signed({"id": "evt_1", "object": "event"}, at=time.time() - 400),
    "thin event": signed({"id": "evt_1", "object": "v2.core.event", "type": "x"}),
    "no event": signed({"id": "evt_1"}),
    "half an event": signed({"id": "evt_1", "object": "event"}),
}


@pytest.mark.parametrize("name", FORGED)
async def test_forged_webhooks_are_refused_and_nothing_is_kept(till: Till, name: str):
    body, headers = FORGED[name]
    async with till.browser_of(None) as client:
        assert (await client.post("/webhooks/stripe", content=body, headers=headers)).status_code == 400
    assert await events_stored() == []


@pytest.mark.parametrize(
    "header",
    [b"t=\xff,v1=\xe4\xbd\xa0", b"t=1,v1=" + b"a" * 64, b"\xf0\x9f\x92\xb8", b"t=,v1=", b"v1=x,t=99999999999999999999"],
)
@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1]", b"[" * 5000, b'{"a":', b"null"])
async def test_rubbish_is_400_and_never_500(till: Till, header: bytes, body: bytes):
    async with till.browser_of(None) as client:
        request = client.build_request(
            "POST", "/webhooks/stripe", content=body, headers=[(b"stripe-signature", header)]
        )
        assert (await client.send(request)).status_code == 400
    assert await events_stored() == []


NO_NAMES = [
    json.dumps({"object": "event", "type": "x", "livemode": False, "api_version": "v"} | odd).encode()
    for odd in ({"id": "evt_" + "1" * 300}, {"id": "evt_\0"}, {"id": 5}, {"id": None}, {"id": "evt_1", "type": "\0"})
]


async def test_bodies_that_are_signed_but_no_events_are_400(till: Till):
    async with till.browser_of(None) as client:
        for body in (b"[1]", b"null", b"[" * 5000, b'"x"', b"\xff\xfe", b'{"object":"event"}', *NO_NAMES):
            header = stripe.WebhookSignature.generate_signature_header(
                body.decode("latin-1"), SETTINGS.webhook_secret, int(time.time())
            )
            answer = await client.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": header})
            assert answer.status_code == 400, body
    assert await events_stored() == []


async def test_a_webhook_of_a_megabyte_is_refused(till: Till):
    async with till.browser_of(None) as client:
        assert (await client.post("/webhooks/stripe", content=b"x" * 2**20)).status_code == 413


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"livemode": True}, "livemode"),
        ({"api_version": "2020-01-01"}, "api_version"),
        ({"account": "acct_1"}, "account"),
    ],
)
async def test_events_of_another_world_are_kept_aside(till: Till, change: dict, why: str):
    async with till.browser() as client:
        await paid(till, client)
        event = till.events("checkout.session.completed")[0] | change
        assert (await deliver(client, event)).status_code == 200
        await till.settle_all()
    assert [(one["state"], one["why"]) for one in await events_stored()] == [("quarantined", why)]
    assert await payments() == []


async def test_events_about_nothing_of_ours_wait_for_a_person(till: Till):
    async with till.browser() as client:
        await paid(till, client)
        done = till.events("checkout.session.completed")[0]
        stranger = json.loads(json.dumps(done).replace("cs_", "cs_x"))
        stranger["data"]["object"] |= {"metadata": {}, "client_reference_id": "someone else's"}
        refund = {
            **done,
            "id": "evt_r",
            "type": "refund.failed",
            "data": {"object": {"id": "re_1", "object": "refund"}},
        }
        for event in ({**stranger, "id": "evt_x"}, refund):
            assert (await deliver(client, event)).status_code == 200
        await till.settle_all()
    assert {one["id"]: one["state"] for one in await events_stored()} == {"evt_x": "failed", "evt_r": "failed"}

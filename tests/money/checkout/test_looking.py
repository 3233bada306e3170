"""What nobody told: attempts that the worker looks at by itself, and events that Stripe could not bring."""

from dataclasses import replace
from uuid import UUID

import pytest

from portal.kit import clock
from portal.kit.money import Money
from portal.money.stripe_events.jobs import attempts as look_at_attempts, poll_attempts, sweep_events
from tests import builders
from tests.money.checkout.telling import paid, stays_paid_once
from tests.money.checkout.test_pages import ALL, shown
from tests.money.checkout.till import Till, events_stored
from tests.money.payments.books import owed, payments

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")


async def test_a_browser_that_never_returns_and_lost_webhooks_are_found_by_the_job(till: Till):
    async with till.browser() as client:
        await paid(till, client)
        assert await payments() == []
        assert await look_at_attempts(TODAY) == 1
        assert shown(await client.get("/payments")) == ("posted", ALL)
    assert await look_at_attempts(TODAY) == 0
    await stays_paid_once(till)


async def test_the_polling_job_waits_a_minute_before_it_asks(till: Till, admin: object):
    async with till.browser() as client:
        await paid(till, client)
    assert await poll_attempts() == 0
    await admin.execute("UPDATE attempt SET expires_at = expires_at - interval '61 seconds'")
    assert await poll_attempts() == 1
    await stays_paid_once(till)


async def test_a_look_that_stripe_did_not_answer_is_made_again_a_minute_later(till: Till, admin: object):
    async with till.browser(patience=0.5) as client:
        await paid(till, client)
    await admin.execute("UPDATE attempt SET expires_at = expires_at - interval '61 seconds'")
    await till.faults(api=[{"path": "/v1/checkout/sessions/{id}", "kind": "reset_before", "times": 1}])
    assert await poll_attempts() == 0
    assert await poll_attempts() == 1
    await stays_paid_once(till)


async def test_a_payer_who_came_back_while_stripe_was_silent_is_found_within_a_minute(till: Till, admin: object):
    async with till.browser(patience=0.5) as client:
        back = await paid(till, client)
        await admin.execute("UPDATE attempt SET expires_at = expires_at - interval '20 minutes', looks = 3")
        await till.faults(api=[{"path": "/v1/checkout/sessions/{id}", "kind": "reset_before", "times": 1}])
        assert (await client.get(back)).status_code == 303
    assert await poll_attempts() == 1
    await stays_paid_once(till)


async def test_one_attempt_that_cannot_be_settled_keeps_no_other_from_its_turn(till: Till, admin: object):
    other = await builders.bill(
        till.estate.community, till.estate.units["1栋103"], [till.estate["孙强"]], [(await _item(till), 50000)]
    )
    async with till.browser() as first, till.browser("孙强") as second:
        await paid(till, first)
        await paid(till, second, bill=str(other))
    debtor = await admin.fetchval("SELECT debtor FROM attempt WHERE amount = $1", ALL)
    await admin.execute("UPDATE attempt SET debtor = gen_random_uuid() WHERE amount = $1", ALL)  # nobody can owe it
    assert await look_at_attempts(TODAY) == 1
    assert await owed(other) == Money(0)
    await admin.execute("UPDATE attempt SET debtor = $1 WHERE amount = $2", debtor, ALL)
    assert await look_at_attempts(TODAY) == 1


async def _item(till: Till) -> UUID:
    return await builders.charge_item(till.estate.community, "other")


async def test_events_that_stripe_could_not_bring_are_fetched(till: Till):
    till.sandbox.state.courier.settings = replace(
        till.sandbox.state.settings, webhook_url="http://127.0.0.1:1/", retry_delays=()
    )
    async with till.browser() as client:
        await paid(till, client)
    assert await events_stored() == []
    new = await sweep_events()
    assert new == len(till.events()) == len(await events_stored())
    assert await sweep_events() == 0
    await till.settle_all()
    await stays_paid_once(till)


async def test_a_silent_stripe_tells_no_undelivered_events_and_breaks_nothing(till: Till):
    till.retune(patience=0.5)
    await till.faults(api=[{"path": "/v1/events", "kind": "500_unsaved", "times": 1}])
    assert await sweep_events() == 0

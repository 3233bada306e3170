"""Idempotency keys and the faults of the API, as the real Stripe client meets them."""

import asyncio
import time

import httpx
import pytest
import stripe

from tests.sandbox.conftest import order
from tests.sandbox.running import RunningSandbox

pytestmark = pytest.mark.anyio

SESSIONS = "/v1/checkout/sessions"
SOON = int(time.time()) + 12 * 3600  # the same in each call: two orders a second apart are not one, and keys notice


async def _break(browser: httpx.AsyncClient, kind: str, times: int = 1, path: str = SESSIONS) -> None:
    answer = await browser.post("/sandbox/faults", json={"api": [{"path": path, "kind": kind, "times": times}]})
    assert answer.status_code == 200


async def _create(client: stripe.StripeClient, key: str = "key-1", **changes: object) -> stripe.checkout.Session:
    return await client.v1.checkout.sessions.create_async(
        order(**{"expires_at": SOON} | changes), {"idempotency_key": key}
    )


async def test_the_same_key_gives_the_same_answer(stripe_client: stripe.StripeClient, sandbox: RunningSandbox):
    asked = order()
    first, again = [
        await stripe_client.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"}) for _ in range(2)
    ]
    assert first.id == again.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.last_response.headers["original-request"] == first.last_response.headers["request-id"]
    assert len(sandbox.state.books.all("cs")) == 1


async def test_a_key_used_for_something_else_is_refused(stripe_client: stripe.StripeClient):
    await _create(stripe_client)
    with pytest.raises(stripe.IdempotencyError) as refusal:
        await _create(stripe_client, client_reference_id="attempt-2")
    assert refusal.value.http_status == 400


async def test_a_key_is_forgotten_after_a_day(stripe_client: stripe.StripeClient, browser: httpx.AsyncClient):
    made = await _create(stripe_client, expires_at=int(time.time()) + 86_000)
    await browser.post("/sandbox/clock", json={"seconds": 25 * 3600})
    later = await _create(stripe_client, expires_at=int(time.time()) + 25 * 3600 + 3600)
    assert made.id != later.id


async def test_a_refusal_of_parameters_is_not_kept(stripe_client: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError):
        await _create(stripe_client, mode="setup")
    assert (await _create(stripe_client)).status == "open"


async def test_a_saved_500_comes_back_for_ever(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox
):
    await _break(browser, "500_saved")
    asked = order()
    for _ in range(3):
        with pytest.raises(stripe.APIError) as trouble:
            await stripe_client.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"})
        assert trouble.value.http_status == 500
    assert not sandbox.state.books.all("cs")
    assert (await _create(stripe_client, key="key-2")).status == "open"


async def test_an_unsaved_500_is_over_at_the_next_try(stripe_client: stripe.StripeClient, browser: httpx.AsyncClient):
    await _break(browser, "500_unsaved")
    with pytest.raises(stripe.APIError):
        await _create(stripe_client)
    assert (await _create(stripe_client)).status == "open"


@pytest.mark.parametrize(("kind", "error"), [("409", stripe.StripeError), ("429", stripe.RateLimitError)])
async def test_busy_answers_do_nothing_and_pass(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, kind: str, error: type[stripe.StripeError]
):
    await _break(browser, kind)
    with pytest.raises(error) as trouble:
        await _create(stripe_client)
    assert trouble.value.http_status == int(kind)
    assert (await _create(stripe_client)).status == "open"


@pytest.mark.parametrize(("kind", "sessions"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_reset_breaks_the_connection_before_or_after_the_effect(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox, kind: str, sessions: int
):
    await _break(browser, kind)
    asked = order()
    with pytest.raises(stripe.APIConnectionError):
        await stripe_client.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"})
    assert len(sandbox.state.books.all("cs")) == sessions
    made = await stripe_client.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"})
    assert [one["id"] for one in sandbox.state.books.all("cs")] == [made.id]


async def test_the_clients_own_retries_heal_a_reset(browser: httpx.AsyncClient, sandbox: RunningSandbox):
    await _break(browser, "reset_after")
    made = await _create(sandbox.client(retries=2))
    assert [one["id"] for one in sandbox.state.books.all("cs")] == [made.id]


async def test_a_hanging_call_took_effect_although_nobody_heard_of_it(
    browser: httpx.AsyncClient, sandbox: RunningSandbox
):
    await _break(browser, "hang")
    asked = order()
    impatient = sandbox.client(timeout=0.3)
    with pytest.raises(stripe.APIConnectionError):
        await impatient.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"})
    made = await impatient.v1.checkout.sessions.create_async(asked, {"idempotency_key": "key-1"})
    assert [one["id"] for one in sandbox.state.books.all("cs")] == [made.id]


async def test_wrong_sums_and_currencies_are_only_told_not_kept(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient
):
    made = await _create(stripe_client)
    await browser.post(f"/c/pay/{made.id}", data={"method": "alipay", "outcome": "paid"})
    asked = {"expand": ["payment_intent"]}
    await _break(browser, "wrong_amount", path=f"{SESSIONS}/{{id}}")
    wrong = await stripe_client.v1.checkout.sessions.retrieve_async(made.id, asked)
    assert (wrong.amount_total, wrong.payment_intent.amount) == (12346, 12346)
    await _break(browser, "wrong_currency", path="/v1/checkout/sessions/*")
    wrong = await stripe_client.v1.checkout.sessions.retrieve_async(made.id, asked)
    assert (wrong.currency, wrong.payment_intent.currency) == ("usd", "usd")
    right = await stripe_client.v1.checkout.sessions.retrieve_async(made.id, asked)
    assert (right.amount_total, right.currency) == (12345, "cny")


async def test_faults_merge_and_reset_clears_them_but_forgets_nothing(
    browser: httpx.AsyncClient, stripe_client: stripe.StripeClient, sandbox: RunningSandbox
):
    await browser.post("/sandbox/faults", json={"webhooks": {"drop": 0.5}})
    await _break(browser, "409", path="/v1/refunds")
    await browser.post("/sandbox/faults", json={"webhooks": {"duplicate": 2}})
    standing = (await browser.get("/sandbox/faults")).json()
    assert standing["webhooks"] == {"drop": 0.5, "duplicate": 2, "shuffle": False, "delay": 0, "bad_signature": 0}
    assert [fault["kind"] for fault in standing["api"]] == ["409"]
    assert (await browser.post("/sandbox/faults", json={"api": [{"path": "/v1", "kind": "rain"}]})).status_code == 400
    for nonsense in ({"weather": {}}, {"webhooks": {"drop": "x"}}, {"webhooks": {"shuffle": 1}}, {"api": ["x"]}, []):
        assert (await browser.post("/sandbox/faults", json=nonsense)).status_code == 400
    made = await _create(stripe_client)
    await browser.post("/sandbox/reset")
    assert (await stripe_client.v1.checkout.sessions.retrieve_async(made.id)).status == "open"
    assert (await browser.get("/sandbox/faults")).json()["webhooks"]["drop"] == 0
    assert (await browser.get("/sandbox/faults")).json()["api"] == []
    assert (await _create(stripe_client)).status == "open"


async def test_many_calls_at_once_with_one_key_make_one_session(
    stripe_client: stripe.StripeClient, sandbox: RunningSandbox
):
    asked = order()
    create = stripe_client.v1.checkout.sessions.create_async
    made = await asyncio.gather(*[create(asked, {"idempotency_key": "key-1"}) for _ in range(20)])
    assert len({one.id for one in made}) == len(sandbox.state.books.all("cs")) == 1

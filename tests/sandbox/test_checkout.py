"""Checkout Sessions through the real Stripe client."""

import time

import httpx
import pytest
import stripe

from tests.sandbox.conftest import order, until
from tests.sandbox.running import RunningSandbox

pytestmark = pytest.mark.anyio


async def test_a_session_opens_is_found_again_and_expires(stripe_client: stripe.StripeClient):
    sessions = stripe_client.v1.checkout.sessions
    made = await sessions.create_async(order())
    assert (made.status, made.payment_status, made.amount_total, made.currency) == ("open", "unpaid", 12345, "cny")
    assert made.url.endswith(f"/c/pay/{made.id}")
    assert made.payment_intent is None
    assert (await sessions.retrieve_async(made.id)).client_reference_id == "attempt-1"
    assert [one.id for one in (await sessions.list_async({"status": "open"})).data] == [made.id]
    assert (await sessions.expire_async(made.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        await sessions.expire_async(made.id)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"payment_method_types": ["alipay"]}, "Received unknown parameter: payment_method_types"),
        ({"line_items": [{"quantity": 1, "price_data": {"currency": "cny", "colour": 1}}]}, r"price_data\]\[colour"),
        ({"line_items": []}, "line_items"),
        ({"success_url": ""}, "success_url"),
        (
            {"payment_method_options": {"wechat_pay": {"app_id": "x"}}},
            r"payment_method_options\[wechat_pay\]\[client\]",
        ),
        ({"allowed_payment_method_types": ["us_bank_account"]}, "must be one of"),
        ({"expires_at": int(time.time()) + 60}, "at least 30 minutes"),
        ({"expires_at": int(time.time()) + 90_000}, "less than 24 hours"),
    ],
)
async def test_what_stripe_would_not_take_is_refused(stripe_client: stripe.StripeClient, wish: dict, says: str):
    with pytest.raises(stripe.InvalidRequestError, match=says):
        await stripe_client.v1.checkout.sessions.create_async(order(**wish))


@pytest.mark.parametrize(("fen", "code"), [(399, "amount_too_small"), (100_000_000, "amount_too_large")])
async def test_sums_out_of_bounds_are_refused(stripe_client: stripe.StripeClient, fen: int, code: str):
    item = {"quantity": 1, "price_data": {"currency": "cny", "unit_amount": fen, "product_data": {"name": "x"}}}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await stripe_client.v1.checkout.sessions.create_async(order(line_items=[item]))
    assert refusal.value.code == code


async def test_a_wrong_key_and_an_unknown_id_are_refused(sandbox: RunningSandbox):
    stranger = stripe.StripeClient("sk_test_0", http_client=stripe.HTTPXClient(), base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        await stranger.v1.refunds.list_async()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await sandbox.client().v1.checkout.sessions.retrieve_async("cs_test_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


async def test_the_key_may_come_as_curl_sends_it(sandbox: RunningSandbox, browser: httpx.AsyncClient):
    right = await browser.get(f"{sandbox.url}/v1/refunds", auth=(sandbox.state.settings.api_key, ""))
    assert right.status_code == 200
    for auth in ("Basic ?", "Basic", "Basic " + "QUJD", "Digest x"):
        assert (await browser.get(f"{sandbox.url}/v1/refunds", headers={"Authorization": auth})).status_code == 401


async def _open(client: stripe.StripeClient) -> stripe.checkout.Session:
    return await client.v1.checkout.sessions.create_async(order())


async def test_paying_completes_the_session_and_brings_the_browser_back(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox
):
    made = await _open(stripe_client)
    answer = await browser.post(f"/c/pay/{made.id}", data={"method": "wechat_pay", "outcome": "paid"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://127.0.0.1:1/payments/return?cs={made.id}"
    paid = await stripe_client.v1.checkout.sessions.retrieve_async(
        made.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert paid.payment_intent.status == "succeeded"
    assert paid.payment_intent.metadata["attempt"] == "1"
    charge = paid.payment_intent.latest_charge
    assert (charge.amount, charge.payment_method_details.type) == (12345, "wechat_pay")
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (388, 11957)
    assert {event["type"] for event in sandbox.state.books.all("evt")} == {
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
    }


async def test_paying_twice_charges_once(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox
):
    made = await _open(stripe_client)
    for _ in range(2):
        answer = await browser.post(f"/c/pay/{made.id}", data={"method": "alipay", "outcome": "paid"})
        assert answer.status_code == 303 and made.id in answer.headers["location"]
    assert len(sandbox.state.books.all("ch")) == 1
    assert "无需再次支付" in (await browser.get(f"/c/pay/{made.id}")).text


@pytest.mark.parametrize("outcome", ["failed", "abandoned"])
async def test_a_try_without_money_leaves_the_session_open(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, outcome: str
):
    made = await _open(stripe_client)
    answer = await browser.post(f"/c/pay/{made.id}", data={"method": "alipay", "outcome": outcome})
    assert (answer.status_code, answer.headers["location"]) == (303, "http://127.0.0.1:1/bills")
    assert (await stripe_client.v1.checkout.sessions.retrieve_async(made.id)).status == "open"
    failed = await stripe_client.v1.events.list_async({"types": ["payment_intent.payment_failed"]})
    assert len(failed.data) == (1 if outcome == "failed" else 0)
    await browser.post(f"/c/pay/{made.id}", data={"method": "alipay", "outcome": "paid"})
    assert (await stripe_client.v1.checkout.sessions.retrieve_async(made.id)).payment_status == "paid"


@pytest.mark.parametrize(("outcome", "ends"), [("async_paid", "succeeded"), ("async_failed", "failed")])
async def test_a_late_method_is_complete_but_unpaid_until_decided(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox, outcome: str, ends: str
):
    made = await _open(stripe_client)
    await browser.post(f"/c/pay/{made.id}", data={"method": "card", "outcome": outcome})
    first = sandbox.state.books.all("evt")[-1]
    assert first["type"] == "checkout.session.completed"
    assert (first["data"]["object"]["status"], first["data"]["object"]["payment_status"]) == ("complete", "unpaid")
    await until(lambda: sandbox.state.books.all("evt")[0]["type"] == f"checkout.session.async_payment_{ends}")
    decided = await stripe_client.v1.checkout.sessions.retrieve_async(made.id)
    assert decided.payment_status == ("paid" if ends == "succeeded" else "unpaid")


async def test_a_session_expires_by_itself_and_then_takes_no_money(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient, sandbox: RunningSandbox
):
    made = await _open(stripe_client)
    await browser.post("/sandbox/clock", json={"seconds": 46 * 60})
    assert (await stripe_client.v1.checkout.sessions.retrieve_async(made.id)).status == "expired"
    answer = await browser.post(
        f"/c/pay/{made.id}", data={"method": "alipay", "outcome": "paid"}, follow_redirects=True
    )
    assert "已过期" in answer.text
    assert not sandbox.state.books.all("ch")
    assert sandbox.state.books.all("evt")[0]["type"] == "checkout.session.expired"


async def test_the_hosted_page_shows_the_sum_and_escapes_what_it_is_told(
    stripe_client: stripe.StripeClient, browser: httpx.AsyncClient
):
    page = await browser.get(f"/c/pay/{(await _open(stripe_client)).id}")
    assert page.status_code == 200
    assert "¥123.45" in page.text and "物业服务费 &lt;2026-11&gt;" in page.text
    assert "支付宝" in page.text and "银行卡" not in page.text
    english = await stripe_client.v1.checkout.sessions.create_async(order(locale="en"))
    assert "WeChat Pay" in (await browser.get(f"/c/pay/{english.id}")).text
    assert (await browser.post(f"/c/pay/{english.id}", data={"outcome": "nonsense"})).status_code == 422

"""Refunds, chargebacks and payouts, and that the books balance."""

import httpx
import pytest
import stripe

from tests.sandbox.conftest import order
from tests.sandbox.running import RunningSandbox

pytestmark = pytest.mark.anyio


async def _paid(sandbox: RunningSandbox, browser: httpx.AsyncClient, method: str = "alipay") -> dict:
    made = await sandbox.client().v1.checkout.sessions.create_async(order(allowed_payment_method_types=[method]))
    await browser.post(f"/c/pay/{made.id}", data={"method": method, "outcome": "paid"})
    return sandbox.state.books.all("ch")[0]


async def test_a_wallets_refund_is_pending_until_decided(sandbox: RunningSandbox, browser: httpx.AsyncClient):
    charge = await _paid(sandbox, browser)
    refunds = sandbox.client().v1.refunds
    made = await refunds.create_async({"payment_intent": charge["payment_intent"], "amount": 345})
    assert (made.status, charge["amount_refunded"]) == ("pending", 345)
    assert (await browser.post(f"/sandbox/refunds/{made.id}", json={"outcome": "succeeded"})).status_code == 200
    assert (await refunds.retrieve_async(made.id)).status == "succeeded"
    for _ in range(2):
        await browser.post(f"/sandbox/refunds/{made.id}", json={"outcome": "failed"})
    failed = await refunds.retrieve_async(made.id)
    assert (failed.status, charge["amount_refunded"]) == ("failed", 0)
    assert len((await sandbox.client().v1.events.list_async({"type": "refund.failed"})).data) == 1
    assert [one.id for one in (await refunds.list_async({"charge": charge["id"]})).data] == [made.id]


async def test_a_card_is_refunded_at_once_and_never_too_much(sandbox: RunningSandbox, browser: httpx.AsyncClient):
    charge = await _paid(sandbox, browser, "card")
    refunds = sandbox.client().v1.refunds
    assert (await refunds.create_async({"charge": charge["id"], "amount": 12000})).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await refunds.create_async({"charge": charge["id"], "amount": 346})
    assert (await refunds.create_async({"charge": charge["id"]})).amount == 345
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await refunds.create_async({"charge": charge["id"]})
    assert refusal.value.code == "charge_already_refunded"


@pytest.mark.parametrize(("method", "days"), [("alipay", 90), ("wechat_pay", 180)])
async def test_a_wallets_refund_window_closes(
    sandbox: RunningSandbox, browser: httpx.AsyncClient, method: str, days: int
):
    charge = await _paid(sandbox, browser, method)
    refunds = sandbox.client().v1.refunds
    await browser.post("/sandbox/clock", json={"seconds": days * 86400 - 60})
    assert (await refunds.create_async({"charge": charge["id"], "amount": 1})).status == "pending"
    await browser.post("/sandbox/clock", json={"seconds": 120})
    with pytest.raises(stripe.InvalidRequestError, match=f"{days} days"):
        await refunds.create_async({"charge": charge["id"], "amount": 1})


@pytest.mark.parametrize(("outcome", "movements"), [("open", 1), ("lost", 1), ("won", 2)])
async def test_a_chargeback_takes_money_and_gives_it_back_when_won(
    sandbox: RunningSandbox, browser: httpx.AsyncClient, outcome: str, movements: int
):
    charge = await _paid(sandbox, browser, "card")
    made = (
        await browser.post("/sandbox/disputes", json={"charge": charge["id"], "amount": 5000, "outcome": "open"})
    ).json()
    again = (await browser.post("/sandbox/disputes", json={"charge": charge["id"], "outcome": outcome})).json()
    assert again["id"] == made["id"]
    found = await sandbox.client().v1.disputes.retrieve_async(made["id"])
    assert (found.amount, len(found.balance_transactions)) == (5000, movements)
    told = [event["type"] for event in sandbox.state.books.all("evt")]
    assert ("charge.dispute.closed" in told) == (outcome != "open")
    assert ("charge.dispute.funds_reinstated" in told) == (outcome == "won")


async def test_a_payout_is_the_sum_of_its_movements(sandbox: RunningSandbox, browser: httpx.AsyncClient):
    for _ in range(3):
        charge = await _paid(sandbox, browser)
    await sandbox.client().v1.refunds.create_async({"charge": charge["id"], "amount": 100})
    failed = (await browser.post("/sandbox/payouts", json={"outcome": "failed"})).json()
    made = (await browser.post("/sandbox/payouts")).json()
    assert (failed["status"], made["status"], failed["amount"]) == ("failed", "paid", made["amount"])
    movements = await sandbox.client().v1.balance_transactions.list_async({"payout": made["id"]})
    assert len(movements.data) == 4
    assert sum(moved.net for moved in movements.data) == made["amount"]
    assert (await browser.post("/sandbox/payouts")).status_code == 400
    assert [one.id for one in (await sandbox.client().v1.payouts.list_async({"status": "paid"})).data] == [made["id"]]
    books = (await browser.get("/sandbox/books")).json()
    assert len(books["charges"]) == len(books["fees"]) == 3
    assert (len(books["refunds"]), len(books["payouts"])) == (1, 2)

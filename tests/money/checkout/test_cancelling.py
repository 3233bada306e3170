"""A payment that was begun and not finished keeps nobody from paying: it is ended, at Stripe too."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders
from tests.money.checkout.telling import paid, stays_paid_once
from tests.money.checkout.test_pages import start
from tests.money.checkout.till import Till, attempts
from tests.money.payments.books import owed

pytestmark = pytest.mark.anyio


async def shared_bill(till: Till) -> UUID:
    """A bill of two owners, 李明 and 王芳."""
    item = await builders.charge_item(till.estate.community, "shared")
    pair = [till.estate["李明"], till.estate["王芳"]]
    return await builders.bill(till.estate.community, till.estate.units["1栋102"], pair, [(item, 30000)])


async def end(client: httpx.AsyncClient) -> httpx.Response:
    """The one payment that was begun."""
    return await client.post(f"/payments/{(await attempts())[0]['id']}/cancellation")


async def test_whoever_began_it_ends_it_and_everybody_can_pay_at_once(till: Till):
    bill = await shared_bill(till)
    async with till.browser("李明") as one, till.browser("王芳") as other:
        first = await start(one, till, bill=str(bill))
        assert "取消这笔支付" in (await one.get(f"/payments/{(await attempts())[0]['id']}")).text
        assert (await end(one)).status_code == 303
        assert [one["status"] for one in till.sessions] == ["expired"]
        assert (await one.get(first.headers["location"])).status_code != 200, "its page takes no money any more"
        landed = await start(other, till, bill=str(bill))
        assert landed.status_code == 303
        await other.get(await till.pay_at(landed.headers["location"]))
    assert await owed(bill) == Money(0)


async def test_a_co_owner_is_led_to_what_the_other_began_and_ends_it(till: Till):
    bill = await shared_bill(till)
    async with till.browser("李明") as one, till.browser("王芳") as other:
        await start(one, till, bill=str(bill))
        begun = f"/payments/{(await attempts())[0]['id']}"
        assert f'href="{begun}"' in (await other.get("/payments/new", params={"bill": str(bill)})).text
        refused = await start(other, till, bill=str(bill), amount="123.45")
        assert (refused.status_code, f'href="{begun}"' in refused.text) == (409, True)
        assert 'value="123.45"' in refused.text, "what was typed is still there"
        assert "继续支付" not in (await other.get(begun)).text, "another's page at Stripe is not theirs"
        assert (await end(other)).status_code == 303
        assert (await end(one)).status_code == 303, "ended is ended"
        assert (await start(other, till, bill=str(bill))).status_code == 303
    async with unit_of_work(till.estate.community):
        rows = await fetch("SELECT actor FROM audit_entry WHERE verb = 'attempt_ended'")
    assert [row["actor"] for row in rows] == [till.estate["王芳"].actor], "who ended it is written down, once"


async def test_what_was_paid_in_the_last_moment_counts(till: Till):
    async with till.browser() as client:
        await paid(till, client)
        answer = await end(client)
        page = await client.get(answer.headers["location"])
        assert "刚刚已支付成功" in page.text
        assert 'data-state="posted"' in page.text
        assert (await end(client)).status_code == 409
    await stays_paid_once(till)


async def test_money_on_its_way_is_waited_for(till: Till):
    till.settle_after(60)
    async with till.browser() as client:
        leave = await start(client, till)
        await client.get(await till.pay_at(leave.headers["location"], "async_failed"))
        assert (await end(client)).status_code == 409
        assert "取消这笔支付" not in (await client.get(f"/payments/{(await attempts())[0]['id']}")).text


async def test_while_stripe_is_silent_nothing_is_ended(till: Till):
    async with till.browser() as client:
        await start(client, till)
        path = "/v1/checkout/sessions/{id}/expire"
        await till.faults(api=[{"path": path, "method": "POST", "kind": "500_unsaved", "times": 1}])
        assert (await end(client)).status_code == 409
        assert [one["state"] for one in await attempts()] == ["open"]


async def test_it_is_nobody_elses(till: Till):
    async with till.browser() as client:
        await start(client, till)
        assert (await client.post(f"/payments/{uuid4()}/cancellation")).status_code == 404
    async with till.browser("李明") as client:
        assert (await end(client)).status_code == 404
    async with till.browser("蒋涛") as client:
        assert (await end(client)).status_code == 403
    assert [one["state"] for one in await attempts()] == ["open"]


@pytest.mark.parametrize(("app", "order"), [("MicroMessenger/8.0", ["wechat_pay", "card", "alipay"]),
                                            ("AlipayClient/10.5", ["alipay", "card", "wechat_pay"]),
                                            ("Chrome/140", ["alipay", "wechat_pay", "card"])])  # fmt: skip
async def test_inside_an_app_its_own_way_of_paying_stands_first(till: Till, app: str, order: list[str]):
    async with till.browser() as client:
        page = await client.get("/payments/new", params={"bill": str(till.bill)}, headers={"User-Agent": app})
        wrong = await client.post("/payments/new", data={"bill": str(till.bill)}, headers={"User-Agent": app})
    for text in (page.text, wrong.text):
        assert sorted(order, key=lambda way: text.index(f'value="{way}"')) == order
        blocked = text[text.index(f'value="{order[-1]}"') :].split("</label>")[0]
        assert ("在浏览器打开" in blocked) == (app != "Chrome/140")


async def test_whoever_comes_back_after_paying_reads_that_it_is_paid(till: Till):
    async with till.browser() as client:
        here = {"bill": str(till.bill)}
        assert (await client.get("/payments/new", params=here)).status_code == 200
        await client.get(await paid(till, client))
        again = await client.get("/payments/new", params=here)
        assert again.status_code == 409
        for words in ("没有待缴费用", "无需再次缴费", "receipt.pdf"):
            assert words in again.text
        bill = await client.get(f"/bills/{till.bill}")
        assert "249" in bill.text and f"/payments/bills/{till.bill}" in bill.text
        assert "receipt.pdf" in (await client.get(f"/payments/bills/{till.bill}")).text
        assert "2026年11月" in (await client.get("/payments")).text.split("data-payment=")[1].split("</h2>")[0]
    async with till.browser("李明") as client:
        assert (await client.get(f"/payments/bills/{till.bill}")).status_code == 404

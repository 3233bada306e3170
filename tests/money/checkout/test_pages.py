"""Paying as a person does it: choosing, seeing how it is applied, leaving, coming back."""

import re
from datetime import date

import httpx
import pytest

from portal.fees.receivables.states import AdjustmentKind
from portal.kit.money import Money
from portal.money.corrections.actions import credit_line
from portal.platform.db.unit_of_work import unit_of_work
from tests import builders, cast
from tests.money.checkout.till import Till, attempts
from tests.money.payments.books import owed, payments

pytestmark = pytest.mark.anyio
ALL = 24954


async def start(client: httpx.AsyncClient, till: Till, **form: object) -> httpx.Response:
    data = {"bill": str(till.bill), "method": "alipay"} | form
    return await client.post("/payments/new", data={k: v for k, v in data.items() if v is not None})


def shown(answer: httpx.Response) -> tuple[str, int]:
    """State and fen of the one payment on a page."""
    found = re.findall(r'data-payment="[^"]+" data-state="(\w+)" data-fen="(\d+)"', answer.text)
    assert len(found) == 1, answer.text
    return found[0][0], int(found[0][1])


@pytest.mark.parametrize("method", ["alipay", "wechat_pay", "card"])
async def test_paying_a_bill_in_full(till: Till, method: str):
    async with till.browser() as client:
        page = await client.get("/payments/new", params={"bill": str(till.bill)})
        assert page.status_code == 200
        assert "231.24" in page.text.replace('<span class="fen">', "")
        leave = await start(client, till, method=method)
        assert leave.status_code == 303
        assert leave.headers["location"].startswith(till.sandbox.url)
        back = await till.pay_at(leave.headers["location"], method=method)
        landed = await client.get(back)
        assert landed.status_code == 303
        paid = await client.get(landed.headers["location"])
        assert shown(paid) == ("posted", ALL)
        assert shown(await client.get("/payments")) == ("posted", ALL)
        receipt = await client.get(f"{landed.headers['location']}/receipt.pdf")
        assert (receipt.status_code, receipt.content[:5]) == (200, b"%PDF-")
    assert await owed(till.bill) == Money(0)
    assert [(one["amount"], one["method"], one["surplus"]) for one in await payments()] == [(ALL, method, 0)]
    asked = till.sandbox.state.books.asked[till.sessions[0]["id"]]
    assert asked["allowed_payment_method_types"] == [method]
    assert "1栋101" not in str(asked)
    assert "陈静" not in str(asked)


async def test_paying_a_part_shows_and_keeps_how_it_is_applied(till: Till):
    async with till.browser() as client:
        preview = await client.get("/payments/new", params={"bill": str(till.bill), "amount": "100", "preview": "1"})
        text = preview.text.replace('<span class="fen">', "")
        assert "92.67" in text
        assert "7.33" in text
        leave = await start(client, till, amount="100")
        landed = await client.get(await till.pay_at(leave.headers["location"]))
        assert shown(await client.get(landed.headers["location"])) == ("posted", 10000)
    assert await owed(till.bill) == Money(ALL - 10000)


async def test_paying_one_line(till: Till):
    async with till.browser() as client:
        leave = await start(client, till, bill=None, line=str(till.lines[1]))
        await client.get(await till.pay_at(leave.headers["location"]))
    assert await owed(till.bill) == Money(23124)


@pytest.mark.parametrize("amount", ["0", "-5", "249.55", "1.005", "abc", "3.99", "1e3", "NaN", "10000000000", "壹佰"])
async def test_a_sum_that_cannot_be_is_refused_and_stays_in_the_form(till: Till, amount: str):
    async with till.browser() as client:
        answer = await start(client, till, amount=amount)
        assert answer.status_code == 422
        assert f'value="{amount}"' in answer.text
        assert 'id="pay-amount-error"' in answer.text
    assert till.sessions == []
    assert await attempts() == []


async def test_no_method_no_choice_and_nonsense(till: Till):
    async with till.browser() as client:
        assert (await start(client, till, method=None)).status_code == 422
        assert (await start(client, till, method="cheque")).status_code == 422
        assert (await start(client, till, bill=None)).status_code == 422
        assert (await start(client, till, bill="1")).status_code == 404
        assert (await client.get("/payments/new", params={"bill": "1"})).status_code == 404
        assert (await client.get("/payments/new")).status_code == 303


async def test_a_paid_bill_is_refused(till: Till):
    async with till.browser() as client:
        leave = await start(client, till)
        await client.get(await till.pay_at(leave.headers["location"]))
        assert (await start(client, till)).status_code == 409
        assert (await client.get("/payments/new", params={"bill": str(till.bill)})).status_code == 409
        assert (await start(client, till, bill=None, line=str(till.lines[0]))).status_code == 409


async def test_somebody_elses_bill_is_not_there(till: Till):
    async with till.browser("李明") as client:
        assert (await start(client, till)).status_code == 404
        assert (await start(client, till, bill=None, line=str(till.lines[0]))).status_code == 404
        assert (await client.get("/payments/new", params={"bill": str(till.bill)})).status_code == 404
    neighbour = await cast.donghu()
    async with till.browser_of(neighbour["郑伟"]) as client:
        assert (await start(client, till)).status_code == 404
    assert await attempts() == []


async def test_somebody_elses_payment_is_not_there(till: Till):
    async with till.browser() as client:
        leave = await start(client, till)
        back = await till.pay_at(leave.headers["location"])
    async with till.browser("李明") as client:
        assert (await client.get(back)).status_code == 404
        payment = (await attempts())[0]["id"]
        for path in (f"/payments/{payment}", f"/payments/{payment}/receipt.pdf"):
            assert (await client.get(path)).status_code == 404
        assert "data-payment" not in (await client.get("/payments")).text
    async with till.browser_of(None) as client:
        assert (await client.get("/payments")).headers["location"].startswith("/sign-in")


async def test_a_tenant_pays_for_the_home_they_rent(till: Till):
    item = await builders.charge_item(till.estate.community, "rented")
    bill = await builders.bill(
        till.estate.community, till.estate.units["1栋103"], [till.estate["孙强"]], [(item, 50000)]
    )
    async with till.browser("赵敏") as client:
        leave = await start(client, till, bill=str(bill))
        landed = await client.get(await till.pay_at(leave.headers["location"]))
        assert shown(await client.get(landed.headers["location"])) == ("posted", 50000)
    async with till.browser("孙强") as client:  # the owner sees that it is paid, and by what
        assert shown(await client.get("/payments")) == ("posted", 50000)
    assert await owed(bill) == Money(0)


async def test_late_money_is_shown_as_pending_until_it_is_there(till: Till):
    till.settle_after(60)
    async with till.browser() as client:
        leave = await start(client, till)
        landed = await client.get(await till.pay_at(leave.headers["location"], "async_failed"))
        here = landed.headers["location"]
        page = await client.get(here)
        assert shown(page) == ("pending", ALL)
        assert 'hx-trigger="every 2s"' in page.text
        assert (await client.get(f"{here}/receipt.pdf")).status_code == 404
        assert (await start(client, till)).status_code == 409  # on its way: not a second time


async def test_the_list_is_empty_at_first_and_the_counter_is_not_for_owners(till: Till):
    async with till.browser() as client:
        assert "data-payment" not in (await client.get("/payments")).text
        assert (await client.get("/desk/payments")).status_code == 403


async def test_two_homes_are_paid_one_after_the_other(till: Till):
    await builders.occupies(till.estate.community, till.estate.units["1栋104"], till.estate["陈静"])
    item = await builders.charge_item(till.estate.community, "second")
    other = await builders.bill(
        till.estate.community, till.estate.units["1栋104"], [till.estate["陈静"]], [(item, 50000)]
    )
    both = [("bill", str(till.bill)), ("bill", str(other))]
    async with till.browser() as client:
        page = await client.get("/payments/new", params=both)
        assert page.status_code == 200
        assert page.text.count('role="button" href="/payments/new?bill=') == 2
        body = {"bill": [str(till.bill), str(other)], "method": "alipay"}
        assert (await client.post("/payments/new", data=body)).status_code == 422
    assert await attempts() == []


async def test_choosing_a_paid_bill_beside_an_open_one_is_refused_on_both_ways(till: Till):
    item = await builders.charge_item(till.estate.community, "later")
    other = await builders.bill(
        till.estate.community, till.estate.units["1栋101"], [till.estate["陈静"]], [(item, 50000)], period="2026-12"
    )
    async with till.browser() as client:
        leave = await start(client, till)
        await client.get(await till.pay_at(leave.headers["location"]))
        both = [("bill", str(till.bill)), ("bill", str(other))]
        assert (await client.get("/payments/new", params=both)).status_code == 409
        body = {"bill": [str(till.bill), str(other)], "method": "alipay", "amount": "100"}
        assert (await client.post("/payments/new", data=body)).status_code == 409


async def test_a_form_filled_when_the_session_ran_out_is_given_back(till: Till):
    async with till.browser_of(None) as client:
        answer = await start(client, till, amount="12.34")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert await attempts() == []


async def test_the_receipt_stays_as_it_was_printed_when_the_line_is_credited_later(till: Till):
    async with till.browser() as client:
        leave = await start(client, till)
        landed = await client.get(await till.pay_at(leave.headers["location"]))
        here = landed.headers["location"]
        before = await client.get(f"{here}/receipt.pdf")
        async with unit_of_work(till.estate.community):
            await credit_line(
                till.lines[0],
                Money(10000),
                kind=AdjustmentKind.credit_note,
                reason="电梯停运",
                made_by="staff:x",
                approved_by=None,
                source=None,
                on=date(2026, 11, 23),
            )
        assert (await client.get(f"{here}/receipt.pdf")).content == before.content
        page = await client.get("/payments")
        assert shown(page) == ("posted", ALL)
        assert "100.00" in page.text.replace('<span class="fen">', "")  # the credit that is left

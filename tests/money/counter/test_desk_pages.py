"""The counter's page: a home, its open bills, money taken, the receipt printed."""

import re

import pytest

from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders, cast
from tests.client import browser
from tests.money.payments.books import assert_sound, owed, payments

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def home() -> tuple[cast.Estate, object]:
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    bill = await builders.bill(estate.community, estate.units["1栋101"], [estate["陈静"]], [(item, 23124)])
    return estate, bill


def slip(bill: object, **changes: object) -> dict:
    return {"unit": "1栋101", "bill": str(bill), "amount": "231.24", "channel": "cash", "reference": "A-1"} | changes


async def test_money_is_taken_and_its_receipt_printed(settings):
    estate, bill = await home()
    async with browser(settings, estate["蒋涛"]) as client:
        page = await client.get("/desk/payments", params={"unit": "1栋101"})
        assert str(bill) in page.text
        answer = await client.post("/desk/payments/counter", data=slip(bill))
        assert answer.status_code == 303
        page = await client.get(answer.headers["location"])
        found = re.findall(r'data-payment="([^"]+)" data-state="posted" data-fen="23124"', page.text)
        assert len(found) == 1
        pdf = await client.get(f"/desk/payments/{found[0]}/receipt.pdf")
        assert (pdf.status_code, pdf.content[:5], pdf.headers["content-type"]) == (200, b"%PDF-", "application/pdf")
    async with browser(settings, estate["陈静"]) as client:
        assert (await client.get(f"/payments/{found[0]}/receipt.pdf")).status_code == 200
    assert await owed(bill) == Money(0)
    await assert_sound()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "231.25"},
        {"amount": "1.005"},
        {"amount": "viel"},
        {"amount": ""},
        {"channel": "stripe"},
        {"reference": ""},
        {"unit": "9栋999"},
        {"bill": ""},
    ],
)
async def test_a_wrong_slip_comes_back_with_what_was_typed(settings, wrong: dict):
    estate, bill = await home()
    async with browser(settings, estate["蒋涛"]) as client:
        answer = await client.post("/desk/payments/counter", data=slip(bill) | wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert await payments() == []


async def test_a_used_slip_a_paid_bill_and_a_foreign_one(settings):
    estate, bill = await home()
    async with browser(settings, estate["沈平"]) as client:
        assert (await client.post("/desk/payments/counter", data=slip(bill, amount="100"))).status_code == 303
        used = await client.post("/desk/payments/counter", data=slip(bill, amount="100"))
        assert used.status_code == 409
        assert "已" in used.text.split('id="counter-reference-error"')[1].split("</p>")[0]
        assert 'name="reference" type="text" value="A-1"' in used.text and 'value="100"' in used.text
        assert re.search(f'name="bill" value="{bill}" checked', used.text) and 'value="cash" checked' in used.text
        done = slip(bill, amount="131.24", reference="A-2")
        assert (await client.post("/desk/payments/counter", data=done)).status_code == 303
        assert (await client.post("/desk/payments/counter", data=slip(bill, reference="A-3"))).status_code == 409
        elsewhere = slip(bill, unit="1栋102", reference="A-3")
        assert (await client.post("/desk/payments/counter", data=elsewhere)).status_code == 404


async def clerk_of_two(bill_next_door: int) -> tuple[cast.Estate, cast.Estate, object, Principal]:
    """Both estates have a 1栋101; 郑伟 owns the one next door and owes that much, and 蒋涛 takes money in both."""
    here, there = await cast.mingxi(), await cast.donghu()
    there.units["1栋101"] = await builders.unit(there.community, "1栋101")
    await builders.occupies(there.community, there.units["1栋101"], there["郑伟"])
    item = await builders.charge_item(there.community)
    bill = await builders.bill(there.community, there.units["1栋101"], [there["郑伟"]], [(item, bill_next_door)])
    async with unit_of_work(there.community):
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles)"
            " VALUES (gen_random_uuid(), $1, $2, '蒋涛', '{finance}')",
            there.community,
            here["蒋涛"].human,
        )
    return here, there, bill, here["蒋涛"]


async def test_a_home_is_not_its_name_where_two_estates_have_it(settings):
    _here, there, bill, clerk = await clerk_of_two(5000)
    async with browser(settings, clerk) as client:
        page = (await client.get("/desk/payments", params={"unit": "1栋101"})).text
        assert "明溪花园" in page and "陈静" in page and "东湖小筑" in page and "郑伟" in page
        assert str(bill) not in page and 'id="counter"' not in page
        ways = re.findall(r'href="(/desk/payments\?unit=[^"]+)"', page)
        assert len(ways) == 2
        page = (await client.get(f"/desk/payments?unit={there.units['1栋101']}")).text
        assert str(bill) in page and "1栋101 · 东湖小筑" in page and 'value="1栋101"' in page
        by_name = await client.post("/desk/payments/counter", data=slip(bill, amount="50"))
        assert by_name.status_code == 422 and "有几套房屋同名" in by_name.text
        assert await payments() == []
        done = await client.post("/desk/payments/counter", data=slip(bill, amount="50", unit=there.units["1栋101"]))
        assert done.status_code == 303
        page = (await client.get(done.headers["location"])).text
        assert "1栋101 · 东湖小筑" in page and str(there.units["1栋101"]) in done.headers["location"]
        narrowed = (await client.get("/desk/payments", params={"unit": "1栋101", "estate": "donghu"})).text
        assert "陈静" not in narrowed and "请选择是哪一套" not in narrowed
    assert await owed(bill) == Money(0)
    await assert_sound()


async def test_who_may_stand_at_the_counter(settings):
    estate, bill = await home()
    for who, status in (("冯丽", 403), ("陈静", 403)):
        async with browser(settings, estate[who]) as client:
            assert (await client.get("/desk/payments")).status_code == status
            assert (await client.post("/desk/payments/counter", data=slip(bill))).status_code == status
    async with browser(settings) as client:
        assert (await client.get("/desk/payments")).status_code == 303
    next_door = await cast.donghu()
    async with browser(settings, next_door["韩冰"]) as client:
        assert str(bill) not in (await client.get("/desk/payments", params={"unit": "1栋101"})).text
        assert (await client.post("/desk/payments/counter", data=slip(bill))).status_code == 422

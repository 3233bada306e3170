"""Double clicks, two tabs, two owners, two channels: paid once, the rest is credit."""

import asyncio
from dataclasses import replace

import pytest

from portal.kit.money import Money
from portal.money.checkout.attempts import give_up
from portal.money.checkout.records import read_attempt
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.states import CounterChannel
from tests import builders
from tests.money.checkout.telling import paid, stays_paid_once
from tests.money.checkout.test_pages import ALL, shown, start
from tests.money.checkout.till import Till, attempts
from tests.money.payments.books import owed, payments

pytestmark = pytest.mark.anyio


async def test_a_double_click_opens_one_session(till: Till):
    async with till.browser(retries=2) as client:
        answers = await asyncio.gather(*(start(client, till) for _ in range(6)))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert len(till.sessions) == len(await attempts()) == 1


async def test_the_same_choice_goes_on_and_another_ends_the_first_session(till: Till):
    async with till.browser() as client:
        first = (await start(client, till)).headers["location"]
        assert (await start(client, till)).headers["location"] == first
        other = (await start(client, till, method="card")).headers["location"]
        part = (await start(client, till, method="card", amount="100")).headers["location"]
        assert len({first, other, part}) == 3
    by_url = {one["id"]: one["status"] for one in till.sessions}
    assert sorted(by_url.values()) == ["expired", "expired", "open"]
    assert [one["state"] for one in await attempts()] == ["expired", "expired", "open"]


async def test_a_session_that_came_while_the_attempt_was_being_given_up_is_ended_at_stripe_too(till: Till):
    async with till.browser() as client:
        await start(client, till)
        read_before = replace(await read_attempt((await attempts())[0]["id"]), session=None, url=None)
        await give_up(read_before)  # what another tab had read a moment ago
        assert [one["state"] for one in await attempts()] == ["open"]
        await start(client, till, method="card")
    assert sorted(one["status"] for one in till.sessions) == ["expired", "open"]


async def test_a_payment_finished_in_the_other_tab_is_found_before_a_second_begins(till: Till):
    async with till.browser() as client:
        await paid(till, client)
        assert (await start(client, till, method="card")).status_code == 409
    await stays_paid_once(till)


async def test_of_two_owners_the_second_is_told_who_to_wait_for(till: Till):
    estate = till.estate
    item = await builders.charge_item(estate.community, "shared")
    pair = [estate["李明"], estate["王芳"]]
    bill = await builders.bill(estate.community, estate.units["1栋102"], pair, [(item, 30000)])
    async with till.browser("李明") as one, till.browser("王芳") as other:
        first = await start(one, till, bill=str(bill))
        assert first.status_code == 303
        second = await start(other, till, bill=str(bill))
        assert second.status_code == 409
        assert len(till.sessions) == 1
        landed = await one.get(await till.pay_at(first.headers["location"]))
        assert landed.status_code == 303
        assert shown(await other.get("/payments")) == ("posted", 30000)  # both owe it, so both see it paid
    assert await owed(bill) == Money(0)


async def test_two_owners_at_once_open_one_session(till: Till):
    estate = till.estate
    item = await builders.charge_item(estate.community, "shared")
    pair = [estate["李明"], estate["王芳"]]
    bill = await builders.bill(estate.community, estate.units["1栋102"], pair, [(item, 30000)])
    async with till.browser("李明") as one, till.browser("王芳") as other:
        answers = await asyncio.gather(*(start(who, till, bill=str(bill)) for who in (one, other) * 3))
    # Who waited too long for the others is asked to come again (503); nobody but one gets away to pay.
    assert {303, 409} <= {answer.status_code for answer in answers} <= {303, 409, 503}
    assert len(till.sessions) == 1


async def test_money_from_both_the_counter_and_stripe_pays_the_bill_once_and_leaves_credit(till: Till):
    async with till.browser() as client:
        back = await paid(till, client)
        await record_counter_payment(
            till.estate["蒋涛"],
            unit="1栋101",
            bills=[till.bill],
            amount=Money(ALL),
            channel=CounterChannel.cash,
            reference="A-1",
        )
        landed = await client.get(back)
        page = await client.get(landed.headers["location"])
        assert shown(page) == ("posted", ALL)
        assert "249.54" in (await client.get("/payments")).text.replace('<span class="fen">', "")
    assert [(one["channel"], one["surplus"]) for one in await payments()] == [("cash", 0), ("stripe", ALL)]
    assert await owed(till.bill) == Money(0)

"""The desk's page of money and messages that fit nothing: what to do about each, and for whose eyes."""

import pytest

from portal.kit import clock
from portal.kit.money import Money
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.states import CounterChannel
from portal.money.stripe_events.jobs import attempts as look_at_attempts
from portal.people.persons.permissions import Role
from tests import builders, cast
from tests.money.checkout.telling import deliver, paid
from tests.money.checkout.test_pages import ALL
from tests.money.checkout.till import Till
from tests.web.walk.reading import Reading

pytestmark = pytest.mark.anyio
HERE = "/desk/unmatched"
TODAY = clock.today("Asia/Shanghai")


async def test_an_empty_desk_says_that_everything_fits_and_shows_no_alarm(till: Till):
    async with till.browser("蒋涛") as desk:
        assert "没有待核对的款项" in (await desk.get(HERE)).text
        assert HERE not in (await desk.get("/desk")).text


async def test_money_set_aside_names_its_home_its_number_and_what_to_do(till: Till):
    async with till.browser() as client, till.browser("蒋涛") as desk:
        await paid(till, client)
        till.sessions[0]["amount_total"] = ALL + 1
        await look_at_attempts(TODAY)
        page = (await desk.get(HERE)).text
        assert 'data-state="waiting" data-fen="24955"' in page
        for words in ("1栋101", till.sessions[0]["payment_intent"], "到账金额与应付金额不一致"):
            assert words in page
        assert Reading(HERE, page).faults == []


async def test_a_message_that_waits_for_a_person_is_an_alarm_without_its_body(till: Till):
    async with till.browser() as client, till.browser("沈平") as desk:
        await paid(till, client)
        done = till.events("checkout.session.completed")[0]
        refund = {"object": "refund", "id": "re_1", "receipt_email": "somebody@example.com"}
        for event in (
            {"id": "evt_strange", "type": "checkout.session.completed", "data": {"object": {}}},
            {"id": "evt_refund", "type": "refund.failed", "data": {"object": refund}},
        ):
            assert (await deliver(client, done | event)).status_code == 200
        await till.settle_all()
        page = (await desk.get(HERE)).text
        assert page.count("data-event=") == 2
        assert Reading(HERE, page).faults == []
        assert "不是从本系统发起的付款" in page
        assert "有款项已退回" in page
        assert "somebody@example.com" not in page
        assert f'href="{HERE}"' in (await desk.get("/desk")).text


async def test_more_than_was_owed_is_listed_until_it_is_settled_and_is_no_alarm(till: Till):
    async with till.browser() as client, till.browser("蒋涛") as desk:
        back = await paid(till, client)
        await record_counter_payment(
            till.estate["蒋涛"], unit="1栋101", bills=[till.bill], amount=Money(ALL), channel=CounterChannel.cash,
            reference="A-1",
        )  # fmt: skip
        await client.get(back)
        page = (await desk.get(HERE)).text.replace('<span class="fen">', "")
        assert "多付的款项" in page
        assert "249.54" in page
        assert HERE not in (await desk.get("/desk")).text


async def test_it_is_for_those_who_settle_money_and_shows_nothing_of_another_estate(till: Till):
    next_door = await cast.donghu()
    clerk = await builders.staff(till.estate.community, "卫兰", "wei", Role.clerk)
    async with till.browser() as client:
        await paid(till, client)
        till.sessions[0]["amount_total"] = ALL + 1
        await look_at_attempts(TODAY)
        assert (await client.get(HERE)).status_code == 403
    async with till.browser_of(clerk) as desk:
        assert (await desk.get(HERE)).status_code == 403
        assert HERE not in (await desk.get("/desk/payments")).text
    async with till.browser_of(next_door["韩冰"]) as desk:
        page = (await desk.get(HERE)).text
        assert "1栋101" not in page
        assert till.sessions[0]["payment_intent"] not in page
        assert HERE not in (await desk.get("/desk")).text

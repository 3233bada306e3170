"""A checkout that is open ends at Stripe as soon as its bill asks for less, and the desk is told."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.money.corrections.actions import ask_correction
from portal.money.corrections.states import CorrectionKind
from portal.money.stripe_events.jobs import close_attempt
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders
from tests.money.checkout.telling import paid
from tests.money.checkout.test_pages import ALL, start
from tests.money.checkout.till import Till, attempts
from tests.money.payments.books import owed, payments

pytestmark = pytest.mark.anyio
TOLD = "原有一笔在线支付未完成"


async def at_the_desk(till: Till, who: str, path: str, **form: str) -> str:
    """What the page after a form says."""
    async with till.browser(who) as client:
        answer = await client.post(path, data=form)
        assert answer.status_code == 303, answer.text
        return re.sub(r"<[^>]+>", "", (await client.get(answer.headers["location"])).text)


async def at_the_counter(till: Till, channel: str = "cash") -> str:
    form = {"unit": "1栋101", "bill": str(till.bill), "amount": "100", "channel": channel, "reference": "A-1"}
    return await at_the_desk(till, "蒋涛", "/desk/payments/counter", **form)


async def at_the_door(till: Till) -> str:
    return await at_the_counter(till, "doorstep")


async def by_correction(till: Till) -> str:
    correction = await ask_correction(
        till.estate["蒋涛"], till.lines[0], kind=CorrectionKind.correction, amount=Money(5000), reason="面积登记有误"
    )
    return await at_the_desk(till, "沈平", f"/desk/corrections/{correction}/approval")


async def disputed(till: Till) -> UUID:
    return await open_dispute(
        till.estate["陈静"], till.lines[0], amount=Money(6000), reason=DisputeReason.poor_quality, body="垃圾没有清运"
    )


async def by_decision(till: Till) -> str:
    path = f"/desk/disputes/{await disputed(till)}/decision"
    return await at_the_desk(till, "冯丽", path, outcome="upheld", amount="", text="已核实", version="1")


async def by_decision_of_two(till: Till) -> str:
    async with unit_of_work(till.estate.community):
        await fetch("UPDATE community SET approval_limit = 0")
    dispute = await disputed(till)
    path = f"/desk/disputes/{dispute}"
    assert TOLD not in await at_the_desk(
        till, "冯丽", f"{path}/decision", outcome="upheld", amount="", text="已核实", version="1"
    )
    assert await closing() == []
    return await at_the_desk(till, "沈平", f"{path}/approval", text="", agree="yes")


async def closing() -> list[str]:
    """The attempts that the worker was asked to end."""
    async with unit_of_work():
        rows = await fetch("SELECT convert_from(payload, 'UTF8')::json->>'attempt' AS id FROM pgqueuer"
                           " WHERE entrypoint = 'close_attempt'")  # fmt: skip
    return [row["id"] for row in rows]


@pytest.mark.parametrize("act", [at_the_counter, at_the_door, by_correction, by_decision, by_decision_of_two])
async def test_what_takes_something_off_a_bill_ends_its_open_checkout(
    till: Till, act: Callable[[Till], Awaitable[str]]
) -> None:
    async with till.browser() as client:
        await start(client, till)
    assert f"{TOLD}（¥249.54）" in await act(till)
    [asked] = await closing()
    assert asked == str((await attempts())[0]["id"])
    await close_attempt(asked)
    assert [one["status"] for one in till.sessions] == ["expired"]
    assert [one["state"] for one in await attempts()] == ["expired"]


async def test_nothing_is_told_where_nothing_is_open(till: Till) -> None:
    assert TOLD not in await at_the_counter(till)
    assert await closing() == []


async def test_a_checkout_that_was_paid_before_it_could_be_ended_is_posted_and_the_surplus_is_credit(
    till: Till,
) -> None:
    async with till.browser() as client:
        await paid(till, client)
    await at_the_counter(till)
    [asked] = await closing()
    await close_attempt(asked)
    await close_attempt(asked)  # the queue may ask twice
    assert [(one["channel"], one["surplus"]) for one in await payments()] == [("cash", 0), ("stripe", 10000)]
    assert await owed(till.bill) == Money(0)


async def test_while_stripe_is_silent_the_queue_keeps_the_order_to_close(till: Till) -> None:
    async with till.browser() as client:
        await start(client, till)
    await at_the_counter(till)
    [asked] = await closing()
    path = "/v1/checkout/sessions/{id}/expire"
    await till.faults(api=[{"path": path, "method": "POST", "kind": "500_unsaved", "times": 1}])
    with pytest.raises(Refused):
        await close_attempt(asked)
    await close_attempt(asked)
    assert [one["status"] for one in till.sessions] == ["expired"]


async def test_money_for_one_bill_ends_no_checkout_of_another(till: Till) -> None:
    item = await builders.charge_item(till.estate.community, "shared")
    other = await builders.bill(
        till.estate.community, till.estate.units["1栋101"], [till.estate["陈静"]], [(item, ALL)]
    )
    async with till.browser() as client:
        await start(client, till, bill=str(other))
    await at_the_counter(till)
    assert await closing() == []

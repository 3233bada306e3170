"""Money posted once, applied as designated, and taken at the counter."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from portal.fees.receivables.states import AdjustmentKind, PaymentChannel
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.money.corrections.actions import credit_line
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.rules import Part
from portal.money.payments.states import CounterChannel
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders, cast
from tests.money.payments.books import assert_sound, owed, payments, told

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TODAY = date(2026, 11, 20)


async def home(*fen: int) -> tuple[cast.Estate, UUID, list[UUID]]:
    """陈静's bill for 1栋101 with lines of these sums."""
    estate = await cast.mingxi()
    items = [await builders.charge_item(estate.community, f"i{n}") for n in range(len(fen))]
    bill = await builders.bill(
        estate.community, estate.units["1栋101"], [estate["陈静"]], list(zip(items, fen, strict=True))
    )
    return estate, bill, await builders.lines_of(estate.community, bill)


async def incoming(estate: cast.Estate, lines: list[UUID], *fen: int, **changes: object) -> Incoming:
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT b.debtor FROM bill b JOIN bill_line l ON l.bill = b.id WHERE l.id = $1", lines[0])
    parts = tuple(Part(line, Money(n)) for line, n in zip(lines, fen, strict=True))
    given = {
        "id": uuid4(),
        "community": estate.community,
        "debtor": rows[0]["debtor"],
        "channel": PaymentChannel.stripe,
        "method": "alipay",
        "amount": Money(sum(fen)),
        "received_on": TODAY,
        "designation": parts,
        "payer": estate["陈静"].human,
        "intent": "pi_1",
    }
    return Incoming(**(given | changes))


async def post(money: Incoming):
    async with unit_of_work(money.community):
        return await post_payment(money, actor="test")


async def counter(estate: cast.Estate, bill: UUID, fen: int, reference: str = "A-1", **changes: object):
    given = {"unit": "1栋101", "bills": [bill], "amount": Money(fen), "channel": CounterChannel.cash} | changes
    return await record_counter_payment(estate["蒋涛"], reference=reference, **given)


@pytest.fixture(autouse=True)
async def sound(database: object):
    yield
    await assert_sound()


async def test_money_is_posted_once_however_often_it_is_told():
    estate, bill, lines = await home(500, 300)
    money = await incoming(estate, lines, 500, 300)
    first = await post(money)
    assert (first.new, first.number, first.surplus) == (True, 1, Money(0))
    again = await post(money)
    assert (again.id, again.new) == (first.id, False)
    twin = await post(await incoming(estate, lines, 500, 300))  # another id, the same intent
    assert (twin.id, twin.new) == (first.id, False)
    assert await owed(bill) == Money(0)
    assert len(await payments()) == 1
    assert await told("payment_posted") == 1


async def test_ten_at_once_post_one_payment():
    estate, bill, lines = await home(500)
    money = await incoming(estate, lines, 500)
    found = await asyncio.gather(*(post(money) for _ in range(10)))
    assert sum(one.new for one in found) == 1
    assert len(await payments()) == 1
    assert await owed(bill) == Money(0)


async def test_money_for_a_bill_paid_meanwhile_becomes_credit_and_the_owner_is_told():
    estate, bill, lines = await home(500)
    await post(await incoming(estate, lines, 500))
    second = await post(await incoming(estate, lines, 500, intent="pi_2"))
    assert (second.new, second.number, second.surplus) == (True, 2, Money(500))
    assert await owed(bill) == Money(0)
    assert await told("credit_left") == 1


async def test_nothing_is_posted_when_the_transaction_fails():
    estate, bill, lines = await home(500)
    money = await incoming(estate, lines, 500)
    with pytest.raises(RuntimeError):
        async with unit_of_work(estate.community):
            await post_payment(money, actor="test")
            raise RuntimeError
    assert await payments() == []
    assert await owed(bill) == Money(500)
    assert await told("payment_posted") == 0


async def test_the_counter_takes_a_part_and_gives_a_number():
    estate, bill, _lines = await home(500, 300)
    assert (await counter(estate, bill, 200)).number == 1
    assert (await counter(estate, bill, 100, "A-2", unit=str(estate.units["1栋101"]))).number == 2
    assert await owed(bill) == Money(500)


async def test_a_slip_is_recorded_once_and_the_refusal_names_the_earlier_receipt():
    estate, bill, _lines = await home(500)
    await counter(estate, bill, 200)
    with pytest.raises(Refused) as refused:
        await counter(estate, bill, 100)
    assert refused.value.sentence.facts["number"] == 1
    await counter(estate, bill, 100, channel=CounterChannel.pos)  # a POS slip may have the same number
    assert await owed(bill) == Money(200)


@pytest.mark.parametrize("typed", ["a-1", "Ａ－１", "A - 1", "No.A-1", "№ A-1", "№A-1", "no a-1", "编号：A-1", "A-1 "])
async def test_a_slip_in_another_spelling_is_the_same_slip(typed):
    estate, bill, _lines = await home(500)
    await counter(estate, bill, 200, "No.: A-1" if typed == "A-1 " else "A-1")
    with pytest.raises(Refused) as refused:
        await counter(estate, bill, 100, typed)
    assert refused.value.sentence.facts["number"] == 1
    await counter(estate, bill, 100, "A1")


async def test_clerks_who_type_one_slip_in_different_ways_at_once_take_it_once():
    estate, bill, _lines = await home(500)
    typed = ("A-1", "a-1", "Ａ-1", "编号 A-1")
    found = await asyncio.gather(*(counter(estate, bill, 100, one) for one in typed), return_exceptions=True)
    assert [type(one).__name__ for one in found].count("Refused") == 3
    assert await owed(bill) == Money(400)


async def test_of_two_clerks_with_one_slip_one_is_refused():
    estate, bill, _lines = await home(500)
    found = await asyncio.gather(*(counter(estate, bill, 100) for _ in range(4)), return_exceptions=True)
    assert [type(one).__name__ for one in found].count("Refused") == 3
    assert await owed(bill) == Money(400)


@pytest.mark.parametrize("fen", [0, -1, 501, 10**12])
async def test_the_counter_takes_no_sum_that_cannot_be_meant(fen: int):
    estate, bill, _lines = await home(500)
    with pytest.raises(Invalid):
        await counter(estate, bill, fen)


async def test_the_counter_refuses_what_is_paid_and_what_is_not_this_homes():
    estate, bill, _lines = await home(500)
    await counter(estate, bill, 500)
    with pytest.raises(Refused, match="already been paid"):
        await counter(estate, bill, 1, "A-2")
    with pytest.raises(Missing):
        await counter(estate, bill, 1, "A-3", unit="1栋102")
    with pytest.raises(Invalid, match="no home"):
        await counter(estate, bill, 1, "A-3", unit="9栋999")
    with pytest.raises(Missing):
        await counter(estate, uuid4(), 1, "A-3")


async def test_who_may_not_take_money_and_the_estate_next_door():
    estate, bill, _lines = await home(500)
    next_door = await cast.donghu()
    with pytest.raises(Forbidden):
        await record_counter_payment(
            estate["冯丽"],
            unit="1栋101",
            bills=[bill],
            amount=Money(1),
            channel=CounterChannel.cash,
            reference="A-1",
        )
    with pytest.raises(Invalid, match="no home"):
        await record_counter_payment(
            next_door["韩冰"],
            unit="1栋101",
            bills=[bill],
            amount=Money(1),
            channel=CounterChannel.cash,
            reference="A-1",
        )


async def credit(line: UUID, fen: int, community: int) -> UUID:
    async with unit_of_work(community):
        return await credit_line(
            line,
            Money(fen),
            kind=AdjustmentKind.credit_note,
            reason="电梯停运 5 天",
            made_by="staff:x",
            approved_by=None,
            source=None,
            on=TODAY,
        )


async def test_a_credit_note_lowers_what_is_owed():
    estate, bill, lines = await home(500)
    await credit(lines[0], 200, estate.community)
    assert await owed(bill) == Money(300)


async def test_a_credit_note_on_a_paid_line_gives_the_money_back_as_credit_newest_first():
    estate, bill, lines = await home(500)
    await counter(estate, bill, 300)
    await counter(estate, bill, 150, "A-2")
    await credit(lines[0], 300, estate.community)  # 50 was open; 250 of 450 paid is taken back
    assert await owed(bill) == Money(0)
    assert [one["surplus"] for one in await payments()] == [100, 150]
    assert await told("credit_left") == 1


async def test_no_more_than_a_line_asks_can_be_credited():
    estate, bill, lines = await home(500)
    for fen in (0, 501):
        with pytest.raises(Invalid):
            await credit(lines[0], fen, estate.community)
    await credit(lines[0], 500, estate.community)
    with pytest.raises(Invalid):
        await credit(lines[0], 1, estate.community)
    assert await owed(bill) == Money(0)

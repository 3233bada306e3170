"""Books in which everything happened once: a bill, a payment with too much in it, a credit note, a hold, a seal."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from portal.care.holds.actions import hold_line
from portal.fees.receivables.states import AdjustmentKind, HoldReason, PaymentChannel
from portal.kit.money import Money
from portal.money.corrections.actions import credit_line
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.rules import Part
from portal.platform.audit.jobs import seal
from portal.platform.db.unit_of_work import fetch_one, unit_of_work
from tests import builders, cast

TODAY = date(2026, 11, 20)


async def booked() -> cast.Estate:
    """陈静's bill: 300.00 of it paid with 50.00 too much, 20.00 credited, 30.00 on hold; the books are sealed."""
    estate = await cast.mingxi()
    community = estate.community
    items = [await builders.charge_item(community, code) for code in ("service", "lift")]
    bill = await builders.bill(
        community, estate.units["1栋101"], [estate["陈静"]], list(zip(items, (25000, 10000), strict=True))
    )
    first, second = await builders.lines_of(community, bill)
    async with unit_of_work(community):
        row = await fetch_one("SELECT debtor FROM bill WHERE id = $1", bill)
        assert row
        debtor = row["debtor"]
        money = Incoming(
            id=uuid4(),
            community=community,
            debtor=debtor,
            channel=PaymentChannel.cash,
            method="cash",
            amount=Money(30000),
            received_on=TODAY,
            designation=(Part(first, Money(25000)),),
            taken_by="staff:x",
            reference="A-1",
        )
        await post_payment(money, actor="test")
        await credit_line(
            second, Money(2000), kind=AdjustmentKind.credit_note, reason="lift stood still", made_by="staff:x",
            approved_by=None, source=None, on=TODAY,
        )  # fmt: skip
        await hold_line(community, debtor, second, Money(3000), HoldReason.manual, uuid4(), "staff:x")
    await seal(TODAY)
    return estate

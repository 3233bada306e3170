"""Somebody pays a line of a bill on a day."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from portal.fees.receivables.states import PaymentChannel
from portal.kit.money import Money
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.rules import Part
from portal.platform.db.unit_of_work import fetch_one, unit_of_work


async def pay(community: int, bill: object, line: object, fen: int, on: date) -> None:
    """In cash, so many fen."""
    async with unit_of_work(community):
        row = await fetch_one("SELECT debtor FROM bill WHERE id = $1", bill)
        assert row
        money = Incoming(
            id=uuid4(), community=community, debtor=row["debtor"], channel=PaymentChannel.cash, method="cash",
            amount=Money(fen), received_on=on, designation=(Part(line, Money(fen)),),  # type: ignore[arg-type]
            taken_by="staff:x", reference=uuid4().hex,
        )  # fmt: skip
        await post_payment(money, actor="test")

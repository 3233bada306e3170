"""What a payment leaves behind, to the last column: its row, its journal, the credit, the trail and the notices."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from portal.fees.receivables.states import PaymentChannel
from portal.kit.facts import from_json
from portal.kit.money import Money
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.states import CounterChannel
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from tests import cast
from tests.money.payments.books import owed
from tests.money.payments.test_actions import home, incoming

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
RECEIVED = date(2026, 11, 18)


async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
    async with unit_of_work(EVERYWHERE):
        return [dict(row) for row in await fetch(sql, *values)]


async def paid_too_much() -> tuple[cast.Estate, UUID, list[UUID]]:
    """Lines of 5.00 and 3.00 are paid with 9.00 by 赵敏, who owes none of it."""
    estate, _bill, lines = await home(500, 300)
    money = await incoming(
        estate, lines, 500, 300, amount=Money(900), payer=estate["赵敏"].human, received_on=RECEIVED,
        channel=PaymentChannel.stripe, method="wechat_pay", intent="pi_7",
    )  # fmt: skip
    async with unit_of_work(estate.community):
        posted = await post_payment(money, actor="system:stripe")
    assert (posted.id, posted.number, posted.surplus, posted.new) == (money.id, 1, Money(100), True)
    return estate, money.id, lines


async def test_its_row_says_who_paid_what_how_when_and_for_what() -> None:
    estate, payment, lines = await paid_too_much()
    [row] = await rows(
        "SELECT number, debtor = (SELECT debtor FROM bill LIMIT 1) AS theirs, channel, method, amount, received_on,"
        " payer, taken_by, reference, intent, designation FROM payment WHERE id = $1",
        payment,
    )
    assert json.loads(row.pop("designation")) == [
        {"line": str(lines[0]), "fen": 500},
        {"line": str(lines[1]), "fen": 300},
    ]
    assert row == {
        "number": 1, "theirs": True, "channel": "stripe", "method": "wechat_pay", "amount": 900,
        "received_on": RECEIVED, "payer": estate["赵敏"].human, "taken_by": None, "reference": None, "intent": "pi_7",
    }  # fmt: skip


async def test_its_money_goes_to_the_lines_and_the_rest_is_credit_that_is_to_be_settled() -> None:
    _estate, payment, lines = await paid_too_much()
    applied = await rows("SELECT line, amount, reason FROM allocation WHERE payment = $1 ORDER BY amount DESC", payment)
    assert applied == [
        {"line": lines[0], "amount": 500, "reason": None},
        {"line": lines[1], "amount": 300, "reason": None},
    ]
    credit = await rows("SELECT amount, reason, refund_asked FROM credit WHERE payment = $1", payment)
    assert credit == [{"amount": 100, "reason": "surplus", "refund_asked": True}]


async def test_its_journal_is_of_the_day_the_money_came() -> None:
    _estate, payment, _lines = await paid_too_much()
    booked = await rows(
        "SELECT j.effective_on, p.account, p.amount FROM journal j JOIN posting p ON p.journal = j.id"
        " WHERE j.source = $1 AND j.kind = 'payment' ORDER BY p.amount DESC",
        payment,
    )
    assert {row["effective_on"] for row in booked} == {RECEIVED}
    by_account: dict[str, int] = {}
    for row in booked:
        by_account[row["account"]] = by_account.get(row["account"], 0) + row["amount"]
    receivable = {name: fen for name, fen in by_account.items() if name.startswith("receivable")}
    assert sum(receivable.values()) == -800
    assert {name: fen for name, fen in by_account.items() if name not in receivable} == {
        "clearing:stripe": 900,
        "owner_credit": -100,
    }


async def test_the_trail_says_who_recorded_it_and_how_much_of_it_was_too_much() -> None:
    _estate, payment, _lines = await paid_too_much()
    [entry] = await rows("SELECT actor, facts FROM audit_entry WHERE subject = $1", f"payment:{payment}")
    assert entry["actor"] == "system:stripe"
    assert from_json(entry["facts"]) == {
        "amount": Money(900), "channel": "stripe", "surplus": Money(100), "number": 1,
    }  # fmt: skip


async def test_the_owner_and_whoever_paid_are_told_and_the_credit_is_the_owners_affair() -> None:
    _estate, payment, _lines = await paid_too_much()
    told = await rows(
        "SELECT p.name, n.kind, n.link, n.facts FROM notice n JOIN person p ON p.id = n.person WHERE n.subject = $1"
        " ORDER BY n.kind DESC, p.name",
        f"payment:{payment}",
    )
    assert [(row["name"], row["kind"]) for row in told] == [
        ("赵敏", "payment_posted"),
        ("陈静", "payment_posted"),
        ("陈静", "credit_left"),
    ]
    assert {row["link"] for row in told} == {f"/payments/{payment}"}
    posted = {"amount": Money(900), "number": 1, "on": RECEIVED, "unit": "1栋101"}
    surplus = {"amount": Money(100), "number": 1, "unit": "1栋101"}
    assert [from_json(row["facts"]) for row in told] == [posted, posted, surplus]


async def test_money_at_the_counter_names_who_took_it_the_slip_and_no_payer() -> None:
    estate, bill, _lines = await home(500)
    await record_counter_payment(
        estate["蒋涛"], unit="1栋101", bills=[bill], amount=Money(200), channel=CounterChannel.cash, reference="A-1"
    )
    [row] = await rows("SELECT channel, method, amount, payer, taken_by, reference, intent FROM payment")
    assert row == {
        "channel": "cash", "method": "cash", "amount": 200, "payer": None, "taken_by": estate["蒋涛"].actor,
        "reference": "A-1", "intent": None,
    }  # fmt: skip


async def test_of_four_payments_of_one_line_at_once_one_pays_it_and_the_others_are_credit() -> None:
    estate, bill, lines = await home(500)
    money = [await incoming(estate, lines, 500, intent=f"pi_{n}") for n in range(4)]

    async def post(one: Incoming) -> Money:
        async with unit_of_work(estate.community):
            return (await post_payment(one, actor="test")).surplus

    assert sorted(await asyncio.gather(*map(post, money))) == [Money(0), Money(500), Money(500), Money(500)]
    assert await owed(bill) == Money(0)

"""What a correction leaves behind, to the last column, also where more was paid than is left to ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.fees.receivables.states import AdjustmentKind
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.facts import from_json
from portal.kit.money import Money
from portal.money.corrections.actions import approve_correction, credit_line, refuse_correction
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.states import CounterChannel
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.run.verify import verify
from tests import cast
from tests.money.corrections.test_actions import ask, balance, line_of_chen

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
REASON = "面积登记有误"


async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
    async with unit_of_work(EVERYWHERE):
        return [dict(row) for row in await fetch(sql, *values)]


@dataclass
class Corrected:
    """250.24 was asked; 100.00 and then 120.00 were paid, and then 50.00 were taken off: 19.76 came back."""

    estate: cast.Estate
    line: UUID
    bill: UUID
    correction: UUID
    adjustment: UUID


async def corrected() -> Corrected:
    estate, line = await line_of_chen()
    [bill] = [row["bill"] for row in await rows("SELECT bill FROM bill_line WHERE id = $1", line)]
    for slip, fen in (("A-1", 10000), ("A-2", 12000)):
        await record_counter_payment(
            estate["蒋涛"], unit="1栋101", bills=[bill], amount=Money(fen), channel=CounterChannel.cash, reference=slip
        )
    correction = await ask(estate, line)
    await approve_correction(estate["沈平"], correction)
    [made] = await rows("SELECT id FROM adjustment")
    assert (await verify())["ok"]
    return Corrected(estate, line, bill, correction, made["id"])


async def staff_called(name: str) -> UUID:
    [row] = await rows("SELECT id FROM staff WHERE name = $1", name)
    staff: UUID = row["id"]
    return staff


async def test_the_request_and_its_answer_name_both_people() -> None:
    c = await corrected()
    [row] = await rows("SELECT line, kind, amount, reason, state, asked_by, answered_by, answer, adjustment,"
                       " answered_at IS NOT NULL AS answered FROM correction")  # fmt: skip
    assert row == {
        "line": c.line, "kind": "correction", "amount": 5000, "reason": REASON, "state": "approved",
        "asked_by": await staff_called("蒋涛"), "answered_by": await staff_called("沈平"), "answer": None,
        "adjustment": c.adjustment, "answered": True,
    }  # fmt: skip


async def test_the_adjustment_says_who_made_and_who_approved_it() -> None:
    c = await corrected()
    [row] = await rows("SELECT line, kind, amount, reason, made_by, approved_by, source FROM adjustment")
    assert row == {
        "line": c.line, "kind": "correction", "amount": -5000, "reason": REASON, "made_by": c.estate["蒋涛"].actor,
        "approved_by": c.estate["沈平"].actor, "source": c.correction,
    }  # fmt: skip


async def test_what_was_paid_too_much_comes_back_from_the_newest_payment() -> None:
    c = await corrected()
    back = await rows(
        "SELECT p.number, a.line, a.amount, a.reason FROM allocation a JOIN payment p ON p.id = a.payment"
        " WHERE a.amount < 0"
    )
    assert back == [{"number": 2, "line": c.line, "amount": -1976, "reason": f"adjustment:{c.adjustment}"}]
    credit = await rows(
        "SELECT p.number, k.amount, k.reason, k.refund_asked FROM credit k JOIN payment p ON p.id = k.payment"
    )
    assert credit == [{"number": 2, "amount": 1976, "reason": f"adjustment:{c.adjustment}", "refund_asked": False}]


async def test_the_books_take_the_charge_back_and_owe_the_owner_the_rest() -> None:
    c = await corrected()
    booked = await rows(
        "SELECT split_part(p.account, ':', 1) AS account, p.amount, j.effective_on FROM journal j"
        " JOIN posting p ON p.journal = j.id WHERE j.source = $1 ORDER BY p.amount",
        c.adjustment,
    )
    assert [row["amount"] for row in booked] == [-3024, -1976, 5000]
    assert [row["account"] for row in booked][:2] == ["receivable", "owner_credit"]
    assert {row["effective_on"] for row in booked} == {clock.today("Asia/Shanghai")}


async def test_the_trail_has_the_request_the_change_and_the_answer() -> None:
    c = await corrected()
    trail = await rows(
        "SELECT actor, verb, subject, reason, facts FROM audit_entry WHERE subject IN ($1, $2) ORDER BY at, verb DESC",
        f"correction:{c.correction}", f"line:{c.line}",
    )  # fmt: skip
    told = {row["verb"]: (row["actor"], row["subject"], row["reason"], from_json(row["facts"])) for row in trail}
    jiang, shen, request = c.estate["蒋涛"].actor, c.estate["沈平"].actor, f"correction:{c.correction}"
    assert told == {
        "correction_asked": (jiang, request, REASON, {"amount": Money(5000), "line": str(c.line)}),
        "line_adjusted": (jiang, f"line:{c.line}", REASON, {
            "adjustment": str(c.adjustment), "amount": Money(-5000), "approved_by": shen,
            "source": str(c.correction), "to_credit": Money(1976),
        }),
        "correction_approved": (shen, request, REASON, {"adjustment": str(c.adjustment)}),
    }  # fmt: skip


async def test_the_owner_is_told_of_the_change_and_of_the_credit() -> None:
    c = await corrected()
    told = await rows(
        "SELECT n.kind, n.subject, n.link, n.facts FROM notice n WHERE n.kind IN ('line_corrected', 'credit_left')"
        " ORDER BY n.kind DESC"
    )
    shown = [(row["kind"], row["subject"], row["link"], from_json(row["facts"])) for row in told]
    assert shown == [
        ("line_corrected", f"correction:{c.correction}", f"/bills/{c.bill}/lines/{c.line}",
         {"amount": Money(5000), "why": REASON, "unit": "1栋101"}),
        ("credit_left", f"adjustment:{c.adjustment}", "/payments", {"amount": Money(1976), "unit": "1栋101"}),
    ]  # fmt: skip


async def test_a_refusal_keeps_its_words_and_moves_nothing() -> None:
    estate, line = await line_of_chen()
    correction = await ask(estate, line)
    await refuse_correction(estate["沈平"], correction, "请先核实面积")
    [row] = await rows("SELECT state, answered_by, answer, adjustment FROM correction")
    assert row == {
        "state": "refused", "answered_by": await staff_called("沈平"), "answer": "请先核实面积", "adjustment": None,
    }  # fmt: skip
    [entry] = await rows("SELECT actor, reason, facts FROM audit_entry WHERE verb = 'correction_refused'")
    assert (entry["actor"], entry["reason"]) == (estate["沈平"].actor, "请先核实面积")
    assert await rows("SELECT id FROM adjustment") == []


async def test_a_correction_of_what_is_unpaid_makes_no_credit_and_says_nothing_of_one() -> None:
    estate, line = await line_of_chen()
    await approve_correction(estate["沈平"], await ask(estate, line))
    assert await rows("SELECT id FROM credit") == []
    assert [row["kind"] for row in await rows("SELECT kind FROM notice ORDER BY kind")] == [
        "bill_issued",
        "line_corrected",
    ]
    assert await rows("SELECT reason FROM journal WHERE kind = 'adjustment'") == [{"reason": REASON}]


async def take_off(estate: cast.Estate, line: UUID, fen: int) -> UUID:
    async with unit_of_work(estate.community):
        return await credit_line(
            line, Money(fen), kind=AdjustmentKind.waiver, reason=REASON, made_by="staff:x", approved_by=None,
            source=None, on=clock.today("Asia/Shanghai"),
        )  # fmt: skip


@pytest.mark.parametrize("fen", [0, -1, 25025])
async def test_the_change_itself_takes_off_something_and_no_more_than_there_is(fen: int) -> None:
    estate, line = await line_of_chen()
    with pytest.raises(Invalid):
        await take_off(estate, line, fen)
    assert await rows("SELECT id FROM adjustment") == []


async def test_all_of_a_line_can_be_asked_for_and_taken_off() -> None:
    estate, line = await line_of_chen()
    await approve_correction(estate["沈平"], await ask(estate, line, 25024))
    assert await balance(estate.community, line) == (0, 0)


async def test_of_two_changes_at_once_the_second_sees_what_the_first_left() -> None:
    estate, line = await line_of_chen()
    answers = await asyncio.gather(*(take_off(estate, line, 20000) for _ in range(4)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid", "Invalid", "Invalid", "UUID"]
    assert await balance(estate.community, line) == (5024, 5024)


async def test_of_two_requests_at_once_the_second_is_told_that_one_waits() -> None:
    estate, line = await line_of_chen()
    answers = await asyncio.gather(*(ask(estate, line) for _ in range(4)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "Refused", "Refused", "UUID"]


async def test_a_line_or_a_request_that_is_not_there_is_missing() -> None:
    estate, line = await line_of_chen()
    with pytest.raises(Missing):
        await take_off(estate, uuid4(), 100)
    correction = await ask(estate, line)
    elsewhere = await cast.donghu()
    for act in (approve_correction(elsewhere["韩冰"], correction), approve_correction(estate["沈平"], uuid4())):
        with pytest.raises(Missing):
            await act

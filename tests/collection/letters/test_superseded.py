"""A letter that outlives its sum is not printed, proven or opened as one; a new one may be issued at once."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from pypdf import PdfReader

from portal.arrears.cases.states import ContactOutcome
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import holding
from portal.collection.letter_queue.desk_queries import letter_queue
from portal.collection.letters import proving
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.proving import OUTLIVED, open_letter, record_delivery
from portal.collection.letters.queries import letter_at_desk, letter_of
from portal.collection.letters.states import LetterKind, LetterState
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.money.corrections.actions import approve_correction, ask_correction
from portal.money.corrections.states import CorrectionKind
from portal.platform.process.settings import Settings
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two, notice
from tests.papers import PAY_AT

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def part_payment(debts: World, _case: UUID) -> None:
    await debts.pay(debts.bills[10], 1000)


async def a_correction(debts: World, _case: UUID) -> None:
    correction = await ask_correction(
        debts.estate["蒋涛"],
        await debts.line(debts.bills[10]),
        kind=CorrectionKind.correction,
        amount=Money(1000),
        reason="面积登记有误",
    )
    await approve_correction(debts.estate["沈平"], correction)


async def a_credit(debts: World, _case: UUID) -> None:
    settled = await debts.bill(60, 100)
    await debts.pay(settled, 100 + 1000)


async def a_hold_on_all(debts: World, case: UUID) -> None:
    await holding.hold_by_hand(debts.estate["沈平"], case, "等待过户", SECOND + timedelta(days=9))


async def a_hold_on_a_part(debts: World, case: UUID) -> None:
    await holding.hold_by_hand(debts.estate["沈平"], case, "等待过户", SECOND + timedelta(days=9), Money(1000))


@pytest.mark.parametrize("happens", [part_payment, a_correction, a_credit, a_hold_on_all, a_hold_on_a_part])
async def test_a_letter_that_outlives_its_sum_is_neither_printed_nor_proven(
    settings: Settings, happens: Callable[[World, UUID], Awaitable[None]]
) -> None:
    with on(SECOND):
        debts = await world()
        case, feng, chen = await at_two(debts), debts.estate["冯丽"], debts.estate["陈静"]
        letter = await notice(debts, case)
        await happens(debts, case)
        assert (await letter_at_desk(feng, letter)).row.state is LetterState.superseded
        with pytest.raises(Refused, match=OUTLIVED[:20]):
            await record_delivery(feng, letter, ContactOutcome.handed_over)
        await open_letter(chen, letter)
        assert await debts.rows("SELECT 1 FROM contact") == [], "opening it proves nothing"
        for who, address in ((feng, f"/desk/letters/{letter}"), (chen, f"/letters/{letter}")):
            async with browser(settings, who) as client:
                assert (await client.get(f"{address}/letter.pdf")).status_code == 409
                assert 'data-state="superseded"' in (await client.get(address)).text
        queue = await letter_queue(feng)
        assert not queue.rows and not any(one.to_deliver for one in queue.buildings)
        assert not await debts.broken_invariants()


async def test_a_new_letter_may_be_issued_at_once_about_what_is_left() -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        await notice(debts, case)
        await part_payment(debts, case)
        assert [one.to_issue for one in (await letter_queue(feng)).buildings] == [1]
        again = await issue_letter(feng, case, LetterKind.notice, PAY_AT)
        found = await letter_at_desk(feng, again)
        assert (found.row.state, found.row.amount) == (LetterState.issued, Money(6000))
        await open_letter(debts.estate["陈静"], again)
        assert (await letter_of(debts.estate["陈静"], again)).row.state is LetterState.delivered
        assert not await debts.broken_invariants()


async def test_the_lines_on_paper_add_up_with_what_is_paid_and_held_apart() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await part_payment(debts, case)
        found = await letter_at_desk(debts.estate["冯丽"], await notice(debts, case))
        (line,) = found.facts["lines"]
        assert [line[name] for name in ("billed", "corrected", "paid", "held", "amount")] == [
            10000,
            0,
            1000,
            3000,
            6000,
        ]
        pdf = await letters_pdf([(found.row, found.facts, found.at)])
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert all(sum_ in said for sum_ in ("100.00", "10.00", "30.00", "60.00"))


async def test_a_letter_that_does_not_add_up_is_found(admin: asyncpg.Connection) -> None:
    with on(SECOND):
        debts = await world()
        await notice(debts, await at_two(debts))
        await admin.execute("UPDATE letter SET amount = amount + 1")
        assert await debts.broken_invariants() == ["I-W2"]
        await admin.execute("UPDATE letter SET amount = amount - 1")
        await admin.execute("UPDATE letter SET facts = jsonb_set(facts, '{lines,0,paid}', '5')")
        assert await debts.broken_invariants() == ["I-W2"]


async def test_a_proof_of_a_letter_that_outlived_its_sum_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(letter: UUID) -> bool:
        return False

    with on(SECOND):
        debts = await world()
        await debts.bill(10)
        for day in (TODAY, SECOND):
            await arrears(day)
        letter = await notice(debts, (await debts.row("SELECT id FROM arrears_case"))["id"])
        await debts.pay(debts.bills[10], 1000)
    with on(SECOND + timedelta(days=1)):
        monkeypatch.setattr(proving, "is_superseded", never)
        await record_delivery(debts.estate["冯丽"], letter, ContactOutcome.handed_over)
        assert await debts.broken_invariants() == ["I-W3"]

"""What is left of a claim is net of credit, by the one rule: whatever moves the credit tells it, up and down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from portal.arrears.claims.states import ClaimKind, ClaimState, Task
from portal.care.disputes.actions import open_dispute, withdraw
from portal.care.disputes.states import DisputeReason
from portal.collection.court.actions import prepare_claim
from portal.collection.court.jobs import tell_claims
from portal.collection.court.queries import claim_at_desk
from portal.collection.court.steps import record_step
from portal.kit.money import Money
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from tests.arrears.cases.world import TODAY, World, on, world
from tests.collection.court.test_left import DAY, filed, surplus, told
from tests.collection.court.test_legal import LAST, at_law

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture
async def debts() -> AsyncIterator[World]:
    with on(TODAY):
        yield await world()


async def left(debts: World, claim: UUID) -> tuple[int, Task | None]:
    row = (await claim_at_desk(debts.estate["沈平"], claim)).row
    return row.left.fen, row.task


async def test_credit_that_was_there_before_is_not_counted_again_when_money_comes(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        await surplus(debts)
        claim = await prepare_claim(manager, case, ClaimKind.payment_order)
        await record_step(manager, claim, ClaimState.filed, LAST, reference="收件 12")
        assert (await claim_at_desk(manager, claim)).row.claimed == Money(7000)
        await debts.pay(debts.bills[10], 2000)
        assert await left(debts, claim) == (5000, Task.reduce)
        assert await told(debts) == [5000] and not await debts.broken_invariants()


async def test_what_takes_credit_to_an_earlier_line_raises_what_is_left_and_what_gives_it_back_lowers_it(
    debts: World,
) -> None:
    claim = await filed(debts)
    with on(LAST + DAY):
        await surplus(debts)
        earlier = await debts.bill(50, 1000)  # as an opening balance may come
        line = await debts.line(earlier)
        about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(1000)}
        dispute = await open_dispute(debts.estate["陈静"], line, **about)
        await withdraw(debts.estate["陈静"], dispute)
        await debts.pay(earlier, 1000)
        assert await told(debts) == [7000, 8000, 7000, 8000, 7000]
        assert await left(debts, claim) == (7000, Task.reduce) and not await debts.broken_invariants()
        await tell_claims()
        assert await debts.told("claim_left") == ["claim_left"], "the newest, though nobody at the desk did anything"


async def test_credit_that_is_used_or_goes_raises_it_again_and_is_told(debts: World) -> None:
    """As the rows of a refund or a chargeback will be: money that was credited goes to another line, or away."""
    claim = await filed(debts)
    with on(LAST + DAY):
        await surplus(debts)
        later = await debts.line(await debts.bill(-90, 3000))
        await tell_claims()
        async with unit_of_work(EVERYWHERE):
            await fetch(
                "INSERT INTO credit (id, community, debtor, payment, amount, reason, refund_asked, created_at)"
                " SELECT gen_random_uuid(), community, debtor, payment, -amount, 'used', false, created_at FROM credit"
            )
            await fetch(
                "INSERT INTO allocation (id, community, payment, line, amount, created_at)"
                " SELECT gen_random_uuid(), community, payment, $1, -amount, created_at FROM credit WHERE amount < 0",
                later,
            )
        assert await told(debts) == [7000, 10_000] and await left(debts, claim) == (10_000, None)
        await tell_claims()
        assert await debts.told("claim_left") == ["claim_left"] * 2

"""Plans of 陈静 in every state, for the tests of this folder. 蒋涛 keeps the books, 沈平 is the manager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

from portal.care.plans.actions import agree_plan, approve_plan, counter_plan, request_plan
from tests.arrears.cases.world import TODAY, World, on, world

FIRST = date(2026, 12, 1)
LATER = date(2026, 12, 10)


async def debts_today() -> AsyncIterator[World]:
    """The estate of the cast on TODAY, nobody owing anything."""
    with on(TODAY):
        yield await world()


async def asked(debts: World, n: int = 3) -> UUID:
    """A request for n instalments of ¥100.01."""
    bill = debts.bills.get(25) or await debts.bill(25, 10_001)
    return await request_plan(debts.estate["陈静"], [bill], n, FIRST, "手头紧")


async def countered(debts: World, n: int = 6, by: str = "蒋涛") -> UUID:
    """The same, answered with n instalments from LATER on."""
    plan = await asked(debts)
    await counter_plan(plan, by=debts.estate[by], instalments=n, first_on=LATER, text="首期请在十日")
    return plan


async def running(debts: World, n: int = 3) -> UUID:
    """The same, approved and agreed."""
    plan = await asked(debts, n)
    await approve_plan(plan, by=debts.estate["蒋涛"], text="同意")
    await agree_plan(plan, by=debts.estate["陈静"], text="约定")
    return plan


async def state(debts: World, plan: UUID) -> str:
    """Its state."""
    return (await debts.row("SELECT state FROM plan WHERE id = $1", plan))["state"]


async def holds(debts: World) -> int:
    """How many whole cases are held now by a plan."""
    return (await debts.row("SELECT count(*) AS n FROM hold WHERE reason = 'plan' AND released_at IS NULL"))["n"]


async def parts(debts: World, plan: UUID, round_: int) -> list[tuple[date, int]]:
    """(date, fen) of each instalment of an offer."""
    rows = await debts.rows(
        "SELECT due_on, amount FROM plan_instalment WHERE plan = $1 AND round = $2 ORDER BY number", plan, round_
    )
    return [tuple(row) for row in rows]

"""Look into the books after a test: balances, payments, and every invariant."""

from uuid import UUID

from portal.kit.money import Money
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.run.verify import verify


async def assert_sound() -> None:
    """Every invariant there is holds now."""
    found = await verify()
    assert found["ok"], found["findings"]


async def owed(bill: UUID) -> Money:
    """What a bill still asks for."""
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT outstanding FROM bill_balance WHERE bill = $1", bill)
        return Money(rows[0]["outstanding"])


async def payments() -> list[dict]:
    """Every payment with what became credit, oldest first."""
    async with unit_of_work(EVERYWHERE):
        rows = await fetch(
            "SELECT p.id, p.number, p.channel, p.method, p.amount, p.intent,"
            " coalesce((SELECT sum(amount) FROM credit WHERE payment = p.id), 0)::bigint AS surplus"
            " FROM payment p ORDER BY p.number"
        )
        return [dict(row) for row in rows]


async def told(kind: str) -> int:
    """How many notices of a kind were written."""
    async with unit_of_work(EVERYWHERE):
        return len(await fetch("SELECT id FROM notice WHERE kind = $1", kind))

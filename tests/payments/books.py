"""Look into the books after a test: balances, payments, and every invariant of the money slices."""

import re
from pathlib import Path
from uuid import UUID

from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.kit.money import Money

PORTAL = Path(__file__).parents[2] / "portal"


async def assert_sound() -> None:
    """Every invariant of billing, payments, checkout and ledger holds now."""
    async with unit_of_work(EVERYWHERE):
        for slice_ in ("ledger", "billing", "payments", "checkout"):
            file = PORTAL / slice_ / "invariants.sql"
            for block in file.read_text().split(";") if file.exists() else ():
                statement = re.sub(r"^--.*$", "", block, flags=re.M).strip()
                if statement:
                    assert not await fetch(statement), block
        assert not await fetch("SELECT journal FROM posting GROUP BY journal HAVING sum(amount) <> 0")


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

"""The daily job for active plans, and the frequent one for plans that are paid early."""

from __future__ import annotations

from collections import Counter
from datetime import date

from asyncpg import Record

from portal.care.plans.keeping import settle_plan
from portal.care.plans.rules import Keeping
from portal.kit import clock
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.jobs.queue import in_turn, of_each_estate

ENDED = (Keeping.completed, Keeping.broken)


@of_each_estate
async def plans(on: date, community: int) -> dict[str, int]:
    """Complete plans that are paid, break those with missed instalments. Safe to run twice, at the same time, late."""
    async with unit_of_work(community, read_only=True):
        active = [row["id"] for row in await fetch("SELECT id FROM plan WHERE state = 'active' ORDER BY id")]
    verdicts = [await settle_plan(community, plan, on) for plan in active]
    ended = Counter(verdict.keeping for verdict in verdicts if verdict)
    return {"looked": len(active), **{keeping.value: ended[keeping] for keeping in ENDED}}


async def sweep_plans() -> dict[str, int]:
    """Complete the plans whose charges are all paid, so that whoever paid early need not wait for the next morning."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        paid = await fetch(
            "SELECT p.id, p.community, c.timezone FROM plan p JOIN community c ON c.id = p.community"
            " WHERE p.state = 'active' AND NOT EXISTS (SELECT FROM plan_line pl JOIN owed_by(p.debtor) o"
            " ON o.line = pl.line WHERE pl.plan = p.id AND o.outstanding > o.covered) ORDER BY p.id"
        )
    await in_turn("a paid plan", paid, _complete)
    return {"looked": len(paid)}


async def _complete(paid: Record) -> None:
    await settle_plan(paid["community"], paid["id"], clock.today(paid["timezone"]))

"""The daily look at running plans."""

from __future__ import annotations

from datetime import date

from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.plans.actions import settle_plan
from portal.plans.rules import Keeping


async def plans(on: date) -> dict[str, int]:
    """Complete what is paid and break what was missed, one plan at a time; safe to run twice, at once, and late."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        active = await fetch("SELECT id, community FROM plan WHERE state = 'active' ORDER BY id")
    ended = {Keeping.completed: 0, Keeping.broken: 0}
    for row in active:
        verdict = await settle_plan(row["community"], row["id"], on)
        if verdict and verdict.keeping in ended:
            ended[verdict.keeping] += 1
    return {"looked": len(active), **{keeping.value: count for keeping, count in ended.items()}}

"""The daily look at months that are over: what was paid late in them is charged, where the contract says so."""

from __future__ import annotations

from datetime import date

from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.kit.period import Month
from portal.late_charges.charging import charge_debtors, close_month
from portal.late_charges.facts import owing
from portal.late_charges.rules import NoPrimeRate

BATCH = 50  # debtors in one unit of work: their bills are locked for as long as it takes


async def late_charges(on: date) -> dict[str, int]:
    """Charge every whole month before `on` since the terms began, in order; safe to run twice, at once, and late.

    A month that needs a prime rate which nobody has entered waits, with those after it; the desk says so.
    """
    bills, months, waiting = 0, 0, set()
    for community, month in await _open_months(on):
        if community in waiting:
            continue
        try:
            bills += await _charge(community, month, on)
        except NoPrimeRate:
            waiting.add(community)
            continue
        await close_month(community, month)
        months += 1
    return {"bills": bills, "months": months, "waiting": len(waiting)}


async def _charge(community: int, month: Month, on: date) -> int:
    async with unit_of_work(community, read_only=True):
        debtors = await owing(community, month)
    bills = 0
    for start in range(0, len(debtors), BATCH):
        bills += await charge_debtors(community, debtors[start : start + BATCH], month, on)
    return bills


async def _open_months(on: date) -> list[tuple[int, Month]]:
    """Months before the one of `on` that have terms and are not charged in full, estate by estate, oldest first."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        begun = await fetch("SELECT community, min(starts_on) AS first FROM late_terms GROUP BY community ORDER BY 1")
        closed = {(row["community"], row["month"]) for row in await fetch("SELECT community, month FROM late_month")}
    return [
        (row["community"], month)
        for row in begun
        for month in Month.of(row["first"]).through(Month.of(on) + -1)
        if (row["community"], str(month)) not in closed
    ]

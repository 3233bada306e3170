"""The daily job that charges late payments of completed months."""

from __future__ import annotations

from datetime import date

from portal.collection.late_charges.actions import charge_debtors, close_month
from portal.collection.late_charges.facts import owing
from portal.collection.late_charges.rules import NoPrimeRate
from portal.kit.period import Month
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import creditor_of
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.jobs.queue import of_each_estate

BATCH = 50  # debtors in one unit of work, which keeps their bills locked


@of_each_estate
async def late_charges(on: date, community: int) -> dict[str, int]:
    """Charge all whole months before `on` since the terms began, in order; safe to run twice, at once, and late.

    A month waits, and those after it, if it needs a prime rate that nobody has entered. All months wait while company
    details that bills name are missing; the desk shows this.
    """
    bills, months, waiting = 0, 0, 0
    if await _nameless(community):
        return {"bills": 0, "months": 0, "waiting": 1}
    for month in await _open_months(community, on):
        try:
            bills += await _charge(community, month, on)
        except NoPrimeRate:
            waiting = 1
            break
        await close_month(community, month)
        months += 1
    return {"bills": bills, "months": months, "waiting": waiting}


async def _nameless(community: int) -> bool:
    async with unit_of_work(community, read_only=True):
        return bool((await creditor_of(community)).missing(Paper.bill))


async def _charge(community: int, month: Month, on: date) -> int:
    async with unit_of_work(community, read_only=True):
        debtors = await owing(community, month)
    bills = 0
    for start in range(0, len(debtors), BATCH):
        bills += await charge_debtors(community, debtors[start : start + BATCH], month, on)
    return bills


async def _open_months(community: int, on: date) -> list[Month]:
    """Months before that of `on` that have terms and are not fully charged, the oldest first."""
    async with unit_of_work(community, read_only=True):
        first = await fetch_value("SELECT min(starts_on) FROM late_terms WHERE community = $1", community)
        rows = await fetch("SELECT month FROM late_month WHERE community = $1", community)
    if first is None:
        return []
    closed = {row["month"] for row in rows}
    return [month for month in Month.of(first).through(Month.of(on) + -1) if str(month) not in closed]

"""The daily job that looks at everything overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from portal.arrears.cases.actions import JOB, refresh_cases
from portal.arrears.cases.queries import changed_debtors, pass_over
from portal.arrears.cases.states import Why
from portal.arrears.climbing.actions import climb_by_themselves
from portal.arrears.climbing.notices import tell_of_pauses
from portal.arrears.climbing.reminders import remind
from portal.arrears.ladder.queries import ladder_of
from portal.platform.db.unit_of_work import retrying, unit_of_work
from portal.platform.jobs.queue import of_each_estate

BATCH = 50  # debtors in one unit of work, which keeps their bills locked


@of_each_estate
async def arrears(on: date, community: int) -> dict[str, int]:
    """Open, change and close cases as of a day, send reminders, climb where no approval is needed, announce pauses.

    Works in batches; safe to run twice, at the same time, and late. Due dates and days are counted to `on`; sums and
    holds are those of now, so that a look at a past day never chases what was paid or disputed since.
    """
    debtors, passed = await _sift(community, on)
    done: Counter[str] = Counter(looked=passed)
    for start in range(0, len(debtors), BATCH):
        done.update(await look_at_cases(community, debtors[start : start + BATCH], on))
    await tell_of_pauses(community, on)
    return {name: done[name] for name in ("looked", "opened", "closed", "changed", "reminded", "climbed")}


@retrying
async def look_at_cases(community: int, debtors: Sequence[UUID], on: date) -> dict[str, int]:
    """Look at some debtors of a community in one unit of work; returns how many cases opened, closed and so on."""
    async with unit_of_work(community):
        changes = Counter(await refresh_cases(community, debtors, on, actor=JOB))
        reminded = await remind(community, debtors, on)
        climbed = await climb_by_themselves(community, debtors, on)
    opened, closed = changes[Why.opened], changes[Why.settled]
    changed = changes.total() - opened - closed
    return {
        "looked": len(debtors), "opened": opened, "closed": closed, "changed": changed,
        "reminded": reminded, "climbed": climbed,
    }  # fmt: skip


@retrying
async def _sift(community: int, on: date) -> tuple[list[UUID], int]:
    """The debtors to look at, and how many other cases count as looked at because nothing can have changed."""
    async with unit_of_work(community):
        debtors = await changed_debtors(community, on, (await ladder_of(community, on)).terms.small_balance)
        return debtors, await pass_over(community, debtors, on)

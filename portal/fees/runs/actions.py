"""Publish what is missing of a service month, batch by batch, so that an interrupted run can continue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.fees.bills.actions import NewBill, NewLine, Prepared, as_facts, issue_bills, prepare
from portal.fees.receivables.states import BillKind
from portal.fees.runs.drafts import LineDraft, RunResult, RunTotals, UnitCase
from portal.fees.runs.facts import Book, cases_of, exact, freeze_splits
from portal.fees.runs.preview import (
    BATCH,
    NOTHING_SAID,
    Accepted,
    Plan,
    Progress,
    RunReport,
    compute,
    in_silence,
    look_ahead,
)
from portal.fees.tariffs.rules import UnitFacts
from portal.homes.units.debtors import ensure_debtors
from portal.kit import clock
from portal.kit.period import Month
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.batches import batches, growing, one_ahead, short_turns, uncollected
from portal.platform.db.engine import alone
from portal.platform.db.planner import by_index
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work

FIRST_PART = 100  # homes of a batch that are written while more of them are computed


async def publish_run(
    community: int,
    period: Month,
    issued_on: date,
    *,
    approver: str,
    progress: Progress = in_silence,
    zero_reason: str = "",
) -> RunReport:
    """Issue the bills of this month that are missing, and report what was added; with any error, issue nothing.

    If an item was billed the last time it was due and is zero now, the report warns, unless `zero_reason` says why.
    Late readings are billed by another run. At the desk somebody has to accept each such item.
    A community has one run at a time. Units are done in batches, each in its own unit of work, which reads the facts
    again: a run that is killed and repeated issues every line exactly once (I-B4), and shared costs stay split as they
    were when the publication began.
    """
    async with one_run(community):
        plan, ahead = await look_ahead(community, period, issued_on, progress)
        zero = plan.beside.come_to_nothing(ahead.by_item) if ahead.bills else []
        if ahead.errors or not ahead.bills:
            totals = RunTotals(period, errors=ahead.errors, warnings=ahead.warnings)
        else:
            accepted = Accepted(tuple(zero), zero_reason) if zero and zero_reason else NOTHING_SAID
            totals = await publish(plan, ahead, approver, progress, accepted)
        totals.warnings = [*plan.beside.remarks([] if zero_reason else zero), *totals.warnings]
        return RunReport(totals, preview=False, names=plan.names)


def one_run(community: int) -> AbstractAsyncContextManager[None]:
    """Hold the community's lock for a whole run including its preview, so that no other run comes between."""
    return alone(f"whole-bill-run:{community}")


async def publish(
    plan: Plan, ahead: RunTotals, approver: str, progress: Progress, accepted: Accepted = NOTHING_SAID
) -> RunTotals:
    """Issue what the preview found, and return what was added. A unit whose errors turn up only now is not billed.

    `accepted` are the items that may be zero, with the reason; it is kept with the run and in the audit trail.
    """
    run = await _begin(plan, ahead, approver, accepted)
    added = RunTotals(ahead.period)
    waiting = [unit for unit in plan.units if unit.name in ahead.by_unit]
    done = 0
    with uncollected(), short_turns():
        for batch in batches(waiting, BATCH):
            added.count(await _issue_batch(plan, batch, run, approver, accepted))
            done += len(batch)
            if len(waiting) > BATCH and done in (BATCH, len(waiting)):
                await _count(plan.community)
            await progress(done, len(waiting))
    added.warnings = ahead.warnings
    return added


async def _count(community: int) -> None:
    """Let the planner count the rows: after the first batch for the checks of foreign keys, at the end for all queries.

    These checks use plans that a connection keeps. While there are few rows, the index on the community looks cheapest,
    although every row of an estate is in it. Ten thousand bills later each check would read ten thousand rows.
    """
    async with unit_of_work(community):
        await fetch("SELECT count_what_was_billed()")


@retrying
async def _begin(plan: Plan, ahead: RunTotals, approver: str, accepted: Accepted) -> UUID:
    """The row of the run with the splits that it publishes, frozen; or the row of the killed run that it continues.

    It continues a killed run if that run's totals equal what it issued plus what is missing now.
    """
    period, on = str(plan.schedule.period), plan.schedule.issued_on
    async with unit_of_work(plan.community):
        await advisory_lock(f"bill-run:{plan.community}")
        begun: UUID | None = await fetch_value(
            "SELECT r.id FROM bill_run r LEFT JOIN bill b ON b.bill_run = r.id"
            " LEFT JOIN LATERAL (SELECT sum(amount) AS fen FROM bill_line l WHERE l.bill = b.id) issued ON true"
            " WHERE r.community = $1 AND r.period = $2 AND r.issued_on = $3 GROUP BY r.id"
            " HAVING r.bills = count(b.id) + $4 AND r.total = coalesce(sum(issued.fen), 0) + $5"
            " ORDER BY r.created_at DESC LIMIT 1",
            plan.community,
            period,
            on,
            ahead.bills,
            ahead.total.fen,
        )
        if begun:
            return begun
        await freeze_splits(plan.community, plan.fresh)
        run: UUID = await fetch_value(
            "INSERT INTO bill_run (id, community, period, issued_on, approver, bills, lines, total, created_at,"
            " accepted_zero) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            plan.community,
            period,
            on,
            approver,
            ahead.bills,
            ahead.lines,
            ahead.total.fen,
            clock.now(),
            accepted.kept,
        )
        return run


@retrying
async def _issue_batch(
    plan: Plan, batch: Sequence[UnitFacts], run: UUID, approver: str, accepted: Accepted
) -> RunTotals:
    """Issue the bills of some units in parts: while the database writes one part, the next one is computed."""
    added = RunTotals(plan.schedule.period)
    async with unit_of_work(plan.community):
        await advisory_lock(f"bill-run:{plan.community}")
        await by_index()
        cases = await cases_of(batch, plan.schedule)
        computed = one_ahead(asyncio.to_thread(_compute, plan, part) for part in growing(cases, FIRST_PART))
        async with aclosing(computed):
            async for part in computed:
                added.add(part.result)
                await _issue(plan, part, run)
        if added.bills:
            await record(
                approver,
                AuditVerb.BILLS_ISSUED,
                f"bill_run:{run}",
                community=plan.community,
                period=str(plan.schedule.period),
                bills=added.bills,
                total=added.total,
                **accepted.facts,
            )
    return added


@dataclass(frozen=True)
class Part:
    """The bills of some units, the lines to write for each, and what was prepared for writing them."""

    result: RunResult
    lines: list[list[NewLine]]
    ready: Prepared


def _compute(plan: Plan, cases: Sequence[UnitCase]) -> Part:
    """Compute a part of a batch. Pure, so that it may run while the database works."""
    result = compute(plan, cases)
    lines = [[_line(line, plan.book) for line in bill.lines] for bill in result.bills]
    return Part(result, lines, prepare(lines))


async def _issue(plan: Plan, part: Part, run: UUID) -> None:
    drafts = part.result.bills
    if not drafts:
        return
    owners = [(draft.unit.id, draft.debtor) for draft in drafts]
    debtors = await ensure_debtors(plan.community, owners)  # type: ignore[arg-type]
    bills = [
        NewBill(
            unit=owner[0],  # type: ignore[arg-type]
            debtor=debtors[owner],  # type: ignore[index]
            period=draft.lines[0].period,
            due_on=draft.due_on,
            lines=mine,
            due_moved=draft.due_moved,
        )
        for owner, draft, mine in zip(owners, drafts, part.lines, strict=True)
    ]
    on = plan.schedule.issued_on
    await issue_bills(plan.community, bills, kind=BillKind.run, issued_on=on, run=run, ready=part.ready)


def _line(draft: LineDraft, book: Book) -> NewLine:
    item, how = book.items[draft.item], draft.derivation
    days = {"starts_on": str(draft.days.first), "ends_on": str(draft.days.last), "owed_on": str(draft.owed_on)}
    return NewLine(
        item.id,
        item.kind,
        draft.first,
        draft.last,
        draft.amount,
        tariff=how.version.id,  # type: ignore[arg-type]
        part=draft.part,
        supplement=draft.supplement,
        quantity=exact(how.quantity),
        rate=how.version.rate,
        months=str(how.months),
        facts=as_facts(how.facts() | days),
    )

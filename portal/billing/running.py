"""A bill run: preview what a service month would add, and publish it batch by batch, so that it can be resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.billing.drafts import BillDraft, LineDraft, Remark, RunResult
from portal.billing.facts import Book, book_of, cases_of, costs_of, exact, units_of
from portal.billing.issuing import NewBill, NewLine, issue_bills
from portal.billing.rules import Splits, gather, lines_of_unit, shares_by_unit, split_shared_costs
from portal.billing.schedule import Schedule
from portal.billing.states import BillKind
from portal.db import advisory_lock, fetch_value, retrying, unit_of_work
from portal.kit import clock
from portal.kit.period import Month
from portal.tariffs.amounts import Share
from portal.tariffs.rules import UnitFacts
from portal.units.debtors import ensure_debtors

BATCH = 500


@dataclass(frozen=True)
class RunReport:
    """What a run adds, or added. With errors it adds nothing."""

    result: RunResult
    preview: bool

    @property
    def ok(self) -> bool:
        """Whether it may be published."""
        return not self.result.errors

    def as_json(self) -> dict[str, Any]:
        """The figures of interface.md; sums in fen."""
        result = self.result
        counted = result if self.ok else RunResult(result.period, ())
        return {
            "period": str(result.period),
            "bills": len(counted.bills),
            "lines": len(counted.lines),
            "total": counted.total.fen,
            "preview": self.preview,
            "errors": [_remark(remark) for remark in result.errors],
            "warnings": [_remark(remark) for remark in result.warnings],
            "by_item": {item: amount.fen for item, amount in counted.by_item.items()},
            "by_unit": {unit: amount.fen for unit, amount in counted.by_unit.items()},
        }


@dataclass(frozen=True)
class _Plan:
    """What is the same for every unit of a run."""

    schedule: Schedule
    book: Book
    units: Sequence[UnitFacts]
    shares: dict[Any, tuple[Share, ...]]
    errors: tuple[Remark, ...]


async def preview_run(community: int, period: Month, issued_on: date) -> RunReport:
    """What publishing this month would add now; nothing is saved. Months as in `portal bill`."""
    _, found = await _look_ahead(community, period, issued_on)
    return RunReport(found, preview=True)


async def publish_run(community: int, period: Month, issued_on: date, *, approver: str) -> RunReport:
    """Issue what is missing of this month and answer with what was added; nothing if there is any error.

    Units are done in batches, each in its own unit of work under one lock, and looked at afresh there: killed
    and run again, or run twice at once, every line is issued exactly once (I-B4).
    """
    plan, planned = await _look_ahead(community, period, issued_on)
    if planned.errors or not planned.bills:
        return RunReport(planned, preview=False)
    run: UUID | None = None
    done: list[RunResult] = []
    with_bills = {bill.unit.name for bill in planned.bills}
    waiting = iter([unit for unit in plan.units if unit.name in with_bills])
    while batch := list(islice(waiting, BATCH)):
        run, result = await _issue_batch(community, plan, batch, run, approver, planned)
        done.append(result)
    bills = tuple(bill for result in done for bill in result.bills)
    return RunReport(RunResult(period, bills, (), planned.warnings), preview=False)


async def _look_ahead(community: int, period: Month, issued_on: date) -> tuple[_Plan, RunResult]:
    """What a run of this month would add, with the plan it follows, both from one snapshot."""
    async with unit_of_work(community, isolation="REPEATABLE READ", read_only=True):
        plan = await _plan(community, period, issued_on)
        return plan, await _compute(plan, plan.units)


async def _plan(community: int, period: Month, issued_on: date) -> _Plan:
    book = await book_of(community)
    schedule = Schedule(period, issued_on, book.due_rule, book.tariffs)
    units = await units_of(community, issued_on)
    costs, frozen = await costs_of(community, schedule)
    billed: Splits = {cost: {} for cost in frozen}  # a cost that is billed in full is shared no more
    splits, errors = split_shared_costs(costs, units, schedule, billed)
    return _Plan(schedule, book, units, shares_by_unit(splits), errors)


async def _compute(plan: _Plan, units: Sequence[UnitFacts]) -> RunResult:
    cases = await cases_of(units, plan.schedule)
    results = (lines_of_unit(case, plan.schedule, plan.shares.get(case.unit.id, ())) for case in cases)
    return gather(plan.schedule.period, results, plan.errors)


@retrying
async def _issue_batch(
    community: int, plan: _Plan, batch: Sequence[UnitFacts], run: UUID | None, approver: str, planned: RunResult
) -> tuple[UUID | None, RunResult]:
    async with unit_of_work(community):
        await advisory_lock(f"bill-run:{community}")
        result = await _compute(plan, batch)
        if not result.bills:
            return run, result
        run = run or await _open_run(community, plan, approver, planned)
        debtors = await ensure_debtors(community, {(bill.unit.id, bill.debtor) for bill in result.bills})  # type: ignore[misc]
        bills = [_bill(draft, debtors[draft.unit.id, draft.debtor], plan.book) for draft in result.bills]  # type: ignore[index]
        await issue_bills(community, bills, kind=BillKind.run, issued_on=plan.schedule.issued_on, run=run)
        await record(
            approver,
            AuditVerb.BILLS_ISSUED,
            f"bill_run:{run}",
            community=community,
            period=str(plan.schedule.period),
            bills=len(bills),
            total=result.total,
        )
        return run, result


async def _open_run(community: int, plan: _Plan, approver: str, planned: RunResult) -> UUID:
    return await fetch_value(
        "INSERT INTO bill_run (id, community, period, issued_on, approver, bills, lines, total, created_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        community,
        str(plan.schedule.period),
        plan.schedule.issued_on,
        approver,
        len(planned.bills),
        len(planned.lines),
        planned.total.fen,
        clock.now(),
    )


def _bill(draft: BillDraft, debtor: UUID, book: Book) -> NewBill:
    lines = [_line(line, book) for line in draft.lines]
    period = draft.lines[0].period
    return NewBill(draft.unit.id, debtor, period, draft.due_on, lines, draft.due_moved)  # type: ignore[arg-type]


def _line(draft: LineDraft, book: Book) -> NewLine:
    item, how = book.items[draft.item], draft.derivation
    days = {"starts_on": draft.days.first, "ends_on": draft.days.last, "owed_on": draft.owed_on}
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
        facts=how.facts() | {name: day.isoformat() for name, day in days.items()},
    )


def _remark(remark: Remark) -> dict[str, Any]:
    text = remark.message.text % {**remark.message.facts} if remark.message.facts else remark.message.text
    return {"code": remark.code, "unit": remark.unit, "item": remark.item, "message": text}

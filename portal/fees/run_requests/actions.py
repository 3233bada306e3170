"""Request a bill run, approve it under one's own name; the worker previews and publishes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.fees.run_requests.states import RUN_MOVES, RunState
from portal.fees.runs.actions import one_run, publish
from portal.fees.runs.drafts import Remark, RunTotals
from portal.fees.runs.preview import NOTHING_SAID, Accepted, Comparison, Plan, Progress, look_ahead, preview_run
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.engine import alone
from portal.platform.db.unit_of_work import fetch, fetch_one, unit_of_work
from portal.platform.jobs.queue import enqueue

REMARKS = 200  # homes that the desk lists for each cause; `portal bill --preview` prints all
TICK_EACH = N_(
    "Tick each item that is correctly zero. If one is not, import what is missing and request a new preview."
)
SAY_WHY = N_("Explain why these items are zero. The reason is kept with the run.")
NOT_YET = N_("This run cannot be published: its preview has errors, or there is nothing to add.")


async def ask_run(by: Principal, code: str, period: Month, issued_on: date) -> UUID:
    """Ask the worker for the preview of a month. Raises Missing for a community of others."""
    async with unit_of_work(by):
        now = clock.real_now()
        row = await fetch_one(
            "INSERT INTO run_request (id, community, period, issued_on, asked_by, state, done, whole, created_at,"
            " changed_at) SELECT gen_random_uuid(), id, $3, $4, $5, $6, 0, 0, $7, $7 FROM community"
            " WHERE code = $1 AND id = ANY($2) RETURNING id, community",
            code,
            list(by.where(May.run_bills)),
            str(period),
            issued_on,
            by.actor,
            RunState.previewing.value,
            now,
        )
        if row is None:
            raise Missing
        await record(
            by.actor, AuditVerb.RUN_ASKED, f"run_request:{row['id']}", community=row["community"], period=str(period)
        )
        await enqueue("see_to_run", request=str(row["id"]), community=str(row["community"]))
        request: UUID = row["id"]
        return request


async def approve_run(by: Principal, request: UUID, accepted: Accepted = NOTHING_SAID) -> None:
    """Approve a previewed run, which is then published under the name of whoever approved it.

    Raises Missing; Refused if there is nothing to publish, or if the company that the bills name is not known
    (`portal bill` only warns: earlier months are imported before anybody uses the desk); and Invalid unless every
    item that was billed last time and is now zero is accepted with a reason.
    """
    async with unit_of_work(by):
        row = await _for_update(request)
        if row is None or row["community"] not in by.where(May.run_bills):
            raise Missing
        RUN_MOVES.check(row["state"], RunState.publishing)
        report = json.loads(row["report"])
        if report["error_count"] or not report["bills"]:
            raise Refused(NOT_YET)
        (await creditor_of(row["community"])).must_fill(Paper.bill)
        reason = _said_of(report.get("zero", ()), accepted)
        await _move(request, RunState.publishing, approved_by=by.actor, accepted=reason)
        facts = {"period": row["period"], "bills": report["bills"], "total": Money(report["total"]), **reason.facts}
        await record(by.actor, AuditVerb.RUN_APPROVED, f"run_request:{request}", community=row["community"], **facts)
        await enqueue("see_to_run", request=str(request), community=str(row["community"]))


def _said_of(zero: Collection[str], accepted: Accepted) -> Accepted:
    """The accepted items that come to zero. Raises Invalid if an item or the reason is missing."""
    if set(zero) - set(accepted.items):
        raise Invalid("nothing_of", TICK_EACH)
    if zero and not accepted.reason:
        raise Invalid("reason", SAY_WHY)
    return Accepted(tuple(zero), accepted.reason) if zero else NOTHING_SAID


async def see_to_run(*, request: str, community: str) -> None:
    """The worker's part: preview a run, or publish an approved one. After a crash it continues where it stopped."""
    where, which = int(community), UUID(request)
    async with alone(f"run-request:{request}"):
        async with unit_of_work(where, read_only=True):
            row = await fetch_one("SELECT * FROM run_request WHERE id = $1", which)
        if row and row["state"] == RunState.previewing:
            month = Month.parse(row["period"])
            report = await preview_run(where, month, row["issued_on"], progress=_note(where, which))
            await _end(where, which, RunState.previewed, figures(report.totals, report.beside))
        elif row and row["state"] == RunState.publishing:
            await _publish(where, row)


async def _publish(community: int, row: Record) -> None:
    """Publish exactly what was approved. If that has changed, publish nothing and show the new figures."""
    month, on, which = Month.parse(row["period"]), row["issued_on"], row["id"]
    async with one_run(community):
        plan, ahead = await look_ahead(community, month, on)
        if ahead.errors or (ahead.bills and not await _approved(row, plan, ahead)):
            await _end(community, which, RunState.previewed, figures(ahead, plan.beside))
            return
        if ahead.bills:
            progress, accepted = _note(community, which), Accepted.read(row["accepted_zero"])
            await publish(plan, ahead, row["approved_by"], progress, accepted)
        async with unit_of_work(community):
            await _move(which, RunState.published)


async def _approved(row: Record, plan: Plan, ahead: RunTotals) -> bool:
    """Whether what is missing now, plus what was issued since the approval, equals what was approved."""
    report = json.loads(row["report"])
    zero = plan.beside.come_to_nothing(ahead.by_item)
    if not set(zero) <= set(Accepted.read(row["accepted_zero"]).items):
        return False
    async with unit_of_work(plan.community, read_only=True):
        issued = await fetch_one(
            "SELECT count(DISTINCT b.id) AS bills, coalesce(sum(l.amount), 0)::bigint AS fen FROM bill b"
            " JOIN bill_line l ON l.bill = b.id JOIN bill_run r ON r.id = b.bill_run"
            " WHERE r.community = $1 AND r.period = $2 AND r.approver = $3 AND r.created_at >= $4",
            plan.community,
            row["period"],
            row["approved_by"],
            row["approved_at"],
        )
    assert issued
    return (report["bills"], report["total"]) == (ahead.bills + issued["bills"], ahead.total.fen + issued["fen"])


def _note(community: int, request: UUID) -> Progress:
    async def note(done: int, whole: int) -> None:
        async with unit_of_work(community):
            await fetch(
                "UPDATE run_request SET done = $2, whole = $3, changed_at = $4 WHERE id = $1",
                request,
                done,
                whole,
                clock.real_now(),
            )

    return note


async def _end(community: int, request: UUID, state: RunState, report: Mapping[str, Any]) -> None:
    async with unit_of_work(community):
        row = await _for_update(request)
        assert row
        await _move(request, RUN_MOVES.check(row["state"], state), report=json.dumps(report))


async def _move(
    request: UUID, state: RunState, *, approved_by: str | None = None, report: str | None = None,
    accepted: Accepted = NOTHING_SAID,
) -> None:  # fmt: skip
    await fetch(
        "UPDATE run_request SET state = $2, done = 0, whole = 0, changed_at = $3,"
        " approved_by = coalesce($4, approved_by), report = coalesce($6::jsonb, report),"
        " accepted_zero = CASE WHEN $4::text IS NULL THEN accepted_zero ELSE $7::jsonb END,"
        " approved_at = CASE WHEN $4::text IS NULL THEN approved_at ELSE $5::timestamptz END WHERE id = $1",
        request,
        state.value,
        clock.real_now(),
        approved_by,
        clock.now(),
        report,
        accepted.kept,
    )


async def _for_update(request: UUID) -> Record | None:
    return await fetch_one("SELECT * FROM run_request WHERE id = $1 FOR UPDATE", request)


def figures(totals: RunTotals, beside: Comparison) -> dict[str, Any]:
    """The figures of a run that are kept for approval: sums in fen with those of the last time, and its remarks."""
    return {
        "bills": totals.bills,
        "lines": totals.lines,
        "total": totals.total.fen,
        "by_item": totals.by_item,
        "last": {item: {"month": str(then.month), "fen": then.amount.fen} for item, then in beside.last.items()},
        "zero": beside.come_to_nothing(totals.by_item),
        "error_count": len(totals.errors),
        "errors": by_cause(totals.errors),
        "warnings": by_cause(totals.warnings),
    }


def by_cause(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """One entry for each item and cause, in their order, with the count and the first remarks."""
    result: dict[tuple[str | None, str], dict[str, Any]] = {}
    for one in remarks:
        cause = result.setdefault((one.item, one.code), {"item": one.item, "code": one.code, "count": 0, "homes": []})
        cause["count"] += 1
        if len(cause["homes"]) < REMARKS:
            message = {"text": one.message.text, "facts": dict(one.message.facts)}
            cause["homes"].append({"unit": one.unit, "message": message})
    return list(result.values())

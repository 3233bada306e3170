"""Ask for instalments, answer, agree, withdraw; and end what is paid or missed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.communities.queries import today_in
from portal.db import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.holds.actions import hold_case, release
from portal.holds.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.notices.states import NoticeKind
from portal.payments.choosing import lock_bills
from portal.people.principal import Principal, Role
from portal.plans.choosing import LIVE, Wanted, still_owed, wanted
from portal.plans.rules import Keeping, Verdict, judge
from portal.plans.standing import promises_of
from portal.plans.states import PLAN_MOVES, PlanState
from portal.units.debtors import tell_debtor

ANSWERERS = (Role.finance, Role.manager)
SAY_WHY = N_("Write why, in words the owner can understand.")
ENDINGS = {
    Keeping.completed: (PlanState.completed, AuditVerb.PLAN_COMPLETED, NoticeKind.plan_completed),
    Keeping.broken: (PlanState.broken, AuditVerb.PLAN_BROKEN, NoticeKind.plan_broken),
}


@retrying
async def request_plan(
    by: Principal, bills: Sequence[UUID], instalments: int, first_on: date, hardship: str | None = None
) -> UUID:
    """Ask to pay what is payable of some bills in parts; the plan's id. Nothing is held yet.

    Raises what `wanted` raises, and Refused while the debtor has a live plan or request.
    """
    async with unit_of_work(by):
        asked = await wanted(by, bills, instalments, first_on, lock=True)
        plan = await _insert(by, asked, instalments, first_on, hardship)
        await record(
            by.actor,
            AuditVerb.PLAN_REQUESTED,
            f"plan:{plan}",
            community=asked.community,
            total=asked.total,
            instalments=instalments,
            first_on=first_on,
        )
        await _tell(plan, asked.community, asked.debtor, NoticeKind.plan_requested, total=asked.total)
        return plan


async def _insert(by: Principal, asked: Wanted, instalments: int, first_on: date, hardship: str | None) -> UUID:
    plan = await fetch_value(
        "INSERT INTO plan (id, community, debtor, asked_by, total, instalments, first_on, hardship, state, version,"
        " asked_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, 'requested', 1, $8)"
        " ON CONFLICT (debtor) WHERE state IN ('requested', 'countered', 'approved', 'active') DO NOTHING RETURNING id",
        asked.community,
        asked.debtor,
        by.human,
        asked.total.fen,
        instalments,
        first_on,
        hardship or None,
        clock.now(),
    )
    if plan is None:
        raise Refused(LIVE)
    await fetch(
        "INSERT INTO plan_line (id, community, plan, line, amount)"
        " SELECT gen_random_uuid(), $1, $2, * FROM unnest($3::uuid[], $4::bigint[])",
        asked.community,
        plan,
        [line for line, _amount in asked.lines],
        [amount.fen for _line, amount in asked.lines],
    )
    await fetch(
        "INSERT INTO plan_instalment (id, community, plan, number, due_on, amount)"
        " SELECT gen_random_uuid(), $1, $2, * FROM unnest($3::int[], $4::date[], $5::bigint[])",
        asked.community,
        plan,
        [part.number for part in asked.parts],
        [part.due_on for part in asked.parts],
        [part.amount.fen for part in asked.parts],
    )
    return plan


@retrying
async def approve_plan(plan: UUID, *, by: Principal, text: str = "") -> None:
    """Say yes to a request; the owner still has to agree with the text. Raises Refused when what is owed changed."""
    await _answer(plan, PlanState.approved, by, text)


@retrying
async def refuse_plan(plan: UUID, *, by: Principal, text: str) -> None:
    """Say no to a request, with the reasons that the owner will read. Raises Invalid without them."""
    if not text.strip():
        raise Invalid("text", SAY_WHY)
    await _answer(plan, PlanState.refused, by, text)


async def _answer(plan: UUID, to: PlanState, by: Principal, text: str) -> None:
    communities = by.with_role(*ANSWERERS)
    if not communities:
        raise Forbidden
    async with unit_of_work(*communities):
        row = await _locked(plan)
        if row["community"] not in communities:
            raise Missing
        PLAN_MOVES.check(row["state"], to)
        if to is PlanState.approved:
            await still_owed(plan, row["first_on"], await today_in(row["community"]))
        await fetch(
            "UPDATE plan SET state = $2, version = version + 1, answer = $3, answered_at = $4, answered_by ="
            " (SELECT id FROM staff WHERE human = $5 AND community = plan.community) WHERE id = $1",
            plan,
            to.value,
            text.strip() or None,
            clock.now(),
            by.human,
        )
        yes = to is PlanState.approved
        verb = AuditVerb.PLAN_APPROVED if yes else AuditVerb.PLAN_REFUSED
        await record(by.actor, verb, f"plan:{plan}", community=row["community"], reason=text.strip() or None)
        kind = NoticeKind.plan_approved if yes else NoticeKind.plan_refused
        await _tell(plan, row["community"], row["debtor"], kind, answer=text.strip())


@retrying
async def agree_plan(plan: UUID, *, by: Principal, text: str) -> None:
    """Agree with exactly this text: from now on the plan holds everything the debtor owes from being chased.

    Raises Missing for somebody else's plan, Refused when it is not approved or what is owed has changed.
    """
    async with unit_of_work(by):
        row = await _locked(plan, by)
        PLAN_MOVES.check(row["state"], PlanState.active)
        await still_owed(plan, row["first_on"], await today_in(row["community"]))
        sha = hashlib.sha256(text.encode()).hexdigest()
        await fetch(
            "UPDATE plan SET state = 'active', version = version + 1, agreed_text = $2, agreed_sha256 = $3,"
            " agreed_at = $4, agreed_session = $5 WHERE id = $1",
            plan,
            text,
            sha,
            clock.now(),
            by.session,
        )
        await hold_case(row["community"], row["debtor"], HoldReason.plan, plan, by.actor)
        await record(by.actor, AuditVerb.PLAN_AGREED, f"plan:{plan}", community=row["community"], sha256=sha)
        await _tell(plan, row["community"], row["debtor"], NoticeKind.plan_active, first_on=row["first_on"])


@retrying
async def withdraw_plan(plan: UUID, *, by: Principal) -> None:
    """Take back a request, or decline an approved plan. Raises Missing if not theirs, Refused when it runs already."""
    async with unit_of_work(by):
        row = await _locked(plan, by)
        PLAN_MOVES.check(row["state"], PlanState.withdrawn)
        await _end(row, PlanState.withdrawn)
        await record(by.actor, AuditVerb.PLAN_WITHDRAWN, f"plan:{plan}", community=row["community"])


@retrying
async def settle_plan(community: int, plan: UUID, on: date) -> Verdict | None:
    """Complete or break an active plan by what was paid up to `on`; None when it is not active any more."""
    async with unit_of_work(community):
        row = await _locked(plan)
        if row["state"] != PlanState.active:
            return None
        promise = (await promises_of([plan]))[plan]
        verdict = judge(promise.parts, promise.lines, promise.changes, on)
        if verdict.keeping is Keeping.kept:
            return verdict
        state, verb, kind = ENDINGS[verdict.keeping]
        await _end(row, PLAN_MOVES.check(row["state"], state))
        why = "an instalment was missed" if verdict.missed else "everything is paid"
        await release(plan, by="job:plans", why=why)
        await record(
            "job:plans",
            verb,
            f"plan:{plan}",
            community=community,
            reason=why,
            on=verdict.on,
            missed=verdict.missed,
        )
        await _tell(plan, community, row["debtor"], kind, on=verdict.on, missed=verdict.missed)
        return verdict


async def _end(row: asyncpg.Record, state: PlanState) -> None:
    await fetch(
        "UPDATE plan SET state = $2, version = version + 1, ended_at = $3 WHERE id = $1",
        row["id"],
        state.value,
        clock.now(),
    )


async def _locked(plan: UUID, by: Principal | None = None) -> asyncpg.Record:
    """The plan, its bills locked before it (lock order). Raises Missing when not there or not `by`'s."""
    bills = await fetch(
        "SELECT DISTINCT l.bill FROM plan_line p JOIN bill_line l ON l.id = p.line WHERE p.plan = $1", plan
    )
    await lock_bills([row["bill"] for row in bills])
    row = await fetch_one(
        "SELECT id, community, debtor, state, first_on FROM plan WHERE id = $1 AND ($2::uuid[] IS NULL"
        " OR EXISTS (SELECT FROM debtor_member m WHERE m.debtor = plan.debtor AND m.person = ANY($2)))"
        " FOR NO KEY UPDATE",
        plan,
        list(by.persons) if by else None,
    )
    if row is None:
        raise Missing
    return row


async def _tell(plan: UUID, community: int, debtor: UUID, kind: NoticeKind, **facts: object) -> None:
    await tell_debtor(debtor, kind, community=community, subject=f"plan:{plan}", link=f"/plans/{plan}", **facts)

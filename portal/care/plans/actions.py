"""Request instalments, approve, refuse or counter the request, agree, withdraw."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from portal.care.holds.actions import hold_case, leave_alone
from portal.care.plans.choosing import CHANGED, ONE_ALREADY, Wanted, still_owed, wanted
from portal.care.plans.records import ASKED, OFFERED, add_parts, end_plan, locked_plan, tell_owners
from portal.care.plans.rules import schedule
from portal.care.plans.states import PLAN_MOVES, TO_AGREE, PlanState
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import creditor_of, today_in
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

SAY_WHY = N_("Explain why, in plain words.")
SUM_CHANGED = N_(
    "The amount owed has changed since the request. Refuse it for that reason; the owner can ask "
    "again for what is left."
)
TOO_LATE_TO_APPROVE = N_(
    "The requested first date has passed, so the request cannot be approved as it is. Offer a later first date instead."
)
NOTHING_TO_AGREE = N_("There is nothing to agree to now. Check the current state of this plan.")
PAST = N_("The first date of this plan has passed. Withdraw it and ask again with a later date.")


@retrying
async def request_plan(
    by: Principal, bills: Sequence[UUID], instalments: int, first_on: date, hardship: str | None = None
) -> UUID:
    """Ask to pay what is payable on some bills in instalments, and return the plan's id. Nothing is held yet.

    Nobody is contacted until it is answered. If the request says that they cannot pay, everything is paused for two
    weeks, as everywhere else.

    Raises as `wanted` does, and Refused while the debtor has a live plan or request.
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
        await tell_owners(plan, asked.community, asked.debtor, NoticeKind.plan_requested, total=asked.total)
        if hardship:
            await leave_alone(
                asked.community, asked.debtor, uuid4(), by.actor, ""
            )  # the words are stored with the plan
        return plan


async def _insert(by: Principal, asked: Wanted, instalments: int, first_on: date, hardship: str | None) -> UUID:
    plan: UUID = await fetch_value(
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
        raise Refused(ONE_ALREADY)
    await fetch(
        "INSERT INTO plan_line (id, community, plan, line, amount)"
        " SELECT gen_random_uuid(), $1, $2, * FROM unnest($3::uuid[], $4::bigint[])",
        asked.community,
        plan,
        [line for line, _amount in asked.lines],
        [amount.fen for _line, amount in asked.lines],
    )
    await add_parts(asked.community, plan, ASKED, asked.parts)
    return plan


@retrying
async def approve_plan(plan: UUID, *, by: Principal, text: str = "") -> None:
    """Approve a request; the owner still has to agree to the text.

    Raises Refused if it was answered before, the debt has changed or the first date has passed.
    """
    async with _answering(plan, by, PlanState.approved) as row:
        await still_owed(plan, SUM_CHANGED)
        if row["first_on"] < await today_in(row["community"]):
            raise Refused(TOO_LATE_TO_APPROVE)
        await _answer(row, by, PlanState.approved, text)
        await _record(row, by, AuditVerb.PLAN_APPROVED, text)
        await _tell(row, NoticeKind.plan_approved, answer=text.strip())


@retrying
async def refuse_plan(plan: UUID, *, by: Principal, text: str) -> None:
    """Refuse a request with reasons that the owner reads. Raises Invalid without reasons."""
    if not text.strip():
        raise Invalid("text", SAY_WHY)
    async with _answering(plan, by, PlanState.refused) as row:
        await _answer(row, by, PlanState.refused, text)
        await _record(row, by, AuditVerb.PLAN_REFUSED, text)
        await _tell(row, NoticeKind.plan_refused, answer=text.strip())


@retrying
async def counter_plan(plan: UUID, *, by: Principal, instalments: int, first_on: date, text: str) -> None:
    """Offer other instalments for the same sum, with reasons; the owner sees them beside those asked for.

    Raises Invalid without reasons or for impossible instalments, Refused if it was answered before or the debt has
    changed.
    """
    if not text.strip():
        raise Invalid("text", SAY_WHY)
    async with _answering(plan, by, PlanState.countered) as row:
        await still_owed(plan, SUM_CHANGED)
        parts = schedule(Money(row["total"]), instalments, first_on, await today_in(row["community"]))
        await fetch("UPDATE plan SET instalments = $2, first_on = $3 WHERE id = $1", plan, instalments, first_on)
        await _answer(row, by, PlanState.countered, text)
        await add_parts(row["community"], plan, OFFERED, parts)
        await _record(row, by, AuditVerb.PLAN_COUNTERED, text, instalments=instalments, first_on=first_on)
        await _tell(row, NoticeKind.plan_countered, instalments=instalments, first_on=first_on, answer=text.strip())


@asynccontextmanager
async def _answering(plan: UUID, by: Principal, to: PlanState) -> AsyncIterator[asyncpg.Record]:
    """The transaction that answers a request, with its row locked, so that the second of two answers is refused.

    Raises Refused if the agreement could not name the company.
    """
    communities = by.where(May.answer_plans)
    if not communities:
        raise Forbidden
    async with unit_of_work(*communities):
        row = await locked_plan(plan)
        if row["community"] not in communities:
            raise Missing
        PLAN_MOVES.check(row["state"], to)
        if to is not PlanState.refused:
            (await creditor_of(row["community"])).must_fill(Paper.agreement)
        yield row


async def _answer(row: asyncpg.Record, by: Principal, to: PlanState, text: str) -> None:
    await fetch(
        "UPDATE plan SET state = $2, version = version + 1, answer = $3, answered_at = $4, answered_by ="
        " (SELECT id FROM staff WHERE human = $5 AND community = plan.community) WHERE id = $1",
        row["id"],
        to.value,
        text.strip() or None,
        clock.now(),
        by.human,
    )


@retrying
async def agree_plan(plan: UUID, *, by: Principal, text: str) -> None:
    """Agree to exactly this text: from now on the plan holds everything that the debtor owes.

    Raises Missing for somebody else's plan, Refused if nothing waits for agreement or the debt has changed.
    """
    async with unit_of_work(by):
        row = await locked_plan(plan, by)
        if PlanState(row["state"]) not in TO_AGREE:
            raise Refused(NOTHING_TO_AGREE)
        await still_owed(plan, CHANGED)
        if row["first_on"] < await today_in(row["community"]):
            raise Refused(PAST)
        (await creditor_of(row["community"])).must_fill(Paper.agreement)
        sha = hashlib.sha256(text.encode()).hexdigest()
        await fetch(
            "UPDATE plan SET state = 'active', version = version + 1, agreed_text = $2, agreed_sha256 = $3,"
            " agreed_at = $4, agreed_session = $5, agreed_by = $6 WHERE id = $1",
            plan,
            text,
            sha,
            clock.now(),
            by.session,
            by.human,
        )
        await hold_case(row["community"], row["debtor"], HoldReason.plan, plan, by.actor)
        await record(by.actor, AuditVerb.PLAN_AGREED, f"plan:{plan}", community=row["community"], sha256=sha)
        await _tell(row, NoticeKind.plan_active, first_on=row["first_on"])


@retrying
async def withdraw_plan(plan: UUID, *, by: Principal) -> None:
    """Withdraw a request, or decline an offer. Raises Missing if it is not theirs, Refused if it runs already."""
    async with unit_of_work(by):
        row = await locked_plan(plan, by)
        await end_plan(row, PLAN_MOVES.check(row["state"], PlanState.withdrawn))
        await _record(row, by, AuditVerb.PLAN_WITHDRAWN)


async def _record(row: asyncpg.Record, by: Principal, verb: AuditVerb, text: str = "", **facts: object) -> None:
    community, why = row["community"], text.strip() or None
    await record(by.actor, verb, f"plan:{row['id']}", community=community, reason=why, **facts)


async def _tell(row: asyncpg.Record, kind: NoticeKind, **facts: Any) -> None:
    await tell_owners(row["id"], row["community"], row["debtor"], kind, **facts)

"""Complete, break or resume an active plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from asyncpg import Record, UniqueViolationError

from portal.care.holds.actions import hold_case, release
from portal.care.holds.queries import pauses_of
from portal.care.holds.rules import moved
from portal.care.plans.actions import SAY_WHY
from portal.care.plans.choosing import ONE_ALREADY
from portal.care.plans.facts import promises_of
from portal.care.plans.records import end_plan, locked_plan, tell_owners
from portal.care.plans.rules import Keeping, Verdict, missing
from portal.care.plans.states import PLAN_MOVES, PlanState
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import total
from portal.people.estates.queries import today_in
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

ONLY_BROKEN = N_("Only a plan that ended because an instalment was missed can be resumed.")
ONCE = N_("This plan has already been resumed once. The owner can ask for a new one for what is left.")
PAY_FIRST = N_("%(sum)s of the missed instalments is still unpaid. The plan can be resumed once it is paid.")
NOTHING_LEFT = N_("Everything in this plan has been paid. There is nothing to resume.")
JOB = "job:plans"
ENDINGS = {
    Keeping.completed: (PlanState.completed, AuditVerb.PLAN_COMPLETED, NoticeKind.plan_completed),
    Keeping.broken: (PlanState.broken, AuditVerb.PLAN_BROKEN, NoticeKind.plan_broken),
}


@retrying
async def settle_plan(community: int, plan: UUID, on: date) -> Verdict | None:
    """Complete or break an active plan by what was paid up to `on`; None if it is not active any more."""
    async with unit_of_work(community):
        row = await locked_plan(plan)
        if row["state"] != PlanState.active:
            return None
        verdict = await _verdict(plan, row["debtor"], on)
        if verdict.keeping is Keeping.kept:
            return verdict
        state, verb, kind = ENDINGS[verdict.keeping]
        await end_plan(row, PLAN_MOVES.check(row["state"], state))
        why = "an instalment was missed" if verdict.missed else "everything is paid"
        await release(plan, by=JOB, why=why)
        facts = {"on": verdict.on, "missed": verdict.missed}
        await record(JOB, verb, f"plan:{plan}", community=community, reason=why, **facts)
        # With its day, because a plan that was reinstated may end twice.
        await tell_owners(plan, community, row["debtor"], kind, period=str(verdict.on), **facts)
        return verdict


async def _verdict(plan: UUID, debtor: UUID, on: date) -> Verdict:
    """The verdict on a day; days on which the debtors were dead without a known heir extend its dates."""
    promise = (await promises_of([plan]))[plan]
    pauses = (await pauses_of([debtor])).get(debtor, ())
    parts = tuple(replace(part, due_on=moved(part.due_on, pauses, on)) for part in promise.parts)
    return replace(promise, parts=parts).judge(on)


@retrying
async def reinstate_plan(plan: UUID, *, by: Principal, text: str) -> None:
    """Reinstate a broken plan, once, after what was missed has been paid; it holds the case again from now on.

    What was missed has to be paid, not promised: the plan keeps its dates, and no second promise has to be judged.
    Raises Invalid without reasons; Refused if it is not broken, was reinstated before, a missed sum is unpaid, nothing
    is left to pay, or the debtor has another live plan.
    """
    if not text.strip():
        raise Invalid("text", SAY_WHY)
    communities = by.where(May.answer_plans)
    if not communities:
        raise Forbidden
    async with unit_of_work(*communities):
        row = await locked_plan(plan)
        community = row["community"]
        if community not in communities:
            raise Missing
        if row["state"] != PlanState.broken:
            raise Refused(ONLY_BROKEN)
        await _resume(row, by, text.strip())
        await _refuse_unpaid(plan, await today_in(community))
        await hold_case(community, row["debtor"], HoldReason.plan, plan, by.actor)
        await record(by.actor, AuditVerb.PLAN_REINSTATED, f"plan:{plan}", community=community, reason=text.strip())
        await tell_owners(plan, community, row["debtor"], NoticeKind.plan_reinstated, answer=text.strip())


async def _resume(row: Record, by: Principal, text: str) -> None:
    """Write the reason, which is possible once, and set the plan active; the database refuses one without the other."""
    done = await fetch_value(
        "INSERT INTO plan_reinstatement (id, community, plan, body, reinstated_by, reinstated_at)"
        " SELECT gen_random_uuid(), $2, $1, $4, s.id, $5 FROM staff s WHERE s.human = $3 AND s.community = $2"
        " ON CONFLICT (plan) DO NOTHING RETURNING id",
        row["id"],
        row["community"],
        by.human,
        text,
        clock.now(),
    )
    if done is None:
        raise Refused(ONCE)
    try:
        await fetch("UPDATE plan SET state = 'active', version = version + 1 WHERE id = $1", row["id"])
    except UniqueViolationError:
        raise Refused(ONE_ALREADY) from None


async def _refuse_unpaid(plan: UUID, today: date) -> None:
    promise = (await promises_of([plan]))[plan]
    done = promise.covered(today)
    if done >= total(part.amount for part in promise.parts):
        raise Refused(NOTHING_LEFT)
    if sum_ := missing(promise.parts, done, today):
        raise Refused(PAY_FIRST, sum=sum_)

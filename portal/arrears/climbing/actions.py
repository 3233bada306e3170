"""Move a case up one stage through open gates: to stage 2 by the daily job, further by a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from portal.arrears.cases.actions import JOB, refresh_cases, write_change
from portal.arrears.cases.facts import facts_of, kept, standings_of
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.rules import LAST, Facts, Standing
from portal.arrears.cases.states import CaseState, Why
from portal.arrears.cases.terms import policies_of
from portal.arrears.climbing.facts import known_before, known_of
from portal.arrears.climbing.gates import Check, Known, gates_to
from portal.arrears.climbing.notices import tell_climbed
from portal.arrears.climbing.words import condition
from portal.arrears.ladder.queries import ladder_of
from portal.arrears.ladder.rules import Ladder, Policy
from portal.kit import clock
from portal.kit.errors import Forbidden, Refused
from portal.kit.facts import plain
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work

BY_ITSELF = 2  # up to this stage the job records the step; from the next on a person approves each (S9, S10)
TO_STAGE = {2: May.climb_to_calls, 3: May.climb_to_visits, 4: May.climb_to_demands}
CLOSED = N_("This case is closed. No step can be taken.")
LAST_REACHED = N_("The last stage has been reached. What follows are legal steps, each decided by a person.")


@retrying
async def take_step(by: Principal, case: UUID) -> int:
    """Climb to the next stage, and return it.

    Raises Missing for a case of another estate, Forbidden without the role for this step, Refused with the first gate
    that is closed.
    """
    async with unit_of_work(*by.where(May.climb_cases)):
        row = await case_at_desk(by, case, May.climb_cases)
        on = max(clock.today(row["timezone"]), row["looked_on"])
        await refresh_cases(row["community"], [row["debtor"]], on, actor=by.actor)
        ladder = await ladder_of(row["community"], on)
        standing = await _standing(case, row["debtor"], on, ladder)
        if standing.state is CaseState.closed:
            raise Refused(CLOSED)
        if standing.stage >= LAST:
            raise Refused(LAST_REACHED)
        target = standing.stage + 1
        if target in TO_STAGE and not by.may(row["community"], TO_STAGE[target]):
            raise Forbidden
        policy = (await policies_of(ladder, {case: standing}, {case: row["debtor"]}, on))[case]
        known = await known_before(target, case, row["debtor"], on)
        checks = gates_to(target, standing, known, policy, on)
        shut = next((check for check in checks if not check.open), None)
        if shut:
            reason = condition(shut)
            raise Refused(reason.text, **reason.facts)
        facts = await _seen(row["debtor"], on)
        await _climb(
            row["community"],
            case,
            standing=standing,
            facts=facts,
            known=known,
            checks=checks,
            policy=policy,
            on=on,
            actor=by.actor,
        )
        return target


async def climb_by_themselves(community: int, debtors: Sequence[UUID], on: date) -> int:
    """Climb where no person has to approve it, in the caller's unit of work; returns how many climbed."""
    rows = await fetch(
        "SELECT id, debtor FROM arrears_case WHERE debtor = ANY($1::uuid[]) AND state = 'open' AND stage < $2"
        " AND looked_on <= $3 ORDER BY id",
        list(debtors),
        BY_ITSELF,
        on,
    )
    if not rows:
        return 0
    ladder = await ladder_of(community, on)
    cases = {row["id"]: row["debtor"] for row in rows}
    standings = await standings_of(cases, on, ladder)
    ripe = {case: standing for case, standing in standings.items() if standing.by_days > standing.stage}
    known, policies = await known_of(list(ripe), on), await policies_of(ladder, ripe, cases, on)
    climbed = 0
    for case, standing in ripe.items():
        checks = gates_to(standing.stage + 1, standing, known[case], policies[case], on)
        if all(check.open for check in checks):
            facts = await _seen(cases[case], on)
            await _climb(
                community,
                case,
                standing=standing,
                facts=facts,
                known=known[case],
                checks=checks,
                policy=policies[case],
                on=on,
                actor=JOB,
            )
            climbed += 1
    return climbed


async def _climb(
    community: int,
    case: UUID,
    standing: Standing,
    facts: Facts,
    known: Known,
    checks: Sequence[Check],
    policy: Policy,
    on: date,
    actor: str,
) -> None:
    """Record the climb by one stage with the gates as they were (I-C2, I-C6), and notify the debtors."""
    gates = [{"gate": check.gate.value, **check.facts} for check in checks]
    kept_facts = json.loads(kept(facts, standing, on)) | {"gates": gates, "policy": policy.name}
    higher = standing.at(standing.stage + 1)
    await fetch("UPDATE arrears_case SET stage = $2 WHERE id = $1", case, higher.stage)
    await write_change(
        community,
        case,
        standing=higher,
        why=Why.climbed,
        on=on,
        actor=actor,
        facts=json.dumps(kept_facts, default=plain, sort_keys=True),
    )
    await tell_climbed(community, case, higher=higher, checks=checks, known=known, policy=policy, on=on)


async def _seen(debtor: UUID, on: date) -> Facts:
    return (await facts_of([debtor], [on]))[debtor]


async def _standing(case: UUID, debtor: UUID, on: date, ladder: Ladder) -> Standing:
    return (await standings_of({case: debtor}, on, ladder))[case]

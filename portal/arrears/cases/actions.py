"""Look at the cases of debtors and open, change, pause or close them, each with an audit row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from portal.arrears.cases.facts import facts_of, kept, looks_of
from portal.arrears.cases.queries import remember
from portal.arrears.cases.rules import RULE, Standing, changed_on, look
from portal.arrears.cases.states import CaseState, Why
from portal.arrears.ladder.queries import ladder_of
from portal.care.holds.actions import hold_case, release
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value

AGAIN = "an heir can be addressed, or it was a mistake"

# Debtors who have all died without a known heir, and whether their hold on everything is there.
_STILL = """
SELECT d.id, d.community, d.still, EXISTS (SELECT FROM hold h WHERE h.debtor = d.id AND h.source = d.id
    AND h.reason = 'deceased' AND h.released_at IS NULL) AS held
FROM (SELECT d.id, d.community, bool_and(coalesce(s.standing = 'deceased', false)
    OR s.represented_by IS NOT NULL AND s.address IS NULL AND h.phone IS NULL) AS still FROM debtor d
  JOIN debtor_member m ON m.debtor = d.id LEFT JOIN person_now s ON s.person = m.person
  LEFT JOIN person h ON h.id = s.represented_by
  WHERE d.id = ANY($1::uuid[]) GROUP BY d.id, d.community) d ORDER BY d.id
"""


async def keep_still(debtors: Sequence[UUID], *, actor: str) -> None:
    """Hold everything of debtors who have all died, and release it as soon as there is somebody to address.

    Part of the caller's unit of work; nothing to change is fine. The source of the hold is the debtor.
    """
    for row in await fetch(_STILL, list(debtors)):
        if row["still"] and not row["held"]:
            await hold_case(row["community"], row["id"], HoldReason.deceased, row["id"], actor)
        elif row["held"] and not row["still"]:
            await release(row["id"], by=actor, why=AGAIN)


JOB = "job:arrears"
VERBS = {Why.opened: AuditVerb.CASE_OPENED, Why.settled: AuditVerb.CASE_CLOSED}


async def refresh_cases(community: int, debtors: Sequence[UUID], on: date, *, actor: str) -> list[Why]:
    """Bring the cases of some debtors up to date, with days counted to `on`; returns what changed.

    Part of the caller's unit of work. Locks their bills by id, so that no payment, dispute or plan comes in between.
    A day before the last look changes nothing: nothing that was done is undone (I-T3).
    """
    await fetch(
        "SELECT id FROM bill WHERE debtor = ANY($1::uuid[]) AND due_on < $2 ORDER BY id FOR NO KEY UPDATE",
        list(debtors),
        on,
    )
    await keep_still(debtors, actor=actor)
    later = await fetch(
        "SELECT DISTINCT debtor FROM arrears_case WHERE debtor = ANY($1::uuid[]) AND looked_on > $2", list(debtors), on
    )
    mine = sorted(set(debtors) - {row["debtor"] for row in later})
    cases = {
        row["debtor"]: row["id"]
        for row in await fetch(
            "SELECT id, debtor FROM arrears_case WHERE debtor = ANY($1::uuid[]) AND state <> 'closed'"
            " ORDER BY id FOR NO KEY UPDATE",
            mine,
        )
    }
    result = await facts_of(mine, [on] * len(mine))
    looks = await looks_of({case: debtor for debtor, case in cases.items()}, result)
    small = (await ladder_of(community, on)).terms.small_balance
    changes, same = [], []
    for debtor in mine:
        case = cases.get(debtor)
        facts, before = looks[case] if case else (result[debtor], None)
        standing = look(facts, before, on, small)
        if standing is None:
            continue
        if standing.why is None:
            same.append(case)
            continue
        if case:
            await _update(case, standing, on)
        else:
            case = await _open(community, debtor, standing, on)
        day = changed_on(facts, before, standing, on)
        await write_change(
            community, case, standing=standing, why=standing.why, on=day, actor=actor, facts=kept(facts, standing, on)
        )
        changes.append(standing.why)
    await fetch("UPDATE arrears_case SET looked_on = $2 WHERE id = ANY($1::uuid[])", same, on)
    await remember(mine, on, small)
    return changes


async def _open(community: int, debtor: UUID, standing: Standing, on: date) -> UUID:
    case: UUID = await fetch_value(
        "INSERT INTO arrears_case (id, community, unit, debtor, state, stage, opened_on, looked_on)"
        " SELECT gen_random_uuid(), $1, unit, id, $3, $4, $5, $5 FROM debtor WHERE id = $2 RETURNING id",
        community,
        debtor,
        standing.state.value,
        standing.stage,
        on,
    )
    return case


async def _update(case: UUID, standing: Standing, on: date) -> None:
    await fetch(
        "UPDATE arrears_case SET state = $2, stage = $3, looked_on = $4, closed_on = $5 WHERE id = $1",
        case,
        standing.state.value,
        standing.stage,
        on,
        on if standing.state is CaseState.closed else None,
    )


async def write_change(
    community: int, case: UUID, standing: Standing, why: Why, on: date, actor: str, facts: str
) -> None:
    """Add a change to a case's history, with its facts (JSON) and its audit row; in the caller's unit of work."""
    await fetch(
        "INSERT INTO case_stage (id, community, arrears_case, changed_on, state, stage, why, actor, rule, facts, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        community,
        case,
        on,
        standing.state.value,
        standing.stage,
        why.value,
        actor,
        RULE,
        facts,
        clock.now(),
    )
    await record(
        actor,
        VERBS.get(why, AuditVerb.CASE_CHANGED),
        f"case:{case}",
        community=community,
        reason=why.value,
        state=standing.state,
        stage=standing.stage,
        overdue=standing.overdue,
        chaseable=standing.chaseable,
        on=on,
    )

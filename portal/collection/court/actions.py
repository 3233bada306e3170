"""Prepare a claim: the amounts, line by line, and the facts in its document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.states import CaseState
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.arrears.climbing.words import condition
from portal.collection.court.facts import gates_of_case
from portal.collection.letters.facts import stated_facts
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.facts import plain
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import Money
from portal.people.estates.creditor import Paper
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work

CLOSED = N_("This case is closed. There is nothing to claim.")
NOT_DEMANDED = N_(
    "What can be chased now has not been demanded yet. Write a demand and wait until its deadline has passed."
)
NO_LIMIT = N_("Enter the current limit for small claims in your province, and its source.")
ABOVE = N_("%(sum)s is above the limit of %(limit)s. File an ordinary lawsuit instead.")
ONLY_SMALL = N_("The limit applies only to small claims. Leave it empty.")

_LINES = """
SELECT o.line AS id, o.outstanding - o.held - o.covered AS amount FROM owed_by($1) o
WHERE o.due_on < $2 AND o.outstanding > o.held + o.covered AND NOT o.fund ORDER BY o.due_on, o.number, o.position
"""
_DEMAND = """
SELECT f.on_day, f.outcome FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor
LEFT JOIN person_now s ON s.person = m.person
LEFT JOIN LATERAL (SELECT o.on_day, o.outcome FROM contact o WHERE o.arrears_case = k.id AND o.channel = 'demand'
  AND o.proves AND o.person = m.person ORDER BY o.on_day, o.at LIMIT 1) f ON true
WHERE k.id = $1 AND s.standing IS DISTINCT FROM 'deceased' ORDER BY f.on_day DESC NULLS FIRST LIMIT 1
"""


@retrying
async def prepare_claim(
    by: Principal, case: UUID, kind: ClaimKind, *, limit: Money | None = None, source: str = "", once: str | None = None
) -> UUID:
    """Prepare a claim dated today, and return its id. A small claim states its `limit` and `source`.

    Mediators are asked for all that may be chased, a court for what was demanded in time (Civil Code 944). Neither
    includes the maintenance fund, which belongs to all owners: the company cannot claim it.

    Raises Missing; Refused for a closed case and with the first gate that is closed; Invalid for a limit that is
    missing, exceeded, or not needed.
    """
    claim = id_of(by.human, once)
    async with unit_of_work(*by.where(May.bring_claims)):
        row = await case_at_desk(by, case, May.bring_claims)
        if await fetch_value("SELECT id FROM claim WHERE id = $1", claim):
            return claim
        on = max(clock.today(row["timezone"]), row["looked_on"])
        await refresh_cases(row["community"], [row["debtor"]], on, actor=by.actor)
        if await is_closed(case):
            raise Refused(CLOSED)
        looked = await gates_of_case(case, row["debtor"], row["community"], on)
        shut = next((check for check in looked.gates[kind] if not check.open), None)
        if shut:
            reason = condition(shut)
            raise Refused(reason.text, **reason.facts)
        due_before = on if kind is ClaimKind.mediation else looked.demanded or on
        lines = {one["id"]: Money(one["amount"]) for one in await fetch(_LINES, row["debtor"], due_before)}
        if not lines:
            raise Refused(NOT_DEMANDED)
        _limited(kind, Money(sum(amount.fen for amount in lines.values())), limit, source)
        more = {"limit": limit, "source": source} if limit else {}
        await write_claim(by, row, claim=claim, kind=kind, lines=lines, more=more, on=on, due_before=due_before)
    return claim


async def is_closed(case: UUID) -> bool:
    """Whether nothing is overdue any more; looks at the case again in the caller's transaction."""
    state: str = await fetch_value("SELECT state FROM arrears_case WHERE id = $1", case)
    return state == CaseState.closed


def _limited(kind: ClaimKind, amount: Money, limit: Money | None, source: str) -> None:
    """A small claim is at most half of a year's average wage in the province (Civil Procedure Law 165)."""
    if kind is not ClaimKind.small_claim:
        if limit or source:
            raise Invalid("limit" if limit else "source", ONLY_SMALL)
        return
    if not limit or not source:
        raise Invalid("source" if limit else "limit", NO_LIMIT)
    if amount > limit:
        raise Invalid("limit", ABOVE, sum=amount, limit=limit)


async def write_claim(
    by: Principal,
    case: Record,
    claim: UUID,
    kind: ClaimKind,
    lines: Mapping[UUID, Money],
    more: Mapping[str, object],
    on: date,
    due_before: date | None = None,
) -> None:
    """Write a claim for some lines (with the sum claimed of each) and its first step, in the caller's unit of work.

    Its document has the lines due before a day, by default today. Raises Refused if details of the company that it must
    name are missing.
    """
    community, amount = case["community"], Money(sum(one.fen for one in lines.values()))
    names = Paper.mediation if kind is ClaimKind.mediation else Paper.suit
    facts = (
        await stated_facts(case["debtor"], due_before or on, names) | {"demand": await _demand(case["id"])} | dict(more)
    )
    me = await staff_of(by, community)
    await fetch(
        "INSERT INTO claim (id, community, debtor, kind, state, amount, facts, by_staff, at)"
        " VALUES ($1, $2, $3, $4, 'prepared', $5, $6::jsonb, $7, $8)",
        claim,
        community,
        case["debtor"],
        kind.value,
        amount.fen,
        json.dumps(facts, default=plain, ensure_ascii=False, sort_keys=True),
        me,
        clock.now(),
    )
    await fetch(
        "INSERT INTO claim_line (id, community, claim, line, amount)"
        " SELECT gen_random_uuid(), $1, $2, x.line, x.amount FROM unnest($3::uuid[], $4::bigint[]) AS x (line, amount)",
        community,
        claim,
        list(lines),
        [one.fen for one in lines.values()],
    )
    await write_step(claim, community, ClaimState.prepared, on, me)
    audited = {"community": community, "case": case["id"], "kind": kind, "amount": amount}
    await record(by.actor, AuditVerb.CLAIM_PREPARED, f"claim:{claim}", **audited)


async def _demand(case: UUID) -> dict[str, str] | None:
    """The day on which the demand had reached all debtors, and how it reached the last; None before that."""
    row = await fetch_one(_DEMAND, case)
    return {"on": row["on_day"].isoformat(), "how": row["outcome"]} if row and row["on_day"] else None


async def write_step(
    claim: UUID,
    community: int,
    state: ClaimState,
    on: date,
    staff: UUID,
    reference: str = "",
    body: str = "",
) -> None:
    """Add a step to a claim, in the caller's unit of work."""
    await fetch(
        "INSERT INTO claim_step (id, community, claim, state, on_day, reference, body, by_staff, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8)",
        community,
        claim,
        state.value,
        on,
        reference.strip() or None,
        body.strip() or None,
        staff,
        clock.now(),
    )

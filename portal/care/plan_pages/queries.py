"""Plans for their readers: owners see their own, staff those of their estates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from portal.care.plans.choosing import lines_of
from portal.care.plans.facts import promises_of
from portal.care.plans.rows import PlanPage, PlanRow, Reinstatement
from portal.care.plans.rules import ANSWER_DAYS, PartRow, answer_by, missing, progress
from portal.care.plans.states import PlanState
from portal.care.plans.terms import terms
from portal.homes.units.standing import members_of, standing_of
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.money import ZERO, Money
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 40


@dataclass(frozen=True)
class PlanList:
    """A page of plans, with the number of all that wait for an answer, and of those that wait too long."""

    plans: list[PlanRow]
    waiting: int
    late: int
    page: int
    pages: int


# Whether a plan p in its community c waits for an answer whose last day has passed at the moment in braces.
LATE = f"""(p.state = 'requested' AND (p.asked_at AT TIME ZONE c.timezone)::date + {ANSWER_DAYS}
  < ({{}}::timestamptz AT TIME ZONE c.timezone)::date)"""
_ROWS = """
SELECT p.*, u.name AS unit, c.name AS estate, c.timezone, s.name AS staff_name, count(*) OVER () AS found,
  (SELECT string_agg(name, '、' ORDER BY external_id) FROM person
   WHERE human = p.agreed_by AND community = p.community) AS agreed_name,
  r.body AS reinstated_because, r.reinstated_at, rs.name AS reinstated_by,
  (SELECT names FROM debtor_names n WHERE n.debtor = p.debtor) AS people
FROM plan p JOIN debtor d ON d.id = p.debtor JOIN unit u ON u.id = d.unit JOIN community c ON c.id = p.community
LEFT JOIN staff s ON s.id = p.answered_by
LEFT JOIN plan_reinstatement r ON r.plan = p.id LEFT JOIN staff rs ON rs.id = r.reinstated_by
"""


_LATE_NOW = LATE.format("$5")


@reading
async def plans_of(by: Principal) -> list[PlanRow]:
    """A person's plans and requests, newest first."""
    rows = await fetch(
        _ROWS + " WHERE EXISTS (SELECT FROM debtor_member m WHERE m.debtor = p.debtor AND m.person = ANY($1::uuid[]))"
        " ORDER BY p.asked_at DESC, p.id",
        list(by.persons),
    )
    return await _listed(rows)


@reading
async def plan_of(by: Principal, plan: UUID) -> PlanPage:
    """A person's plan. Raises Missing if it is not theirs."""
    row = await fetch_one(
        _ROWS + " WHERE p.id = $1"
        " AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = p.debtor AND m.person = ANY($2::uuid[]))",
        plan,
        list(by.persons),
    )
    if row is None:
        raise Missing
    return await _shown(row, hardship=row["asked_by"] == by.human, may_answer=False)


@reading
async def plans_on_desk(by: Principal, state: PlanState | None = None, page: int = 1) -> PlanList:
    """The plans in a staff member's communities, of one state or all; the late ones first, then the newest."""
    communities = list(by.where(May.read_plans))
    rows = await fetch(
        _ROWS + " WHERE p.community = ANY($1::int[]) AND ($2::text IS NULL OR p.state = $2)"
        f" ORDER BY {_LATE_NOW} DESC, CASE WHEN {_LATE_NOW} THEN p.asked_at END, p.asked_at DESC, p.id"
        " LIMIT $3 OFFSET $4",
        communities,
        state.value if state else None,
        PER_PAGE,
        offset(page, PER_PAGE),
        clock.now(),
    )
    found = rows[0]["found"] if rows else 0
    waiting = await fetch_one(
        f"SELECT count(*) AS all_, count(*) FILTER (WHERE {LATE.format('$2')}) AS late FROM plan p"
        " JOIN community c ON c.id = p.community WHERE p.state = 'requested' AND p.community = ANY($1::int[])",
        communities,
        clock.now(),
    )
    assert waiting
    return PlanList(
        plans=await _listed(rows),
        waiting=waiting["all_"],
        late=waiting["late"],
        page=max(page, 1),
        pages=pages(found, PER_PAGE),
    )


@reading
async def plan_on_desk(by: Principal, plan: UUID) -> PlanPage:
    """A plan for staff. Raises Missing in communities where they have no role to read it."""
    row = await fetch_one(
        _ROWS + " WHERE p.id = $1 AND p.community = ANY($2::int[])", plan, list(by.where(May.read_plans))
    )
    if row is None:
        raise Missing
    may_read = by.may(row["community"], May.read_hardship)
    return await _shown(row, hardship=may_read, may_answer=by.may(row["community"], May.answer_plans))


async def _listed(rows: list[Record]) -> list[PlanRow]:
    promises = await promises_of([row["id"] for row in rows])
    result = []
    for row in rows:
        promise, today = promises[row["id"]], clock.today(row["timezone"])
        done = promise.covered(today) if row["agreed_at"] else ZERO
        parts = progress(promise.parts, done, today)
        result.append(_row(row, done, parts, today))
    return result


def _row(row: Record, done: Money, parts: tuple[PartRow, ...], today: date) -> PlanRow:
    running = row["state"] == PlanState.active
    last_day = answer_by(row["asked_at"].astimezone(ZoneInfo(row["timezone"])).date())
    return PlanRow(
        id=row["id"],
        unit=row["unit"],
        estate=row["estate"],
        state=PlanState(row["state"]),
        total=Money(row["total"]),
        instalments=row["instalments"],
        first_on=row["first_on"],
        asked_at=row["asked_at"],
        people=row["people"] or "",
        paid=done,
        next_due=next((one.part for one in parts if one.left), None) if running else None,
        answer_by=last_day,
        late=row["state"] == PlanState.requested and last_day < today,
    )


async def _shown(row: Record, *, hardship: bool, may_answer: bool) -> PlanPage:
    promise, today = (await promises_of([row["id"]]))[row["id"]], clock.today(row["timezone"])
    done = promise.covered(today) if row["agreed_at"] else ZERO
    # Before it is agreed, after it has ended, and on its way: dates are only late while the plan runs.
    on = today if row["state"] in (PlanState.active, PlanState.broken) else date.min
    parts = progress(promise.parts, done, on)
    lines = await lines_of(row["id"])
    members = (await members_of([row["debtor"]], [today]))[row["debtor"]]
    return PlanPage(
        plan=_row(row, done, parts, today),
        community=row["community"],
        estate=row["estate"],
        zone=row["timezone"],
        today=today,
        parts=parts,
        asked=promise.asked,
        lines=lines,
        terms=terms(
            await creditor_of(row["community"]),
            "、".join(member.name for member in members if member.reachable) or row["people"] or "",
            standing=standing_of(members),
            unit=row["unit"],
            amount=Money(row["total"]),
            parts=promise.parts,
            months=sorted({li.period for li in lines}),
        ),
        hardship=row["hardship"] if hardship else None,
        answer=row["answer"],
        answered_at=row["answered_at"],
        answered_by=row["staff_name"],
        agreed_text=row["agreed_text"],
        agreed_at=row["agreed_at"],
        agreed_sha256=row["agreed_sha256"],
        agreed_session=row["agreed_session"],
        agreed_by=row["agreed_name"],
        reinstatement=Reinstatement(body=row["reinstated_because"], at=row["reinstated_at"], by=row["reinstated_by"])
        if row["reinstated_at"]
        else None,
        missed=missing(promise.parts, done, today) if row["state"] == PlanState.broken else ZERO,
        may_answer=may_answer,
    )

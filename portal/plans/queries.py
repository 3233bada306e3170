"""What the pages about instalments show: to the owner their own, to staff those of their communities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.db import fetch, fetch_one, reading
from portal.kit import clock
from portal.kit.bilingual import Bilingual
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.kit.money import ZERO, Money
from portal.kit.paging import offset, pages
from portal.kit.period import Month
from portal.people.principal import Principal, Role
from portal.plans.rules import Part, PartRow, covered, progress
from portal.plans.standing import promises_of
from portal.plans.states import PLAN_MOVES, PlanState
from portal.plans.terms import terms

READERS = (Role.service, Role.steward, Role.finance, Role.manager, Role.legal)
HARDSHIP_READERS = (Role.finance, Role.manager)  # what somebody tells of their hardship is for those who decide
PER_PAGE = 40


@dataclass(frozen=True)
class PlanRow:
    """A plan in a list. `next_due` is the first instalment that is not covered."""

    id: UUID
    unit: str
    state: PlanState
    total: Money
    instalments: int
    first_on: date
    asked_at: datetime
    people: str
    paid: Money
    next_due: Part | None

    @property
    def waits(self) -> bool:
        """Whether staff must answer."""
        return self.state is PlanState.requested


@dataclass(frozen=True)
class PlanLineRow:
    """A line in a plan."""

    bill: UUID
    line: UUID
    period: Month
    item: Bilingual
    due_on: date
    amount: Money


@dataclass(frozen=True)
class PlanPage:
    """A plan with everything its reader may know of it. `hardship` is None for whom it is not meant."""

    plan: PlanRow
    community: int
    estate: str
    zone: str
    parts: tuple[PartRow, ...]
    lines: list[PlanLineRow]
    terms: tuple[Sentence, ...]
    hardship: str | None
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    agreed_text: str | None
    agreed_at: datetime | None
    agreed_sha256: str | None
    may_answer: bool

    @property
    def can_be_agreed(self) -> bool:
        """Whether the owner can say yes now."""
        return self.plan.state is PlanState.approved

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether the owner can take it back."""
        return PLAN_MOVES.allows(self.plan.state, PlanState.withdrawn)

    @property
    def can_be_answered(self) -> bool:
        """Whether this reader can approve or refuse it now."""
        return self.may_answer and self.plan.waits


@dataclass(frozen=True)
class PlanList:
    """A page of plans, newest first, with how many wait for an answer in all."""

    plans: list[PlanRow]
    waiting: int
    page: int
    pages: int


_ROWS = """
SELECT p.*, u.name AS unit, c.name AS estate, c.timezone, s.name AS staff_name, count(*) OVER () AS found,
  (SELECT names FROM debtor_names n WHERE n.debtor = p.debtor) AS people
FROM plan p JOIN debtor d ON d.id = p.debtor JOIN unit u ON u.id = d.unit JOIN community c ON c.id = p.community
LEFT JOIN staff s ON s.id = p.answered_by
"""


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
    """A person's plan. Raises Missing when it is not theirs."""
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
    """The plans of a member of staff's communities, newest first; one state, or all."""
    communities = list(by.with_role(*READERS))
    rows = await fetch(
        _ROWS + " WHERE p.community = ANY($1::int[]) AND ($2::text IS NULL OR p.state = $2)"
        " ORDER BY p.asked_at DESC, p.id LIMIT $3 OFFSET $4",
        communities,
        state.value if state else None,
        PER_PAGE,
        offset(page, PER_PAGE),
    )
    found = rows[0]["found"] if rows else 0
    return PlanList(await _listed(rows), await waiting(by), max(page, 1), pages(found, PER_PAGE))


@reading
async def waiting(by: Principal) -> int:
    """How many requests wait for an answer in this person's communities."""
    row = await fetch_one(
        "SELECT count(*) AS n FROM plan WHERE state = 'requested' AND community = ANY($1::int[])",
        list(by.with_role(*READERS)),
    )
    return row["n"] if row else 0


@reading
async def plan_on_desk(by: Principal, plan: UUID) -> PlanPage:
    """A plan for staff. Raises Missing in communities where they have no role to read it."""
    row = await fetch_one(
        _ROWS + " WHERE p.id = $1 AND p.community = ANY($2::int[])", plan, list(by.with_role(*READERS))
    )
    if row is None:
        raise Missing
    decides = by.may(row["community"], *HARDSHIP_READERS)
    return await _shown(row, hardship=decides, may_answer=decides)


async def _listed(rows: list[Record]) -> list[PlanRow]:
    promises = await promises_of([row["id"] for row in rows])
    found = []
    for row in rows:
        promise, today = promises[row["id"]], clock.today(row["timezone"])
        done = covered(promise.lines, promise.changes, today) if row["agreed_at"] else ZERO
        parts = progress(promise.parts, done, today)
        found.append(_row(row, done, parts))
    return found


def _row(row: Record, done: Money, parts: tuple[PartRow, ...]) -> PlanRow:
    running = row["state"] == PlanState.active
    return PlanRow(
        row["id"],
        row["unit"],
        PlanState(row["state"]),
        Money(row["total"]),
        row["instalments"],
        row["first_on"],
        row["asked_at"],
        row["people"] or "",
        done,
        next((one.part for one in parts if one.left), None) if running else None,
    )


async def _shown(row: Record, *, hardship: bool, may_answer: bool) -> PlanPage:
    promise, today = (await promises_of([row["id"]]))[row["id"]], clock.today(row["timezone"])
    done = covered(promise.lines, promise.changes, today) if row["agreed_at"] else ZERO
    # Before it is agreed, after it has ended, and on its way: dates are only late while the plan runs.
    on = today if row["state"] in (PlanState.active, PlanState.broken) else date.min
    parts = progress(promise.parts, done, on)
    lines = await _lines(row["id"])
    return PlanPage(
        plan=_row(row, done, parts),
        community=row["community"],
        estate=row["estate"],
        zone=row["timezone"],
        parts=parts,
        lines=lines,
        terms=terms(
            row["estate"], row["unit"], Money(row["total"]), promise.parts, sorted({li.period for li in lines})
        ),
        hardship=row["hardship"] if hardship else None,
        answer=row["answer"],
        answered_at=row["answered_at"],
        answered_by=row["staff_name"],
        agreed_text=row["agreed_text"],
        agreed_at=row["agreed_at"],
        agreed_sha256=row["agreed_sha256"],
        may_answer=may_answer,
    )


async def _lines(plan: UUID) -> list[PlanLineRow]:
    rows = await fetch(
        "SELECT l.bill, l.id, b.period, i.name_zh, i.name_en, b.due_on, pl.amount FROM plan_line pl"
        " JOIN bill_line l ON l.id = pl.line JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item"
        " WHERE pl.plan = $1 ORDER BY b.due_on, b.number, l.position",
        plan,
    )
    return [
        PlanLineRow(
            row["bill"],
            row["id"],
            Month.parse(row["period"]),
            Bilingual(row["name_zh"], row["name_en"]),
            row["due_on"],
            Money(row["amount"]),
        )
        for row in rows
    ]

"""Claims for staff: the queue, a case's claims with the conditions of each, and one claim with its steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.arrears.case_file.contact_log import Condition
from portal.arrears.case_file.rows import CaseRow, rows_where, standing_cases
from portal.arrears.cases.rules import LAST
from portal.arrears.claims.queries import LineLeft, lines_left_of
from portal.arrears.claims.rules import due_by, task_of
from portal.arrears.claims.states import LIVE, MOVES, ClaimKind, ClaimState, Task
from portal.arrears.climbing.words import condition
from portal.collection.court.facts import gates_of_case
from portal.collection.court.words import ADVICE, LATE, TASKS
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading
from portal.platform.files.queries import PhotoRow, photo_of, photos_of

PER_PAGE = 50

_ROWS = """
SELECT c.*, u.name AS unit, e.name AS estate, e.timezone, s.on_day AS since, k.id AS arrears_case,
  w.claimed, w.left_over
FROM claim c JOIN claim_balance w ON w.claim = c.id
JOIN debtor d ON d.id = c.debtor JOIN unit u ON u.id = d.unit JOIN community e ON e.id = c.community
JOIN claim_step s ON s.claim = c.id AND s.state = c.state
JOIN LATERAL (SELECT id FROM arrears_case k WHERE k.debtor = c.debtor ORDER BY k.opened_on DESC, k.id LIMIT 1) k
  ON true
"""
_UNDER_WAY = _ROWS + " WHERE c.community = ANY($1::int[]) AND c.state = ANY($2)"
_TO_CHANGE = _UNDER_WAY + " AND w.claimed <> w.left_over ORDER BY u.sort_key, c.id"
_OF_DEBTOR = _ROWS + " WHERE c.debtor = $1 ORDER BY c.at DESC, c.id"
_ONE = _ROWS + " WHERE c.id = $1 AND c.community = ANY($2::int[])"
# Homes at the last stage that no path is under way for.
_TO_DECIDE = """
k.community = ANY($1::int[]) AND k.state = 'open' AND k.stage = $2
AND NOT EXISTS (SELECT FROM claim c WHERE c.debtor = k.debtor AND c.state = ANY($3))
"""
_STEPS = """
SELECT s.state, s.on_day AS "on", s.reference, s.body, f.name AS by FROM claim_step s JOIN staff f ON f.id = s.by_staff
WHERE s.claim = $1 ORDER BY s.on_day, s.at, s.id
"""
_CHANGES = """
SELECT x.on_day AS "on", x.amount, x.reference, x.body, f.name AS by FROM claim_change x
JOIN staff f ON f.id = x.by_staff WHERE x.claim = $1 ORDER BY x.at, x.id
"""
_TOLD = 'SELECT at, amount AS "left" FROM claim_left WHERE claim = $1 ORDER BY number'


@dataclass(frozen=True)
class ClaimRow:
    """A claim with its state, since when it has it, and by when the next step is due.

    It was filed for `amount`, asks for `claimed` now, and `left` of its charges may still be asked for; `task` is what
    to do if these differ.
    """

    id: UUID
    case: UUID
    unit: str
    estate: str
    kind: ClaimKind
    state: ClaimState
    amount: Money
    since: date
    due: date | None
    late: bool
    claimed: Money
    left: Money
    task: Task | None

    @property
    def paid(self) -> bool:
        """Whether it is not over although nothing of it is left."""
        return self.task is Task.withdraw or (self.task is Task.renew and not self.left)

    @property
    def advice(self) -> Sentence | None:
        """What to do now, if that is not obvious."""
        if self.task:
            return Sentence(TASKS[self.task], {"left": self.left, "claimed": self.claimed})
        words = LATE if self.late else ADVICE.get((self.kind, self.state))
        return Sentence(words) if words else None


@dataclass(frozen=True)
class ClaimQueue:
    """Claims that are not over: those whose sum has to change first, then the late ones; and homes without one."""

    rows: list[ClaimRow]
    found: int
    late: int
    paid: int
    to_change: int
    to_decide: list[CaseRow]
    page: int
    pages: int


@dataclass(frozen=True)
class StepRow:
    """A step of a claim: the event, its day, its document, and who recorded it."""

    state: ClaimState
    on: date
    reference: str | None
    body: str | None
    by: str


@dataclass(frozen=True)
class ChangeRow:
    """The sum of a claim from a day on; who recorded it, and its document."""

    on: date
    amount: Money
    reference: str | None
    body: str | None
    by: str


@dataclass(frozen=True)
class ToldRow:
    """How much of a claim was left from a moment on, as this page showed it."""

    at: datetime
    left: Money


@dataclass(frozen=True)
class ClaimPage:
    """A claim with its facts, lines, steps, changes, documents, and the possible next steps."""

    row: ClaimRow
    facts: dict[str, Any]
    at: datetime
    lines: list[LineLeft]
    steps: list[StepRow]
    changes: list[ChangeRow]
    told: list[ToldRow]
    photos: list[PhotoRow]
    following: list[ClaimState]

    @property
    def changeable(self) -> bool:
        """Whether its sum may change: it was filed and is not over."""
        return self.row.state in LIVE and self.row.state is not ClaimState.prepared


@dataclass(frozen=True)
class PathRow:
    """A path with its gates in words."""

    kind: ClaimKind
    gates: list[Condition]

    @property
    def open(self) -> bool:
        """Whether it can be taken now."""
        return all(gate.open for gate in self.gates)


@dataclass(frozen=True)
class Paths:
    """The claims of a case, and each path with its gates; none for a closed case."""

    case: CaseRow
    claims: list[ClaimRow]
    paths: list[PathRow]


def _row(row: Record) -> ClaimRow:
    kind, state = ClaimKind(row["kind"]), ClaimState(row["state"])
    due = due_by(kind, state, row["since"])
    return ClaimRow(
        id=row["id"],
        case=row["arrears_case"],
        unit=row["unit"],
        estate=row["estate"],
        kind=kind,
        state=state,
        amount=Money(row["amount"]),
        since=row["since"],
        due=due,
        late=due is not None and clock.today(row["timezone"]) > due,
        claimed=Money(row["claimed"]),
        left=Money(row["left_over"]),
        task=task_of(state, Money(row["claimed"]), Money(row["left_over"])),
    )


@reading
async def claim_queue(by: Principal, page: int = 1) -> ClaimQueue:
    """Claims of the reader's communities that are not over, by due date, and homes without one."""
    communities, live = list(by.where(May.read_cases)), [state.value for state in LIVE]
    rows = [_row(row) for row in await fetch(_UNDER_WAY, communities, live)]
    rows.sort(key=lambda one: (not one.paid, one.task is None, one.due or date.max, one.unit, one.id))
    start = offset(page, PER_PAGE)
    return ClaimQueue(
        rows=rows[start : start + PER_PAGE],
        found=len(rows),
        late=sum(one.late for one in rows),
        paid=sum(one.paid for one in rows),
        to_change=sum(one.task is not None for one in rows),
        to_decide=await standing_cases(await rows_where(_TO_DECIDE, communities, LAST, live)),
        page=max(page, 1),
        pages=pages(len(rows), PER_PAGE),
    )


@reading
async def paths_of(by: Principal, case: UUID) -> Paths:
    """The paths of a case. Raises Missing in communities where they have no role to read it."""
    rows = await rows_where("k.id = $1 AND k.community = ANY($2::int[])", case, list(by.where(May.read_cases)))
    if not rows:
        raise Missing
    case_view = (await standing_cases(rows))[0]
    claims = [_row(row) for row in await fetch(_OF_DEBTOR, case_view.debtor)]
    if not case_view.live:
        return Paths(case_view, claims, [])
    gates = (await gates_of_case(case_view.id, case_view.debtor, case_view.community, case_view.on)).gates
    return Paths(
        case_view,
        claims,
        [
            PathRow(kind, [Condition(check.gate, check.open, condition(check)) for check in checks])
            for kind, checks in gates.items()
        ],
    )


@reading
async def claim_at_desk(by: Principal, claim: UUID) -> ClaimPage:
    """One claim with its steps. Raises Missing."""
    record = await fetch_one(_ONE, claim, list(by.where(May.read_cases)))
    if record is None:
        raise Missing
    row = _row(record)
    edges = MOVES[row.kind].edges[row.state]
    return ClaimPage(
        row=row,
        facts=json.loads(record["facts"]),
        at=record["at"],
        lines=(await lines_left_of([claim]))[claim],
        steps=await fetch_as(StepRow, _STEPS, claim),
        changes=await fetch_as(ChangeRow, _CHANGES, claim),
        told=await fetch_as(ToldRow, _TOLD, claim),
        photos=await photos_of(by, f"claim:{claim}"),
        following=[state for state in ClaimState if state in edges],
    )


@reading
async def paper_of_claim(by: Principal, claim: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of a claim's documents, as JPEG. Raises Missing."""
    await claim_at_desk(by, claim)
    return await photo_of(by, f"claim:{claim}", photo, small=small)


async def claims_to_change(communities: Sequence[int]) -> list[ClaimRow]:
    """Claims that are not over whose sum differs from the debt; in the caller's transaction."""
    rows = await fetch(_TO_CHANGE, list(communities), [state.value for state in LIVE])
    return [_row(row) for row in rows]

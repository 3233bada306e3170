"""Letters for those who read them: one with its facts and proofs, those of a case, and the desk's queue of today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases import CaseRow, rows_where, standing_cases
from portal.arrears.queries import READERS
from portal.arrears.states import ContactOutcome
from portal.db import fetch, fetch_one, reading
from portal.files.queries import PhotoRow, photos_of
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.kit.paging import offset, pages
from portal.letters.facts import SUPERSEDED, AskedLine, asked_lines
from portal.letters.states import LetterKind, LetterState, number_of
from portal.letters.waiting import ARRIVED, HERE, homes_waiting
from portal.people.principal import Principal
from portal.people.queries import community_called

PER_PAGE = 50
SETTLED = (LetterState.delivered, LetterState.superseded)  # nothing is to be delivered any more


@dataclass(frozen=True)
class ProofRow:
    """A try to deliver: how, on which day, by whom, with whom; `mail_number` of a registered letter."""

    on: date
    outcome: ContactOutcome
    by: str
    witness: str | None
    mail_number: str | None


@dataclass(frozen=True)
class LetterRow:
    """A letter with how far it has come; `late` when its deadline passed before it arrived."""

    id: UUID
    case: UUID
    unit: str
    estate: str
    kind: LetterKind
    called: str
    issued_on: date
    pay_by: date
    amount: Money
    state: LetterState
    late: bool

    @property
    def superseded(self) -> bool:
        """Whether less is owed now than it asks."""
        return self.state is LetterState.superseded


@dataclass(frozen=True)
class LetterPage:
    """A letter with the facts it states, its tries of delivery and their photos. `zone` is the estate's."""

    row: LetterRow
    facts: dict[str, Any]
    at: datetime
    proofs: list[ProofRow]
    photos: list[PhotoRow]

    @property
    def lines(self) -> list[AskedLine]:
        """What it asks for, charge by charge."""
        return asked_lines(self.facts)

    @property
    def to_deliver(self) -> bool:
        """Whether proof of its delivery may still be recorded."""
        return self.row.kind is not LetterKind.lawyer_draft and self.row.state not in SETTLED


@dataclass(frozen=True)
class BuildingRow:
    """A building with how many homes of it wait for a notice, and how many letters are to be delivered."""

    community: int
    code: str
    estate: str
    building: str
    to_issue: int
    to_deliver: int


@dataclass(frozen=True)
class LetterQueue:
    """The letters that are on their way, what is late first, and what is to be written, by building.

    `by_mail` are cases that wait for a notice of those who are not at the home: nothing is brought there for them.
    """

    rows: list[LetterRow]
    found: int
    late: int
    buildings: list[BuildingRow]
    by_mail: list[CaseRow]
    page: int
    pages: int


_STATE = f"""
CASE WHEN {SUPERSEDED} THEN 'superseded'
     WHEN EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = l.id AND o.proves)
       THEN 'delivered'
     WHEN EXISTS (SELECT FROM letter_proof p WHERE p.letter = l.id) THEN 'returned' ELSE 'issued' END
"""
_ROWS = (
    "SELECT l.*, u.name AS unit, c.name AS estate, c.timezone, "
    + _STATE
    + " AS state FROM letter l JOIN arrears_case k ON k.id = l.arrears_case JOIN unit u ON u.id = k.unit"
    " JOIN community c ON c.id = l.community"
)
_ONE = _ROWS + " WHERE l.id = $1 AND l.community = ANY($2::int[])"
_MINE = (
    _ROWS + " WHERE l.id = $1 AND l.kind <> 'lawyer_draft'"
    " AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))"
)
_OF_CASE = _ROWS + " WHERE l.arrears_case = $1 ORDER BY l.number DESC"
_UNDER_WAY = (
    "WITH w AS (" + _ROWS + " WHERE l.community = ANY($1::int[]) AND l.kind <> 'lawyer_draft' AND k.state <> 'closed')"
    " SELECT w.*, count(*) OVER () AS found, count(*) FILTER (WHERE w.pay_by < $2) OVER () AS late FROM w"
    " WHERE w.state NOT IN ('delivered', 'superseded') ORDER BY w.pay_by, w.number LIMIT $3 OFFSET $4"
)
_TO_PRINT = (
    "WITH w AS (" + _ROWS + " WHERE l.community = $1 AND coalesce(u.building, '') = $2 AND l.kind <> 'lawyer_draft'"
    " AND k.state <> 'closed' AND " + HERE.format(now="$3") + ")"
    " SELECT * FROM w WHERE state NOT IN ('delivered', 'superseded') ORDER BY number LIMIT 500"
)
# $2 are the cases that wait for a notice.
_BUILDINGS = f"""
SELECT c.id AS community, c.code, c.name AS estate, coalesce(u.building, '') AS building,
  count(*) FILTER (WHERE k.id = ANY($2::uuid[])) AS to_issue,
  coalesce(sum((SELECT count(*) FROM letter l WHERE l.arrears_case = k.id AND l.kind <> 'lawyer_draft'
    AND NOT {ARRIVED} AND NOT {SUPERSEDED})), 0)::int AS to_deliver
FROM arrears_case k JOIN unit u ON u.id = k.unit JOIN community c ON c.id = k.community
WHERE k.community = ANY($1::int[]) AND k.state <> 'closed' AND k.stage >= 2 AND {HERE.format(now="$3")}
GROUP BY c.id, c.code, c.name, coalesce(u.building, '') ORDER BY c.code, min(u.sort_key)
"""
_FIRST = (
    "k.id IN (SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE k.id = ANY($1::uuid[])"
    " ORDER BY u.sort_key LIMIT 200)"
)
_PROOFS = """
SELECT o.on_day, o.outcome, s.name AS by, w.name AS witness, p.mail_number FROM letter_proof p
JOIN contact o ON o.id = p.contact JOIN staff s ON s.id = o.by_staff LEFT JOIN staff w ON w.id = o.witness
WHERE p.letter = $1 ORDER BY p.at
"""


def _row(row: Record) -> LetterRow:
    kind, state = LetterKind(row["kind"]), LetterState(row["state"])
    return LetterRow(
        row["id"],
        row["arrears_case"],
        row["unit"],
        row["estate"],
        kind,
        number_of(kind, row["issued_on"].year, row["number"]),
        row["issued_on"],
        row["pay_by"],
        Money(row["amount"]),
        state,
        state not in SETTLED and clock.today(row["timezone"]) > row["pay_by"],
    )


async def _page(by: Principal, row: Record | None) -> LetterPage:
    if row is None:
        raise Missing
    proofs = [
        ProofRow(one["on_day"], ContactOutcome(one["outcome"]), one["by"], one["witness"], one["mail_number"])
        for one in await fetch(_PROOFS, row["id"])
    ]
    return LetterPage(
        _row(row), json.loads(row["facts"]), row["at"], proofs, await photos_of(by, f"letter:{row['id']}")
    )


@reading
async def letter_of(by: Principal, letter: UUID) -> LetterPage:
    """A letter to its debtor. Raises Missing for anybody else's, and for a draft."""
    return await _page(by, await fetch_one(_MINE, letter, list(by.persons)))


@reading
async def letter_at_desk(by: Principal, letter: UUID) -> LetterPage:
    """A letter for staff. Raises Missing in communities where they may not read cases."""
    return await _page(by, await fetch_one(_ONE, letter, list(by.with_role(*READERS))))


@reading
async def letters_of_case(by: Principal, case: UUID) -> tuple[CaseRow, list[LetterRow]]:
    """A case and its letters, the newest first. Raises Missing."""
    rows = await rows_where("k.id = $1 AND k.community = ANY($2::int[])", case, list(by.with_role(*READERS)))
    if not rows:
        raise Missing
    return (await standing_cases(rows))[0], [_row(row) for row in await fetch(_OF_CASE, case)]


@reading
async def letter_queue(by: Principal, page: int = 1) -> LetterQueue:
    """The desk's letters: what is under way, the earliest deadline first, and what is to be written, by building."""
    communities = list(by.with_role(*READERS))
    today = clock.now().date()
    rows = await fetch(_UNDER_WAY, communities, today, PER_PAGE, offset(page, PER_PAGE))
    here = [case.id for case in await homes_waiting(communities)]
    buildings = await fetch(_BUILDINGS, communities, here, clock.now())
    elsewhere = await homes_waiting(communities, at_home=False)
    found, late = (rows[0]["found"], rows[0]["late"]) if rows else (0, 0)
    return LetterQueue(
        [_row(row) for row in rows],
        found,
        late,
        [BuildingRow(*row) for row in buildings if row["to_issue"] or row["to_deliver"]],
        await standing_cases(await rows_where(_FIRST, [case.id for case in elsewhere])),
        max(page, 1),
        pages(found, PER_PAGE),
    )


@reading
async def waiting_in(by: Principal, code: str, building: str) -> list[CaseRow]:
    """The cases of a building that wait for a notice, at most 200. Raises Missing for another estate."""
    found = await homes_waiting([await community_called(by, code, *READERS)], building)
    return await standing_cases(await rows_where(_FIRST, [case.id for case in found]))


@reading
async def to_print(by: Principal, code: str, building: str) -> list[tuple[LetterRow, dict[str, Any], datetime]]:
    """The letters of a building that are to be delivered, with their facts. Raises Missing when there is none."""
    rows = await fetch(_TO_PRINT, await community_called(by, code, *READERS), building, clock.now())
    if not rows:
        raise Missing
    return [(_row(row), json.loads(row["facts"]), row["at"]) for row in rows]


async def letters_for(case: UUID) -> list[tuple[LetterRow, dict[str, Any], datetime]]:
    """Every letter of a case with its facts, the oldest first; in the running unit of work."""
    rows = await fetch(_OF_CASE, case)
    return [(_row(row), json.loads(row["facts"]), row["at"]) for row in reversed(rows)]

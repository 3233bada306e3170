"""The work list of letters by building and by mail, and the homes waiting for a notice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.arrears.case_file.rows import CaseRow, Outline, outlines_where, rows_where, standing_cases
from portal.arrears.cases.states import CaseState
from portal.arrears.respite.queries import given_of
from portal.arrears.respite.rules import pause_on
from portal.collection.letters.facts import ARRIVED, SUPERSEDED
from portal.collection.letters.queries import ROWS, LetterRow, row_of
from portal.collection.letters.states import FROM_STAGE, LetterKind
from portal.homes.units.standing import AT_HOME, members_of
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import community_called
from portal.platform.db.unit_of_work import fetch, reading

# Letters to former owners are not among those that are brought to a building: they are sent to their own address.
HERE = AT_HOME.format(debtor="k.debtor", day="({now}::timestamptz AT TIME ZONE c.timezone)::date")
# No notice was written since the case was opened, or only one that is superseded and never arrived.
_UNWRITTEN = f"""
k.community = ANY($3::int[]) AND ($4::text IS NULL OR coalesce(u.building, '') = $4) AND k.state = 'open'
AND k.stage = $5 AND NOT EXISTS (SELECT FROM letter l WHERE l.arrears_case = k.id AND l.kind = 'notice'
  AND ({ARRIVED} OR NOT {SUPERSEDED})) AND ($6::boolean IS NULL OR {HERE.format(now="$1")} = $6)
"""


async def homes_waiting(
    communities: Sequence[int], building: str | None = None, *, at_home: bool | None = True
) -> list[Outline]:
    """The cases of some estates, or of one building, that may get a notice today; in the caller's transaction.

    Debtors who are not `at_home` are left out, because nothing is delivered there for them, unless asked for (None:
    all). Once a letter is superseded, the time that it gives does not prevent a new one.
    """
    stage = FROM_STAGE[LetterKind.notice]
    outlines = await outlines_where(_UNWRITTEN, list(communities), building, stage, at_home)
    given = await given_of({case.id: case.on for case in outlines})
    return [
        case
        for case in outlines
        if case.state is CaseState.open and case.stage == stage and case.chaseable > case.small
        and pause_on(replace(given[case.id], letter=None), case.on) is None
    ]  # fmt: skip


PER_PAGE = 50


@dataclass(frozen=True)
class BuildingRow:
    """A building with the number of homes that wait for a notice, and of letters to deliver."""

    community: int
    code: str
    estate: str
    building: str
    to_issue: int
    to_deliver: int


@dataclass(frozen=True)
class LetterQueue:
    """The letters that have not arrived, the late ones first, and those to write, by building.

    `by_mail` are cases of debtors who are not at the home: their notice goes by mail. `unaddressed` are those of them
    whose address is unknown.
    """

    rows: list[LetterRow]
    found: int
    late: int
    buildings: list[BuildingRow]
    by_mail: list[CaseRow]
    unaddressed: set[UUID]
    page: int
    pages: int


_UNDER_WAY = (
    "WITH w AS (" + ROWS + " WHERE l.community = ANY($1::int[]) AND l.kind <> 'lawyer_draft' AND k.state <> 'closed')"
    " SELECT w.*, count(*) OVER () AS found, count(*) FILTER (WHERE w.pay_by < $2) OVER () AS late FROM w"
    " WHERE w.state NOT IN ('delivered', 'superseded') ORDER BY w.pay_by, w.number LIMIT $3 OFFSET $4"
)
_TO_PRINT = (
    "WITH w AS (" + ROWS + " WHERE l.community = $1 AND coalesce(u.building, '') = $2 AND l.kind <> 'lawyer_draft'"
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
_BY_MAIL = f"""
k.id IN (SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit JOIN community c ON c.id = k.community
  WHERE k.id = ANY($1::uuid[]) AND NOT {HERE.format(now="$2")} ORDER BY u.sort_key LIMIT 200)
"""


@reading
async def letter_queue(by: Principal, page: int = 1) -> LetterQueue:
    """The desk's letters: those that have not arrived, by deadline, and those to write, by building."""
    communities = list(by.where(May.read_cases))
    today = clock.now().date()
    rows = await fetch(_UNDER_WAY, communities, today, PER_PAGE, offset(page, PER_PAGE))
    waiting = [case.id for case in await homes_waiting(communities, at_home=None)]
    buildings = await fetch(_BUILDINGS, communities, waiting, clock.now())
    by_mail = await standing_cases(await rows_where(_BY_MAIL, waiting, clock.now()))
    found, late = (rows[0]["found"], rows[0]["late"]) if rows else (0, 0)
    return LetterQueue(
        rows=[row_of(row) for row in rows],
        found=found,
        late=late,
        buildings=[BuildingRow(*row) for row in buildings if row["to_issue"] or row["to_deliver"]],
        by_mail=by_mail,
        unaddressed=await _unaddressed(by_mail),
        page=max(page, 1),
        pages=pages(found, PER_PAGE),
    )


async def _unaddressed(cases: Sequence[CaseRow]) -> set[UUID]:
    members = await members_of([case.debtor for case in cases], [case.on for case in cases])
    return {case.id for case in cases if not any(one.gets_letters for one in members[case.debtor])}


@reading
async def waiting_in(by: Principal, code: str, building: str) -> list[CaseRow]:
    """The cases of a building that wait for a notice, at most 200. Raises Missing for another estate."""
    homes = await homes_waiting([await community_called(by, code, May.read_cases)], building)
    return await standing_cases(await rows_where(_FIRST, [case.id for case in homes]))


@reading
async def to_print(by: Principal, code: str, building: str) -> list[tuple[LetterRow, dict[str, Any], datetime]]:
    """The letters of a building that are to be delivered, with their facts. Raises Missing if there are none."""
    rows = await fetch(_TO_PRINT, await community_called(by, code, May.read_cases), building, clock.now())
    if not rows:
        raise Missing
    return [(row_of(row), json.loads(row["facts"]), row["at"]) for row in rows]

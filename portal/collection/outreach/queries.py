"""Calls and visits for the desk: whom to contact today, in which order, and the sheet for one home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.case_file.queries import CasePage, case_on_desk
from portal.arrears.case_file.rows import CaseRow, Outline, outlined_cases, outlines_where
from portal.arrears.cases.reaching import refuse
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep, Reason
from portal.arrears.climbing.gates import Reached
from portal.arrears.contacts.next_action import Todo
from portal.arrears.ladder.rules import SEED
from portal.arrears.respite.queries import given_of
from portal.arrears.respite.rules import pause_on
from portal.arrears.respite.words import left_alone
from portal.collection.outreach.rules import FITS, Seen, late, order, spoken_on, waits_for
from portal.collection.outreach.states import Waits, Whose
from portal.collection.outreach.words import BY_REASON, CLOSING, NAMELESS, OPENING, OPENING_ELSEWHERE, WAITS
from portal.homes.units.standing import AT_HOME
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.money.checkout.records import LIVE
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch, reading

PER_PAGE = 50
STAGE = {NextStep.call: 2, NextStep.visit: 3}

# A home is contacted at the stage for it; at another stage only if somebody planned it as the next step.
_QUEUE = (
    "k.community = ANY($3::int[]) AND k.state <> 'closed' AND (k.stage = $4 OR $5 = (SELECT a.step FROM next_action a"
    " WHERE a.arrears_case = k.id AND NOT EXISTS (SELECT FROM contact o WHERE o.arrears_case = k.id AND o.at > a.at"
    " AND o.by_staff IS NOT NULL)"
    " ORDER BY a.at DESC LIMIT 1))"
)
_HERE = AT_HOME.format(debtor="k.debtor", day="($3::timestamptz AT TIME ZONE e.timezone)::date")
# Visitors need to know where the home is ($4).
_BESIDE = f"""
SELECT k.id, CASE WHEN $4 THEN NOT {_HERE} ELSE false END AS elsewhere, u.building, u.sort_key,
  (SELECT r.reason FROM case_reason r WHERE r.arrears_case = k.id ORDER BY r.at DESC LIMIT 1) AS reason,
  EXISTS (SELECT FROM attempt t WHERE t.debtor = k.debtor AND t.state = ANY($2)) AS pending,
  n.step, n.on_day AS next_on, s.name AS who, s.human, o.channels, o.outcomes, o.days
FROM arrears_case k JOIN unit u ON u.id = k.unit JOIN community e ON e.id = k.community
-- The cap is for the home: calls for another case of it count too.
LEFT JOIN (SELECT q.id, array_agg(c.channel ORDER BY c.on_day, c.at) AS channels,
    array_agg(c.outcome ORDER BY c.on_day, c.at) AS outcomes, array_agg(c.on_day ORDER BY c.on_day, c.at) AS days
  FROM arrears_case q JOIN arrears_case same ON same.unit = q.unit JOIN contact c ON c.arrears_case = same.id
  WHERE q.id = ANY($1::uuid[]) GROUP BY q.id) o ON o.id = k.id
LEFT JOIN LATERAL (SELECT * FROM next_action WHERE arrears_case = k.id ORDER BY at DESC LIMIT 1) n
  ON NOT EXISTS (SELECT FROM contact o WHERE o.arrears_case = k.id AND o.at > n.at AND o.by_staff IS NOT NULL)
LEFT JOIN staff s ON s.id = n.staff WHERE k.id = ANY($1::uuid[])
"""


@dataclass(frozen=True)
class Turn:
    """A home to contact: its last contact, the promise that was not kept, the next step, and why it waits.

    `fits` is what helps most for its reason.
    """

    case: Outline
    building: str
    sort_key: str
    last: Reached | None
    promised_by: date | None
    todo: Todo | None
    reason: Reason
    waits: Sentence | None
    late: bool

    @property
    def fits(self) -> NextStep:
        """What helps most if this is the reason."""
        return FITS[self.reason]


@dataclass(frozen=True)
class QueueRow:
    """A home on a page of the queue, with its whole case."""

    turn: Turn
    case: CaseRow


@dataclass(frozen=True)
class Queue:
    """A page of homes. The counts are of all the reader's communities: due today, late among them, and waiting."""

    rows: list[QueueRow]
    due: int
    late: int
    mine: int
    waiting: int
    buildings: list[tuple[str, int]]
    page: int
    pages: int


@dataclass(frozen=True)
class Wanted:
    """The filter: whose, which building (None: all; empty: none), and whether to list those that wait."""

    whose: Whose = Whose.team
    building: str | None = None
    waiting: bool = False


@reading
async def queue_of(by: Principal, step: NextStep, wanted: Wanted, page: int = 1) -> Queue:
    """Homes to call or visit today, late ones first, then the longest silence; visits building by building."""
    outlines = await outlines_where(_QUEUE, list(by.where(May.read_cases)), STAGE[step], step.value)
    rows = await _turns(by, outlines, step)
    due = [row for row in rows if row.waits is None]
    listed = [row for row in rows if (row.waits is not None) is wanted.waiting and _fits(row, wanted)]
    if step is NextStep.visit:
        listed.sort(key=lambda row: row.sort_key)
    start = offset(page, PER_PAGE)
    shown = listed[start : start + PER_PAGE]
    cases = await outlined_cases([turn.case for turn in shown])
    return Queue(
        rows=[QueueRow(turn, case) for turn, case in zip(shown, cases, strict=True)],
        due=len(due),
        late=sum(row.late for row in due),
        mine=sum(bool(row.todo and row.todo.mine) for row in due),
        waiting=len(rows) - len(due),
        buildings=list(Counter(row.building for row in sorted(due, key=lambda row: row.sort_key)).items()),
        page=max(page, 1),
        pages=pages(len(listed), PER_PAGE),
    )


def _fits(row: Turn, wanted: Wanted) -> bool:
    if wanted.building is not None and row.building != wanted.building:
        return False
    if wanted.whose is Whose.mine:
        return bool(row.todo and row.todo.mine)
    return wanted.whose is Whose.team or row.late


async def _turns(by: Principal, cases: Sequence[Outline], step: NextStep) -> list[Turn]:
    """Every home of a queue with what decides its place, in the order of the queue; in the caller's transaction."""
    ids = [case.id for case in cases]
    rows = await fetch(_BESIDE, ids, [state.value for state in LIVE], clock.now(), step is NextStep.visit)
    beside = {row["id"]: row for row in rows}
    given = await given_of({case.id: case.on for case in cases})
    result = []
    for case in cases:
        row = beside[case.id]
        seen = Seen(
            state=case.state,
            chaseable=case.chaseable,
            contacts=_contacts(row),
            pending=row["pending"],
            given=given[case.id],
            next_on=row["next_on"],
            elsewhere=row["elsewhere"],
        )
        result.append((order(seen, case.days, case.on), _turn(by, case, row, seen)))
    return [row for _key, row in sorted(result, key=lambda one: one[0])]


def _contacts(row: Record) -> tuple[Reached, ...]:
    parts = zip(row["channels"] or (), row["outcomes"] or (), row["days"] or (), strict=True)
    return tuple(Reached(ContactChannel(channel), ContactOutcome(outcome), on) for channel, outcome, on in parts)


def _turn(by: Principal, case: Outline, row: Record, seen: Seen) -> Turn:
    step = NextStep(row["step"]) if row["step"] else None
    return Turn(
        case=case,
        building=row["building"] or "",
        sort_key=row["sort_key"],
        last=seen.contacts[-1] if seen.contacts else None,
        promised_by=seen.given.promised,
        todo=Todo(step=step, on=row["next_on"], who=row["who"], mine=row["human"] == by.human) if step else None,
        reason=Reason(row["reason"] or Reason.unknown),
        waits=_waits(case, seen),
        late=late(seen, case.on),
    )


def _waits(case: Outline, seen: Seen) -> Sentence | None:
    waits = waits_for(seen, replace(SEED, small_balance=case.small), case.on)
    if waits is Waits.given and (pause := pause_on(seen.given, case.on)):
        return left_alone(pause)
    days = {Waits.planned: seen.next_on, Waits.spoken: spoken_on(seen)}
    return Sentence(WAITS[waits], {"day": days.get(waits)}) if waits else None


@dataclass(frozen=True)
class Sheet:
    """A case and what to say: first, for the reason, and last. `fits` is what helps most."""

    found: CasePage
    opening: Sequence[Sentence]
    by_reason: Sequence[Sentence]
    closing: Sequence[Sentence]
    fits: NextStep


@reading
async def sheet_of(by: Principal, case: UUID, way: ContactChannel = ContactChannel.call) -> Sheet:
    """The sheet of a live case for a call or a visit.

    Raises Missing, also for a closed case, about which nobody is called; Refused if the debtor has died, and for a
    visit to a home that is no longer theirs.
    """
    case_view = await case_on_desk(by, case)
    if not case_view.case.live:
        raise Missing
    refuse(case_view.case.standing, way)
    creditor = await creditor_of(case_view.case.community)
    facts = {
        "who": by.name,
        "company": creditor.company,
        "estate": case_view.case.estate,
        "unit": f"{case_view.case.estate} {case_view.case.unit}",
        "people": "、".join(member.name for member in case_view.people if member.reachable),
        "sum": case_view.case.chaseable,
    }
    first = OPENING if case_view.case.standing is DebtorStanding.owner else OPENING_ELSEWHERE
    if not creditor.company:
        first = (NAMELESS, *first[1:])
    opening, reasoned, closing = (
        [Sentence(words, facts) for words in part] for part in (first, BY_REASON[case_view.log.reason], CLOSING)
    )
    return Sheet(case_view, opening, reasoned, closing, FITS[case_view.log.reason])

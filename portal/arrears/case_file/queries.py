"""Cases for their readers: debtors see their own, staff those of their estates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from portal.arrears.case_file.case_file import CaseFile, StageRow, file_of, histories_of
from portal.arrears.case_file.contact_log import Log, log_of
from portal.arrears.case_file.rows import CaseRow, Outline, outlined_cases, outlines_where, rows_where, standing_cases
from portal.arrears.cases.states import CaseState
from portal.arrears.cases.terms import Segmented, segments_of
from portal.arrears.claims.queries import LineLeft, lines_left_of
from portal.arrears.claims.states import LIVE as LIVE_CLAIMS, ClaimKind, ClaimState
from portal.arrears.climbing.actions import TO_STAGE
from portal.arrears.contacts.next_action import Todo, todos_of
from portal.homes.units.standing import Member, members_of
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.money import ZERO, Money, total
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading
from portal.platform.files.queries import photo_of

PER_PAGE = 50


@dataclass(frozen=True)
class Filter:
    """The cases to list. `state` None is all that are not closed; `words` is a home, name or phone."""

    state: CaseState | None = None
    stage: int | None = None
    words: str = ""
    oldest_first: bool = False

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self != Filter()


@dataclass(frozen=True)
class CaseList:
    """A page of cases; sums and counts are of all cases that match."""

    cases: list[CaseRow]
    found: int
    overdue: Money
    chaseable: Money
    by_stage: dict[int, int]
    page: int
    pages: int


@dataclass(frozen=True)
class CasePage:
    """A case for staff, with its debtors and its file."""

    case: CaseRow
    people: list[Member]
    file: CaseFile
    log: Log
    todo: Todo | None
    segmented: Segmented
    may_open_disputes: bool
    may_hold: bool
    may_export: bool
    may_step: bool


@dataclass(frozen=True)
class Figures:
    """The cases of a desk in numbers: how many live ones at each stage, and their sums."""

    by_stage: dict[int, int]
    overdue: Money
    chaseable: Money


@dataclass(frozen=True)
class FiledClaim:
    """A claim before mediators or a court, as its debtor sees it: the state and its first day.

    It asks for `claimed` now, of which `left` may still be asked for; `lines` say what for.
    """

    id: UUID
    kind: ClaimKind
    state: ClaimState
    claimed: Money
    left: Money
    lines: list[LineLeft]
    since: date

    @property
    def changed(self) -> bool:
        """Whether less is left than it asks for."""
        return self.live and self.left < self.claimed

    @property
    def live(self) -> bool:
        """Whether it has not ended, so that it can still be settled without a court."""
        return self.state in LIVE_CLAIMS


_THEIRS = "EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($1::uuid[]))"


@dataclass(frozen=True)
class Mine:
    """What an owner sees about their arrears. `untold` is overdue but in no case yet: the daily job opens one later."""

    cases: list[CaseRow]
    history: dict[UUID, list[StageRow]] = field(default_factory=dict)
    claims: dict[UUID, list[FiledClaim]] = field(default_factory=dict)
    untold: Money = ZERO


@reading
async def open_cases_of(by: Principal) -> list[CaseRow]:
    """A person's cases that are not closed, newest first, without what happened in them."""
    return await standing_cases(await rows_where(_THEIRS + " AND k.state <> 'closed'", list(by.persons)))


@reading
async def cases_of(by: Principal) -> Mine:
    """A person's cases, open ones and newest first. A tenant has none; a former owner keeps their own."""
    cases = await standing_cases(await rows_where(_THEIRS, list(by.persons)))
    return Mine(
        cases,
        await histories_of([case.id for case in cases]),
        await _filed([case.id for case in cases]),
        await _untold(by, [case.debtor for case in cases if case.live]),
    )


async def _filed(cases: list[UUID]) -> dict[UUID, list[FiledClaim]]:
    """By case, the claims that were filed since it was opened and not withdrawn, the latest first."""
    rows = await fetch(
        "SELECT k.id AS arrears_case, c.id, c.kind, c.state, w.claimed, w.left_over, s.on_day AS since"
        " FROM arrears_case k"
        " JOIN community e ON e.id = k.community JOIN claim c ON c.debtor = k.debtor"
        " AND (c.at AT TIME ZONE e.timezone)::date BETWEEN k.opened_on AND coalesce(k.closed_on, 'infinity')"
        " JOIN claim_balance w ON w.claim = c.id JOIN claim_step s ON s.claim = c.id AND s.state = c.state"
        " WHERE k.id = ANY($1::uuid[]) AND c.state <> ALL($2) ORDER BY c.at DESC, c.id",
        cases,
        [ClaimState.prepared.value, ClaimState.withdrawn.value],
    )
    lines = await lines_left_of([row["id"] for row in rows])
    result: dict[UUID, list[FiledClaim]] = {}
    for row in rows:
        claim = FiledClaim(
            id=row["id"],
            kind=ClaimKind(row["kind"]),
            state=ClaimState(row["state"]),
            claimed=Money(row["claimed"]),
            left=Money(row["left_over"]),
            lines=lines[row["id"]],
            since=row["since"],
        )
        result.setdefault(row["arrears_case"], []).append(claim)
    return result


async def _untold(by: Principal, listed: list[UUID]) -> Money:
    rows = await fetch(
        "SELECT o.due_on, c.timezone, o.outstanding - o.held - o.covered AS chaseable FROM debtor d"
        " JOIN community c ON c.id = d.community CROSS JOIN LATERAL owed_by(d.id) o"
        " WHERE d.id <> ALL($2::uuid[]) AND o.outstanding > o.held + o.covered AND NOT o.fund"
        " AND d.id IN (SELECT debtor FROM debtor_member WHERE person = ANY($1::uuid[]))",
        list(by.persons),
        listed,
    )
    return total(Money(row["chaseable"]) for row in rows if row["due_on"] < clock.today(row["timezone"]))


@reading
async def cases_on_desk(by: Principal, wanted: Filter, page: int = 1) -> CaseList:
    """The cases in a staff member's communities, newest first by default."""
    digits = "".join(c for c in wanted.words if c.isdigit())
    outlines = await outlines_where(
        "k.community = ANY($3::int[]) AND ($4 = 'closed') = (k.state = 'closed') AND ($5 = '' OR u.name ILIKE $6"
        " OR EXISTS (SELECT FROM debtor_member m JOIN person n ON n.id = m.person WHERE m.debtor = k.debtor"
        " AND (n.name ILIKE $6 OR ($7 <> '' AND n.phone LIKE $8))))",
        list(by.where(May.read_cases)),
        wanted.state.value if wanted.state else "",
        wanted.words.strip(),
        f"%{_literal(wanted.words.strip())}%",
        digits if len(digits) >= 4 else "",
        f"%{digits}%",
    )
    result = [case for case in outlines if _fits(case, wanted)]
    if wanted.oldest_first:
        result.sort(key=lambda case: (case.oldest is None, case.oldest, case.unit))
    start = offset(page, PER_PAGE)
    return CaseList(
        cases=await outlined_cases(result[start : start + PER_PAGE]),
        found=len(result),
        overdue=total(case.overdue for case in result),
        chaseable=total(case.chaseable for case in result),
        by_stage=dict(Counter(case.stage for case in result)),
        page=max(page, 1),
        pages=pages(len(result), PER_PAGE),
    )


def _fits(case: Outline, wanted: Filter) -> bool:
    state = case.live if wanted.state is None else case.state is wanted.state
    return state and (wanted.stage is None or case.stage == wanted.stage)


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@reading
async def case_on_desk(by: Principal, case: UUID) -> CasePage:
    """A case with its file. Raises Missing in communities where they have no role to read it."""
    rows = await rows_where("k.id = $1 AND k.community = ANY($2::int[])", case, list(by.where(May.read_cases)))
    if not rows:
        raise Missing
    result = (await standing_cases(rows))[0]
    people = (await members_of([result.debtor], [clock.today(result.zone)]))[result.debtor]
    log = await log_of(by, result)
    return CasePage(
        case=result,
        people=people,
        file=await file_of(result, keeper=by.may(result.community, May.read_confidences)),
        log=log,
        todo=(await todos_of(by, [result.id])).get(result.id),
        segmented=(await segments_of({result.id: result.debtor}, result.on))[result.id],
        may_open_disputes=by.may(result.community, May.read_disputes),
        may_hold=by.may(result.community, May.hold_cases),
        may_export=by.may(result.community, May.export_evidence),
        may_step=log.may_climb and by.may(result.community, TO_STAGE.get(log.target or 0, May.climb_cases)),
    )


@reading
async def photo_of_contact(by: Principal, case: UUID, contact: UUID, photo: UUID) -> bytes:
    """A photo of a contact of a case, as JPEG. Raises Missing."""
    communities = list(by.where(May.read_cases))
    rows = await fetch(
        "SELECT FROM contact WHERE id = $1 AND arrears_case = $2 AND community = ANY($3::int[])",
        contact,
        case,
        communities,
    )
    if not rows:
        raise Missing
    return await photo_of(by, f"contact:{contact}", photo)


@reading
async def cases_of_unit(by: Principal, unit: UUID) -> list[CaseRow]:
    """The cases of a home for staff who may read them, open ones first; for the desk's page of a home."""
    rows = await rows_where(
        "k.unit = $1 AND k.community = ANY($2::int[])",
        unit,
        list(by.where(May.read_cases)),
    )
    return await standing_cases(rows)


@reading
async def figures(by: Principal) -> Figures:
    """All live cases of a staff member's communities in numbers that agree with the list (I-C7)."""
    return await figures_in(by.where(May.read_cases))


async def figures_in(communities: Sequence[int]) -> Figures:
    """All live cases of some communities in numbers, in the caller's transaction."""
    outlines = await outlines_where("k.community = ANY($3::int[]) AND k.state <> 'closed'", list(communities))
    cases = [case for case in outlines if case.live]
    return Figures(
        dict(sorted(Counter(case.stage for case in cases).items())),
        total(case.overdue for case in cases),
        total(case.chaseable for case in cases),
    )

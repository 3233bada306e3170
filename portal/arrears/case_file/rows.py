"""Rows of cases: the stored stage and history, with the sums and the stage as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.facts import Apart, apart_of, facts_of, looks_of
from portal.arrears.cases.queries import SUMS
from portal.arrears.cases.reaching import NOTES
from portal.arrears.cases.rules import Standing, look, unchanged
from portal.arrears.cases.states import RUNGS, CaseState, Rung
from portal.arrears.ladder.rules import SEED
from portal.arrears.respite.queries import Looked, next_steps
from portal.arrears.respite.rules import NOTHING, Next
from portal.arrears.respite.words import to_owner, to_staff
from portal.homes.units.standing import members_of, standing_of
from portal.kit import clock
from portal.kit.i18n import Sentence
from portal.kit.money import ZERO, Money
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch

_SMALL = """
(SELECT r.small_balance FROM ladder_version v JOIN ladder_rule r ON r.version = v.id AND r.position = 0
 WHERE v.community = k.community AND v.starts_on <= k.looked_on ORDER BY v.starts_on DESC, v.made_at DESC LIMIT 1)
"""
_FROM = " FROM arrears_case k JOIN unit u ON u.id = k.unit JOIN community c ON c.id = k.community"
ROWS = f"""
SELECT k.id, k.community, k.unit, k.debtor, k.state, k.stage, k.opened_on, k.looked_on, k.closed_on,
  u.name AS unit_name, c.name AS estate, coalesce(c.hotline, c.phone) AS hotline, c.timezone,
  (SELECT names FROM debtor_names n WHERE n.debtor = k.debtor) AS people,
  (SELECT p.id FROM plan p WHERE p.debtor = k.debtor
   AND p.state IN ('requested', 'countered', 'approved', 'active')) AS plan,
  {_SMALL} AS small
{_FROM}
"""
# $1 is now, $2 the small balance where no ladder sets another one.
_LIGHT = f"""
WITH g AS MATERIALIZED (SELECT k.id, k.debtor, k.state, k.stage, k.seen, k.opened_on, u.name AS unit_name, u.sort_key,
  greatest(k.looked_on, ($1::timestamptz AT TIME ZONE c.timezone)::date) AS on_day,
  coalesce({_SMALL}, $2::bigint) AS small {_FROM} WHERE
"""
NEWEST_FIRST = " ORDER BY (k.state = 'closed'), k.opened_on DESC, u.sort_key, u.name, k.id"


@dataclass(frozen=True)
class CaseRow:
    """A case as it is now. `days` counts from the oldest line that may be chased; `plan` is a live plan or request.

    `small` is the sum up to which nothing is chased there; `apart` is not part of any of its sums.
    """

    id: UUID
    community: int
    debtor: UUID
    unit: str
    estate: str
    hotline: str | None
    zone: str
    people: str
    state: CaseState
    stage: int
    by_days: int
    overdue: Money
    held: Money
    days: int
    oldest: date | None
    next: Next
    on: date
    opened_on: date
    closed_on: date | None
    plan: UUID | None
    small: Money
    standing: DebtorStanding
    apart: Apart

    @property
    def chaseable(self) -> Money:
        """Overdue minus held: the only sum that may be chased."""
        return self.overdue - self.held

    @property
    def before_credit(self) -> Money:
        """The sum that would be asked for without the credit."""
        return self.chaseable + self.apart.covered

    @property
    def rung(self) -> Rung:
        """The name of its stage."""
        return RUNGS[self.stage]

    @property
    def ahead(self) -> Sentence:
        """The next step, as the owner reads it."""
        return to_owner(self.next)

    @property
    def ahead_for_staff(self) -> Sentence:
        """The next step, as the desk reads it."""
        return to_staff(self.next)

    @property
    def lags(self) -> bool:
        """Whether the days overdue are those of a higher stage than the recorded steps have reached."""
        return self.by_days > self.stage

    @property
    def live(self) -> bool:
        """Whether it is not closed."""
        return self.state is not CaseState.closed

    @property
    def note(self) -> str | None:
        """What staff should know about the debtors, as a sentence to be translated."""
        return NOTES.get(self.standing)

    @property
    def may_be_called(self) -> bool:
        """Whether somebody is alive who can be called about it."""
        return self.standing is not DebtorStanding.deceased

    @property
    def may_be_visited(self) -> bool:
        """Whether the debtors can be found at the home."""
        return self.standing is DebtorStanding.owner

    @property
    def can_be_paid(self) -> bool:
        """Whether there is anything to pay."""
        return self.overdue.fen > 0


@dataclass(frozen=True)
class Outline:
    """The part of a case that lists and counts need: its standing on its day (None: closed), and the small balance."""

    id: UUID
    unit: str
    on: date
    small: Money
    standing: Standing | None

    @property
    def state(self) -> CaseState:
        """Its state on that day."""
        return self.standing.state if self.standing else CaseState.closed

    @property
    def live(self) -> bool:
        """Whether it is not closed."""
        return self.state is not CaseState.closed

    @property
    def stage(self) -> int:
        """The stage it has reached; 0 when it is closed."""
        return self.standing.stage if self.standing else 0

    @property
    def overdue(self) -> Money:
        """The sum past due."""
        return self.standing.overdue if self.standing else ZERO

    @property
    def chaseable(self) -> Money:
        """Overdue, less what is held."""
        return self.standing.chaseable if self.standing else ZERO

    @property
    def oldest(self) -> date | None:
        """The due date of the oldest line that may be chased."""
        return self.standing.oldest if self.standing else None

    @property
    def days(self) -> int:
        """Days since then."""
        return self.standing.days if self.standing else 0


async def outlines_where(condition: str, *values: object) -> list[Outline]:
    """Stored cases that meet a condition written in this slice (values as $3, $4 …), in the order of `rows_where`.

    The sums come from one statement. Only cases whose mark has changed are looked at again, because the same mark means
    the same case (sifting.py), except for lines that fall due as days pass.
    """
    rows = await fetch(_LIGHT + condition + ")" + SUMS, clock.now(), SEED.small_balance.fen, *values)
    unsure = [row for row in rows if row["state"] != CaseState.closed and (row["stage"] == 0 or row["changed"])]
    asked = [(row["id"], row["debtor"], row["on_day"], Money(row["small"])) for row in unsure]
    looked = await _looked(asked) if asked else {}
    return [
        Outline(id=row["id"], unit=row["unit_name"], on=row["on_day"], small=Money(row["small"]),
                standing=looked.get(row["id"]) or _same(row))
        for row in rows
    ]  # fmt: skip


def _same(row: Record) -> Standing | None:
    """The standing of a case whose mark has not changed since it was looked at."""
    if row["state"] == CaseState.closed:
        return None
    overdue = Money(row["overdue"])
    held, oldest = (overdue, None) if row["whole_hold"] else (Money(row["held"]), row["oldest"])
    return unchanged(CaseState(row["state"]), row["stage"], overdue=overdue, held=held, oldest=oldest, on=row["on_day"])


async def outlined_cases(outlines: Sequence[Outline]) -> list[CaseRow]:
    """All columns of some cases, in this order, with the standing of their outlines; in the caller's transaction."""
    rows = {row["id"]: row for row in await rows_where("k.id = ANY($1::uuid[])", [one.id for one in outlines])}
    return await _cases([(rows[one.id], one.standing, one.on) for one in outlines])


def _day(row: Record) -> date:
    """The day to show: a later day may have been looked at already (`run arrears --on`), and no page goes back."""
    day: date = max(clock.today(row["timezone"]), row["looked_on"])
    return day


def _small(row: Record) -> Money:
    return SEED.small_balance if row["small"] is None else Money(row["small"])


async def _looked(live: Sequence[tuple[UUID, UUID, date, Money]]) -> dict[UUID, Standing | None]:
    """The standing of live cases (id, debtor, day, small balance), by their ids."""
    facts = await facts_of([debtor for _id, debtor, _on, _small in live], [on for _id, _debtor, on, _small in live])
    looks = await looks_of({case: debtor for case, debtor, _on, _small in live}, facts)
    return {case: look(*looks[case], on, small) for case, _debtor, on, small in live}


async def standing_cases(rows: Sequence[Record]) -> list[CaseRow]:
    """Stored cases (rows of ROWS) with their standing now; in the caller's transaction."""
    live = [row for row in rows if row["state"] != CaseState.closed]
    standings = await _looked([(row["id"], row["debtor"], _day(row), _small(row)) for row in live])
    return await _cases([(row, standings.get(row["id"]), _day(row)) for row in rows])


async def _cases(rows: Sequence[tuple[Record, Standing | None, date]]) -> list[CaseRow]:
    """Stored cases (row, standing, day) as full rows, with the next step and the debtors."""
    live = [(row, on, standing) for row, standing, on in rows if standing]
    steps = await next_steps(
        [Looked(case=row["id"], debtor=row["debtor"], community=row["community"], on=on, standing=standing)
         for row, on, standing in live]
    )  # fmt: skip
    whose = await _whose([row for row, _standing, _on in rows])
    apart = await apart_of([row["debtor"] for row, _on, _standing in live], [on for _row, on, _standing in live])
    return [
        _case(row, standing, on=on, ahead=steps.get(row["id"], NOTHING), whose=whose[row["debtor"]],
              apart=apart.get(row["debtor"], Apart()))
        for row, standing, on in rows
    ]  # fmt: skip


async def _whose(rows: Sequence[Record]) -> dict[UUID, DebtorStanding]:
    """The standing of the debtors towards their homes, by debtor."""
    days = {row["debtor"]: clock.today(row["timezone"]) for row in rows}
    members = await members_of(list(days), list(days.values())) if days else {}
    return {debtor: standing_of(members[debtor]) for debtor in days}


def _case(
    row: Record, standing: Standing | None, on: date, ahead: Next, whose: DebtorStanding, apart: Apart
) -> CaseRow:
    return CaseRow(
        id=row["id"],
        community=row["community"],
        debtor=row["debtor"],
        unit=row["unit_name"],
        estate=row["estate"],
        hotline=row["hotline"],
        zone=row["timezone"],
        people=row["people"] or "",
        state=standing.state if standing else CaseState.closed,
        stage=standing.stage if standing else 0,
        by_days=standing.by_days if standing else 0,
        overdue=standing.overdue if standing else ZERO,
        held=standing.held if standing else ZERO,
        days=standing.days if standing else 0,
        oldest=standing.oldest if standing else None,
        next=ahead,
        on=on,
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
        plan=row["plan"],
        small=_small(row),
        standing=whose,
        apart=apart,
    )


async def rows_where(condition: str, *values: object) -> list[Record]:
    """Stored cases that meet a condition written in this slice (values as $1, $2 …), open ones and newest first."""
    return await fetch(ROWS + " WHERE " + condition + NEWEST_FIRST, *values)

"""Promised services against work done: what was done, late or missed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from portal.care.standards.actions import OFTEN
from portal.care.standards.rules import state_of
from portal.care.standards.states import Per, RoundState, ServiceArea
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_, Bilingual, Sentence
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import departments_of, known_department, staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, reading, retrying, unit_of_work

LISTED = 100  # open rounds on the desk
BUSY = 31  # days for which a missed round is listed on the desk
LONGEST = 36  # months that a reader can ask for at once

_ROWS = """
SELECT r.id, r.community, r.standard, r.first_day, r.last_day, r.number, r.reason, r.department, r.make_up_by,
  s.area, s.item_zh, s.item_en, s.frequency, s.per,
  c.name AS estate, c.code, c.timezone, (w.done_at AT TIME ZONE c.timezone)::date AS done_on
FROM service_round r JOIN service_standard s ON s.id = r.standard JOIN community c ON c.id = r.community
LEFT JOIN service_record w ON w.id = r.record
"""
# A time counts on the day it was done, if in time; else on the last day of its period, or today while that runs. So
# each counts in one month only, and what was done in a month is among the records of that month.
_COUNTED = f"""
WITH kept AS ({_ROWS} WHERE r.community = ANY($1) AND r.last_day >= $2 AND r.first_day <= $3)
SELECT * FROM (SELECT *, CASE WHEN done_on <= last_day THEN done_on
  ELSE least(last_day, ($5::timestamptz AT TIME ZONE timezone)::date) END AS counts_on FROM kept) k
WHERE counts_on BETWEEN $2 AND $3 ORDER BY code, array_position($4::text[], area), item_zh, standard, first_day, number
"""
# Versions of a promise that say the same belong together, promises of two estates do not.
_SAME = ("community", "area", "item_zh", "frequency", "per")


@dataclass(frozen=True)
class Delivered:
    """One promise of an estate over some months: how often, how each round ended, and why some were missed.

    `reasons` counts the missed rounds by reason; `unexplained` are those without a reason.
    """

    estate: str
    area: ServiceArea
    item: Bilingual
    rhythm: Sentence
    done: int
    late: int
    missed: int
    due: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def promised(self) -> int:
        """The number of all rounds."""
        return self.done + self.late + self.missed + self.due

    @property
    def kept(self) -> int:
        """The number of rounds that were done, including late ones."""
        return self.done + self.late

    @property
    def unexplained(self) -> int:
        """The number of missed rounds without a reason."""
        return self.missed - sum(n for _reason, n in self.reasons)


@dataclass(frozen=True)
class Promised:
    """All promises over some months, first and last included."""

    first: Month
    last: Month
    delivered: list[Delivered]
    several_estates: bool


@dataclass(frozen=True)
class RoundRow:
    """One round on the desk."""

    id: UUID
    estate: str
    area: ServiceArea
    item: Bilingual
    rhythm: Sentence
    first_day: date
    last_day: date
    number: int
    state: RoundState
    reason: str
    department: str
    make_up_by: date | None
    make_up_late: bool

    @property
    def is_one_day(self) -> bool:
        """Whether its period is a single day."""
        return self.first_day == self.last_day

    @property
    def can_be_explained(self) -> bool:
        """Whether it was missed and has no reason yet."""
        return self.state is RoundState.missed and not self.reason


@retrying
async def explain_round(
    by: Principal, wanted: UUID, reason: str, department: str = "", make_up_by: date | None = None
) -> None:
    """Record why a round was missed, and optionally which department makes up for it by which day.

    Raises Missing without a recording role there; Refused if it was not missed; Invalid for a department without a day,
    a day without a department, a department in which nobody works, or a day in the past.
    """
    if bool(department) != bool(make_up_by):
        raise Invalid("department", N_("Enter both the department and the day by which it will catch up."))
    scope = by.where(May.record_services)
    async with unit_of_work(*scope):
        row = await fetch_one(
            _ROWS + " WHERE r.id = $1 AND r.community = ANY($2) FOR NO KEY UPDATE OF r", wanted, list(scope)
        )
        if row is None:
            raise Missing
        if make_up_by and make_up_by < clock.today(row["timezone"]):
            raise Invalid("make_up_by", N_("Choose today or a later day."))
        if department:
            await known_department(row["community"], department)
        missed = state_of(row["last_day"], row["done_on"], clock.today(row["timezone"])) is RoundState.missed
        if not missed or row["reason"]:
            raise Refused(N_("This was not missed, or its reason has already been given."))
        await fetch(
            "UPDATE service_round SET reason = $2, explained_by = $3, department = $4, make_up_by = $5 WHERE id = $1",
            wanted,
            reason,
            await staff_of(by, row["community"]),
            department or None,
            make_up_by,
        )
        await record(by.actor, AuditVerb.ROUND_EXPLAINED, f"round:{wanted}", community=row["community"])


@reading
async def delivered_in(by: Principal, first: Month | None = None, last: Month | None = None) -> Promised:
    """The promises of the reader's estates in some months (by default this one, at most LONGEST), and their rounds.

    A round counts in one month: that in which it was done in time, or else that in which its period ends or still runs.
    """
    communities = list(by.communities)
    zone = await fetch_value("SELECT timezone FROM community WHERE id = ANY($1) ORDER BY code LIMIT 1", communities)
    this = Month.of(clock.today(zone or "Asia/Shanghai"))
    first = first or this
    last = max(last or first, first)
    first = max(first, last + (1 - LONGEST))
    rows = await fetch(_COUNTED, communities, first.first, last.last, [area.value for area in ServiceArea], clock.now())
    result: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        result.setdefault(tuple(row[name] for name in _SAME), []).append(row)
    return Promised(first, last, [_of(group) for group in result.values()], len(communities) > 1)


def _of(rows: Sequence[Any]) -> Delivered:
    first = rows[0]
    states = [state_of(row["last_day"], row["done_on"], clock.today(row["timezone"])) for row in rows]
    counts = {state.value: states.count(state) for state in RoundState}
    item = Bilingual(first["item_zh"], first["item_en"])
    missed = [row["reason"] for row, state in zip(rows, states, strict=True) if state is RoundState.missed]
    reasons = tuple(Counter(reason for reason in missed if reason).items())
    return Delivered(
        estate=first["estate"],
        area=ServiceArea(first["area"]),
        item=item,
        rhythm=_rhythm(first),
        **counts,
        reasons=reasons,
    )


def _rhythm(row: Any) -> Sentence:
    return Sentence(OFTEN[Per(row["per"])], {"n": row["frequency"]})


@reading
async def open_rounds(by: Principal) -> list[RoundRow]:
    """Rounds to be made up, and those due or missed without a reason in the last month; at most LISTED."""
    rows = await fetch(
        _ROWS + " WHERE r.community = ANY($1) AND r.record IS NULL"
        " AND (r.reason IS NULL AND r.last_day >= $2 OR r.make_up_by IS NOT NULL)"
        " ORDER BY r.make_up_by NULLS LAST, r.last_day DESC, s.item_zh, r.number LIMIT $3",
        list(by.communities),
        clock.now().date() - timedelta(days=BUSY),
        LISTED,
    )
    return [_round(row) for row in rows]


@reading
async def round_of(by: Principal, wanted: UUID) -> RoundRow:
    """One round. Raises Missing for another estate's."""
    row = await fetch_one(_ROWS + " WHERE r.id = $1 AND r.community = ANY($2)", wanted, list(by.communities))
    if row is None:
        raise Missing
    return _round(row)


@reading
async def departments_for(by: Principal, wanted: UUID) -> list[str]:
    """The departments that may make up for it. Raises Missing for another estate's."""
    row = await fetch_one(_ROWS + " WHERE r.id = $1 AND r.community = ANY($2)", wanted, list(by.communities))
    if row is None:
        raise Missing
    return await departments_of([row["community"]])


def _round(row: Any) -> RoundRow:
    today = clock.today(row["timezone"])
    return RoundRow(
        id=row["id"],
        estate=row["estate"],
        area=ServiceArea(row["area"]),
        item=Bilingual(row["item_zh"], row["item_en"]),
        rhythm=_rhythm(row),
        first_day=row["first_day"],
        last_day=row["last_day"],
        number=row["number"],
        state=state_of(row["last_day"], row["done_on"], today),
        reason=row["reason"] or "",
        department=row["department"] or "",
        make_up_by=row["make_up_by"],
        make_up_late=bool(row["make_up_by"] and row["done_on"] is None and row["make_up_by"] < today),
    )

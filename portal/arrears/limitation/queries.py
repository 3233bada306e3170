"""Limitation periods of unpaid lines, for one debtor and for everything that ends soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.arrears.cases.states import Cause
from portal.arrears.claims.states import ClaimState
from portal.arrears.limitation.rules import Clock, Interruption, clock_of, due_by
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.money.payments.queries import covers
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading

SOON = timedelta(days=180)
NO_FILING = (ClaimState.withdrawn, ClaimState.dismissed)
PER_PAGE = 50

# What interrupts the time of a line, one SELECT for each kind of fact: (line, cause, day, last instalment).
# A tenant who pays or asks says nothing for the owner, and what was taken back of a payment was never paid. A broken
# agreement no longer has its dates: what is left is due as before, and only the word of that day counts. Who asks to
# pay in instalments agrees to owe (limitation rules of the Supreme Court, article 14). A letter that provably arrived
# demands what was due then (article 8), but not what was wholly under review. Who asks mediators or a court begins
# the time again, which runs from the end of it (articles 11 and 12; Civil Code 195); taken back or refused, it may not.
_INTERRUPTIONS = """
WITH asked AS (
  SELECT l.id AS line, b.debtor, b.due_on, b.issued_on, w.outstanding FROM bill_line l JOIN bill b ON b.id = l.bill
  JOIN line_balance w ON w.line = l.id WHERE l.id = ANY($1::uuid[]))
SELECT q.line, 'part_payment' AS cause, p.received_on AS happened_on, NULL::date AS until
FROM asked q JOIN allocation a ON a.line = q.line JOIN payment p ON p.id = a.payment
WHERE p.payer IS NULL OR EXISTS (SELECT FROM debtor_member m JOIN person n ON n.id = m.person
                                 WHERE m.debtor = q.debtor AND n.human = p.payer)
GROUP BY q.line, p.id HAVING sum(a.amount) > 0
UNION ALL
SELECT q.line, 'agreement', (p.agreed_at AT TIME ZONE c.timezone)::date,
  CASE WHEN p.state <> 'broken' THEN (SELECT i.due_on FROM plan_instalment i WHERE i.plan = p.id
                                      ORDER BY i.round DESC, i.number DESC LIMIT 1) END
FROM asked q JOIN plan_line w ON w.line = q.line JOIN plan p ON p.id = w.plan AND p.agreed_at IS NOT NULL
JOIN community c ON c.id = p.community
UNION ALL
SELECT q.line, 'acknowledgement', (p.asked_at AT TIME ZONE c.timezone)::date, NULL
FROM asked q JOIN plan_line w ON w.line = q.line JOIN plan p ON p.id = w.plan JOIN community c ON c.id = p.community
WHERE EXISTS (SELECT FROM debtor_member m JOIN person n ON n.id = m.person
              WHERE m.debtor = q.debtor AND n.human = p.asked_by)
UNION ALL
SELECT DISTINCT q.line, 'demand', o.on_day, NULL::date
FROM asked q JOIN arrears_case k ON k.debtor = q.debtor
JOIN contact o ON o.arrears_case = k.id AND o.proves
WHERE o.on_day > q.due_on AND o.on_day >= q.issued_on AND q.outstanding > (
  SELECT coalesce(sum(h.amount), 0) FROM hold h
  WHERE h.line = q.line AND h.placed_at <= o.at AND (h.released_at IS NULL OR h.released_at > o.at))
UNION ALL
SELECT q.line, 'filing', s.on_day, (SELECT max(x.on_day) FROM claim_step x WHERE x.claim = c.id)
FROM asked q JOIN claim_line w ON w.line = q.line JOIN claim c ON c.id = w.claim AND c.state <> ALL($2)
JOIN claim_step s ON s.claim = c.id AND s.state = 'filed'
"""
_OF_DEBTOR = """
SELECT l.id, b.period, i.name_zh, i.name_en, b.due_on, b.number, o.outstanding - o.covered AS outstanding, o.held
FROM owed_by($1) o JOIN bill b ON b.id = o.bill JOIN bill_line l ON l.id = o.line JOIN charge_item i ON i.id = l.item
WHERE o.due_on < $2 AND o.outstanding > o.covered AND NOT o.fund ORDER BY b.due_on, b.number, l.position
"""
# Younger bills than $2 are not read: their clocks cannot end so soon (`due_by`).
_OLD = f"""
SELECT k.id AS arrears_case, c.timezone, w.line, b.due_on, w.outstanding - coalesce(v.covered, 0) AS outstanding
FROM arrears_case k JOIN community c ON c.id = k.community
JOIN bill b ON b.debtor = k.debtor AND b.due_on <= $2
JOIN line_balance w ON w.bill = b.id AND w.outstanding > 0 AND NOT w.replaced AND NOT w.fund
LEFT JOIN {covers("community = ANY($1::int[])")} v ON v.line = w.line
WHERE k.community = ANY($1::int[]) AND k.state <> 'closed' AND w.outstanding > coalesce(v.covered, 0)
"""
_HOMES = """
SELECT k.id, u.name AS unit, c.name AS estate, c.timezone, n.names FROM arrears_case k JOIN unit u ON u.id = k.unit
JOIN community c ON c.id = k.community LEFT JOIN debtor_names n ON n.debtor = k.debtor WHERE k.id = ANY($1::uuid[])
"""


@dataclass(frozen=True)
class ClockRow:
    """An overdue line with its limitation period; `bill` is the number of its bill, `outstanding` net of credit."""

    line: UUID
    item: Bilingual
    period: Month
    bill: int
    outstanding: Money
    held: Money
    clock: Clock
    on: date

    @property
    def chaseable(self) -> Money:
        """The part that may be asked for."""
        return self.outstanding - self.held

    @property
    def over(self) -> bool:
        """Whether its three years are past."""
        return self.clock.over(self.on)


@dataclass(frozen=True)
class Limitation:
    """The limitation periods of a case, by due date; `next_on` is the first end that is not past."""

    clocks: list[ClockRow]

    @property
    def next_on(self) -> date | None:
        """The first last day that is not past."""
        return min((row.clock.expires_on for row in self.clocks if not row.over), default=None)

    @property
    def past(self) -> list[ClockRow]:
        """Lines whose time is over."""
        return [row for row in self.clocks if row.over]


@dataclass(frozen=True)
class EndingRow:
    """A case with lines whose period ends soon: how many, their sum, and the first last day."""

    case: UUID
    unit: str
    estate: str
    people: str
    lines: int
    outstanding: Money
    next_on: date
    days: int


@dataclass(frozen=True)
class EndingList:
    """A page of cases, the first to end first. `past` counts cases with lines whose period is over."""

    rows: list[EndingRow]
    found: int
    past: int
    outstanding: Money
    page: int
    pages: int


@dataclass(frozen=True)
class _Ending:
    case: UUID
    expires_on: date
    outstanding: Money
    over: bool


async def limitation_of(debtor: UUID, on: date) -> Limitation:
    """The limitation periods of all that a debtor owes past due; in the caller's transaction."""
    rows = await fetch(_OF_DEBTOR, debtor, on)
    happened = await _interruptions([row["id"] for row in rows])
    return Limitation(
        [
            ClockRow(
                line=row["id"],
                item=Bilingual(row["name_zh"], row["name_en"]),
                period=Month.parse(row["period"]),
                bill=row["number"],
                outstanding=Money(row["outstanding"]),
                held=Money(row["held"]),
                clock=clock_of(row["due_on"], happened[row["id"]], on),
                on=on,
            )
            for row in rows
        ]
    )


async def _interruptions(lines: Sequence[UUID]) -> dict[UUID, list[Interruption]]:
    result: dict[UUID, list[Interruption]] = defaultdict(list)
    for row in await fetch(_INTERRUPTIONS, list(lines), [state.value for state in NO_FILING]):
        result[row["line"]].append(Interruption(cause=Cause(row["cause"]), on=row["happened_on"], until=row["until"]))
    return result


@reading
async def ending_soon(by: Principal, page: int = 1) -> EndingList:
    """Cases of the reader's communities with lines whose period ends within 180 days, the first to end first."""
    lines = await _ending(list(by.where(May.read_limitation)))
    ahead: dict[UUID, list[_Ending]] = defaultdict(list)
    for line in lines:
        if not line.over:
            ahead[line.case].append(line)
    order = sorted(ahead, key=lambda case: (min(line.expires_on for line in ahead[case]), case))
    start = offset(page, PER_PAGE)
    shown = order[start : start + PER_PAGE]
    return EndingList(
        rows=await _rows(shown, ahead),
        found=len(order),
        past=len({line.case for line in lines if line.over}),
        outstanding=total(line.outstanding for line in lines if not line.over),
        page=max(page, 1),
        pages=pages(len(order), PER_PAGE),
    )


async def _ending(communities: Sequence[int]) -> list[_Ending]:
    """Lines whose period is over or ends within 180 days."""
    latest = (clock.now() + timedelta(days=1)).date()  # no zone is further ahead
    rows = await fetch(_OLD, list(communities), due_by(latest + SOON))
    happened = await _interruptions([row["line"] for row in rows])
    result = []
    for row in rows:
        on = clock.today(row["timezone"])
        one = clock_of(row["due_on"], happened[row["line"]], on)
        if one.expires_on <= on + SOON:
            result.append(
                _Ending(
                    case=row["arrears_case"],
                    expires_on=one.expires_on,
                    outstanding=Money(row["outstanding"]),
                    over=one.over(on),
                )
            )
    return result


async def _rows(cases: Sequence[UUID], lines: Mapping[UUID, Sequence[_Ending]]) -> list[EndingRow]:
    """The rows of some cases, in their order."""
    homes = {row["id"]: row for row in await fetch(_HOMES, list(cases))}
    rows = []
    for case in cases:
        home, soonest = homes[case], min(line.expires_on for line in lines[case])
        rows.append(
            EndingRow(
                case=case,
                unit=home["unit"],
                estate=home["estate"],
                people=home["names"] or "",
                lines=len(lines[case]),
                outstanding=total(line.outstanding for line in lines[case]),
                next_on=soonest,
                days=(soonest - clock.today(home["timezone"])).days,
            )
        )
    return rows

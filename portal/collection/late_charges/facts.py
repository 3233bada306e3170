"""The facts behind late charges: terms, prime rates, and what happened to each line day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from portal.collection.late_charges.rules import Pause, PrimeRate, Principal, Terms, net_of_credit
from portal.collection.late_charges.states import Start
from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch

# Lines that were due in or before the month and owed something in it.
_OWED = """
FROM bill b JOIN bill_line l ON l.bill = b.id
JOIN charge_item i ON i.id = l.item
JOIN line_balance w ON w.line = l.id AND NOT w.replaced
WHERE b.community = $1 AND b.due_on < $3
 AND (w.outstanding > 0 OR EXISTS (SELECT FROM allocation a JOIN payment p ON p.id = a.payment
      WHERE a.line = l.id AND p.received_on >= $4))
"""
# Of these, the lines that may be charged: the service fee, unless it is charged already.
_CHARGEABLE = """
i.kind = 'service_fee' AND b.kind <> 'late_charge'
 AND NOT EXISTS (SELECT FROM late_charge c WHERE c.line = l.id AND c.month = $2)
"""
OWING = "SELECT DISTINCT b.debtor" + _OWED + "AND " + _CHARGEABLE + "ORDER BY b.debtor"
# And every line that the credit of its debtor may cover.
_LINES = f"""
SELECT l.id, b.debtor, b.unit, b.number, b.due_on, w.fen, l.position, {_CHARGEABLE} AS chargeable {_OWED}
AND b.debtor = ANY($5::uuid[]) AND ({_CHARGEABLE} OR b.debtor = ANY($6::uuid[]) AND NOT w.fund)
ORDER BY b.debtor, b.due_on, b.number, l.position
"""
# Credit counts like money: from the day it was received, or was left over or used.
_CREDIT = """
SELECT x.debtor, x.amount,
  CASE WHEN x.reason = 'surplus' THEN p.received_on ELSE (x.created_at AT TIME ZONE c.timezone)::date END AS on_day
FROM credit x JOIN payment p ON p.id = x.payment JOIN community c ON c.id = x.community
WHERE x.debtor = ANY($1::uuid[]) ORDER BY on_day, x.created_at
"""
# Money counts from the day it was received; what was taken back, from the day that was done.
_PAID = """
SELECT a.line, a.amount,
  CASE WHEN a.amount > 0 THEN p.received_on ELSE (a.created_at AT TIME ZONE c.timezone)::date END AS on_day
FROM allocation a JOIN payment p ON p.id = a.payment JOIN community c ON c.id = a.community
WHERE a.line = ANY($1::uuid[]) ORDER BY on_day, a.created_at
"""
# A hold counts at the end of each day from the one it was placed on; payments in progress, until it is received.
_PAUSES = """
SELECT l.id AS line, h.amount, (h.placed_at AT TIME ZONE c.timezone)::date AS first,
  least(h.until, (h.released_at AT TIME ZONE c.timezone)::date - 1) AS last
FROM bill_line l JOIN bill b ON b.id = l.bill JOIN community c ON c.id = l.community
JOIN hold h ON h.debtor = b.debtor AND (h.line IS NULL OR h.line = l.id) WHERE l.id = ANY($1::uuid[])
UNION ALL
SELECT t.line, t.amount, (a.created_at AT TIME ZONE c.timezone)::date, p.received_on - 1
FROM attempt_line t JOIN attempt a ON a.id = t.attempt JOIN community c ON c.id = a.community
LEFT JOIN payment p ON p.id = a.id
WHERE t.line = ANY($1::uuid[]) AND a.state IN ('completed', 'unknown', 'posted')
"""
# A demand counts from the day on which it had reached everybody who owes and lives.
_DEMANDED = """
SELECT d.line, max(d.on_day) AS on_day FROM (
  SELECT l.id AS line, m.person, min(o.on_day) AS on_day FROM bill_line l JOIN bill b ON b.id = l.bill
  JOIN debtor_member m ON m.debtor = b.debtor LEFT JOIN person_now s ON s.person = m.person
  LEFT JOIN (arrears_case k JOIN contact o ON o.arrears_case = k.id AND o.channel = 'demand' AND o.proves)
    ON k.debtor = b.debtor AND o.person = m.person AND o.on_day > b.due_on
  WHERE l.id = ANY($1::uuid[]) AND s.standing IS DISTINCT FROM 'deceased' GROUP BY l.id, m.person) d
GROUP BY d.line HAVING bool_and(d.on_day IS NOT NULL)
"""
_TERMS = """
SELECT community, starts_on, daily_rate, multiple, start, demand_days, clause FROM late_terms
WHERE community = ANY($1::int[]) ORDER BY starts_on, made_at
"""
_PRIMES = """
SELECT community, starts_on, rate FROM prime_rate WHERE community = ANY($1::int[]) ORDER BY starts_on, made_at
"""


@dataclass(frozen=True)
class OwedLine:
    """A line that may be charged for a month, with its bill's number and its place."""

    line: UUID
    debtor: UUID
    unit: UUID
    bill: int
    position: int
    principal: Principal


async def terms_of(communities: Sequence[int]) -> dict[int, list[Terms]]:
    """All versions of the terms, the oldest first, by community; in the caller's transaction."""
    result: dict[int, list[Terms]] = {community: [] for community in communities}
    for row in await fetch(_TERMS, list(communities)):
        _community, starts_on, daily_rate, multiple, start, demand_days, clause = row
        terms = Terms(
            starts_on=starts_on,
            daily_rate=daily_rate,
            multiple=multiple,
            start=Start(start),
            demand_days=demand_days,
            clause=clause,
        )
        result[row["community"]].append(terms)
    return result


async def primes_of(communities: Sequence[int]) -> dict[int, list[PrimeRate]]:
    """All prime rates entered, the oldest first, by community; in the caller's transaction."""
    result: dict[int, list[PrimeRate]] = {community: [] for community in communities}
    for row in await fetch(_PRIMES, list(communities)):
        result[row["community"]].append(PrimeRate(row["starts_on"], row["rate"]))
    return result


async def owing(community: int, month: Month) -> list[UUID]:
    """Debtors with a line that may be charged for a month."""
    return [row["debtor"] for row in await fetch(OWING, community, str(month), month.last, month.first)]


async def owed_lines(community: int, month: Month, debtors: Sequence[UUID]) -> list[OwedLine]:
    """The lines of some debtors that may be charged for a month, by their debtors, oldest first, net of credit."""
    credit = defaultdict(list)
    for row in await fetch(_CREDIT, list(debtors)):
        credit[row["debtor"]].append((row["on_day"], Money(row["amount"])))
    rows = await fetch(_LINES, community, str(month), month.last, month.first, list(debtors), list(credit))
    principals = await _principals(rows)
    for debtor, moves in credit.items():
        mine = {row["id"]: principals[row["id"]] for row in rows if row["debtor"] == debtor}
        principals |= net_of_credit(mine, moves, month)
    return [
        OwedLine(
            line=row["id"],
            debtor=row["debtor"],
            unit=row["unit"],
            bill=row["number"],
            position=row["position"],
            principal=principals[row["id"]],
        )
        for row in rows
        if row["chargeable"]
    ]


async def _principals(rows: Sequence[Record]) -> dict[UUID, Principal]:
    """Each line with its history, in the same order."""
    lines = [row["id"] for row in rows]
    paid, pauses = defaultdict(list), defaultdict(list)
    for row in await fetch(_PAID, lines):
        paid[row["line"]].append((row["on_day"], Money(row["amount"])))
    for row in await fetch(_PAUSES, lines):
        amount = None if row["amount"] is None else Money(row["amount"])
        pauses[row["line"]].append(Pause(first=row["first"], last=row["last"], amount=amount))
    demanded = {row["line"]: row["on_day"] for row in await fetch(_DEMANDED, lines)}
    return {
        row["id"]: Principal(
            due_on=row["due_on"],
            amount=Money(row["fen"]),
            paid=tuple(paid[row["id"]]),
            pauses=tuple(pauses[row["id"]]),
            demanded_on=demanded.get(row["id"]),
        )
        for row in rows
    }

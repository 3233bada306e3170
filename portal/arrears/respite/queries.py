"""What gives debtors time: their promises, requests and holds, and the deadlines in our letters and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.rules import Standing
from portal.arrears.cases.terms import policies_of
from portal.arrears.ladder.queries import ladder_of
from portal.arrears.respite.rules import DAY, NO_TIME, Given, Next, next_of
from portal.care.holds.queries import pauses_of
from portal.care.holds.rules import Pauses
from portal.platform.db.unit_of_work import fetch

# Only cases with something that gives time; each kind is read once for all, not for each case. The newest promise
# counts, unless what came in since is as much. An answered request gives time until its first day.
_GIVEN = """
WITH k AS MATERIALIZED (SELECT id, community, debtor FROM arrears_case WHERE id = ANY($1::uuid[])),
s AS (SELECT DISTINCT ON (arrears_case) * FROM payment_promise WHERE arrears_case = ANY($1::uuid[])
  ORDER BY arrears_case, at DESC, id),
t AS (SELECT arrears_case, max(until) FILTER (WHERE source <> arrears_case) AS letter,
  max(until) FILTER (WHERE source = arrears_case) AS named
  FROM time_given WHERE arrears_case = ANY($1::uuid[]) GROUP BY arrears_case),
q AS (SELECT p.debtor, max(p.state) FILTER (WHERE p.state IN ('requested', 'countered', 'approved')) AS state,
  max(p.first_on) FILTER (WHERE p.state IN ('countered', 'approved')) AS first_on
  FROM plan p WHERE p.debtor IN (SELECT debtor FROM k) GROUP BY p.debtor),
h AS (SELECT debtor, bool_or(reason = 'deceased') AS still, CASE WHEN bool_and(until IS NOT NULL)
    FILTER (WHERE line IS NULL AND released_at IS NULL)
  THEN max(until) FILTER (WHERE line IS NULL AND released_at IS NULL) END AS until
  FROM hold WHERE debtor IN (SELECT debtor FROM k) GROUP BY debtor)
SELECT k.id, k.community, k.debtor, s.on_day AS promised, t.letter, t.named,
 coalesce(q.state = 'requested', false) AS asked, q.first_on AS offered, h.until AS held
FROM k LEFT JOIN s ON s.arrears_case = k.id AND s.amount > coalesce((SELECT sum(a.amount) FROM allocation a
    JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill
    WHERE b.debtor = k.debtor AND a.created_at >= s.at), 0)
LEFT JOIN t ON t.arrears_case = k.id LEFT JOIN q ON q.debtor = k.debtor LEFT JOIN h ON h.debtor = k.debtor
WHERE num_nonnulls(s.on_day, t.letter, t.named, q.state, h.until) > 0 OR h.still
"""
# Estates where one of the last fifty payments was booked after the day it came in.
_LATE_BOOKS = """
SELECT c.id FROM community c WHERE c.id = ANY($1::int[]) AND EXISTS (
  SELECT FROM (SELECT received_on, posted_at FROM payment WHERE community = c.id ORDER BY number DESC LIMIT 50) p
  WHERE (p.posted_at AT TIME ZONE c.timezone)::date > p.received_on)
"""
_SINCE = """
SELECT DISTINCT ON (s.arrears_case) s.arrears_case, s.changed_on FROM (SELECT arrears_case, changed_on, at, stage,
  lag(stage) OVER (PARTITION BY arrears_case ORDER BY changed_on, at) AS before FROM case_stage
  WHERE arrears_case = ANY($1::uuid[])) s
WHERE s.before IS DISTINCT FROM s.stage ORDER BY s.arrears_case, s.changed_on DESC
"""


@dataclass(frozen=True)
class Looked:
    """A live case as it was looked at on a day."""

    case: UUID
    debtor: UUID
    community: int
    on: date
    standing: Standing


async def given_of(days: Mapping[UUID, date]) -> dict[UUID, Given]:
    """What gives time to the debtors of cases, each on its day; in the caller's transaction."""
    rows = await fetch(_GIVEN, list(days))
    lately = [row for row in rows if row["promised"] and row["promised"] >= days[row["id"]] - DAY]
    slow = await _books_late({row["community"] for row in lately})
    pauses = await pauses_of([row["debtor"] for row in rows])
    result = {
        row["id"]: _given(row, pauses.get(row["debtor"], ()), in_the_post=row["community"] in slow) for row in rows
    }
    return {case: result.get(case, NO_TIME) for case in days}


def _given(row: Record, pauses: Pauses, *, in_the_post: bool) -> Given:
    return Given(
        promised=row["promised"],
        in_the_post=in_the_post,
        letter=row["letter"],
        asked=row["asked"],
        offered=row["offered"],
        held=row["held"],
        pauses=pauses,
        named=row["named"],
    )


async def _books_late(communities: set[int]) -> set[int]:
    """Estates where money may be booked a day late: promises have one day more there."""
    if not communities:
        return set()
    return {row["id"] for row in await fetch(_LATE_BOOKS, list(communities))}


async def since_of(cases: Sequence[UUID]) -> dict[UUID, date]:
    """The first day of the present stage of each case; in the caller's transaction."""
    return {row["arrears_case"]: row["changed_on"] for row in await fetch(_SINCE, list(cases))}


async def next_steps(looked: Sequence[Looked]) -> dict[UUID, Next]:
    """The next step of each live case; in the caller's transaction."""
    if not looked:
        return {}
    given = await given_of({one.case: one.on for one in looked})
    since = await since_of([one.case for one in looked])
    result = {}
    for community, on in sorted({(one.community, one.on) for one in looked}):
        mine = [one for one in looked if (one.community, one.on) == (community, on)]
        standings, debtors = {one.case: one.standing for one in mine}, {one.case: one.debtor for one in mine}
        policies = await policies_of(await ladder_of(community, on), standings, debtors, on)
        for case, standing in standings.items():
            result[case] = next_of(standing, since[case], policies[case], given[case], on)
    return result

"""Which debtors the daily job has to look at, because something may have changed; and who a case belongs to.

What a case is computed from (its lines with what is owed beyond credit and held of each, a hold on everything, what is
too little to chase) is kept as one mark when it was looked at. The same mark a day later means the same case, but for
what days alone bring about: a climb that the job takes by itself, and a reminder that has not gone out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.rules import FIRST_DAY
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.money.payments.queries import covers
from portal.people.notices.states import OUT, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value

# A sum of hashes does not depend on the order of the lines.
_HASH = (
    "sum(hashtextextended(lb.line::text || ':' || (lb.outstanding - coalesce(v.covered, 0)) || ':' || lb.held,"
    " 0)::numeric) AS hash,"
    " min(b.due_on) FILTER (WHERE lb.outstanding > lb.held + coalesce(v.covered, 0)) AS oldest"
)
# The lines of bills b that count, with what the credits that meet a condition cover of them.
_LINES = f"""
JOIN line_balance lb ON lb.bill = b.id AND lb.outstanding > 0 AND NOT lb.replaced AND NOT lb.fund
LEFT JOIN {covers("%s")} v ON v.line = lb.line
"""
_COUNTS = "lb.outstanding > coalesce(v.covered, 0)"
# The mark of each debtor with something past due on day $1, by what counts as small ($2).
_OWED = f"""
SELECT b.debtor, {_HASH} FROM bill b {_LINES} WHERE b.%s AND b.due_on < $1 AND {_COUNTS} GROUP BY b.debtor
"""
_WHOLE = """
SELECT DISTINCT h.debtor FROM hold h WHERE %s AND h.line IS NULL AND h.released_at IS NULL
 AND (h.until IS NULL OR h.until >= $1)
"""
_OF = "concat_ws(':', {}, w.debtor IS NOT NULL, o.hash)"
_MARK = _OF.format("$2::bigint")

_CHANGED = f"""
WITH o AS ({_OWED % ("community = $3", "community = $3")}), w AS ({_WHOLE % "h.community = $3"}),
k AS (SELECT * FROM arrears_case WHERE community = $3 AND state <> 'closed'),
f AS MATERIALIZED (
      SELECT coalesce(o.debtor, k.debtor) AS debtor, $5 || ':case:' || k.id || ':' AS key, k.state, k.stage, o.oldest,
        k.seen IS DISTINCT FROM {_MARK} AS other
      FROM o FULL JOIN k ON k.debtor = o.debtor LEFT JOIN w ON w.debtor = coalesce(o.debtor, k.debtor))
SELECT f.debtor FROM f WHERE f.other OR f.stage = 0
 OR f.state = 'open' AND (f.stage = 1 AND $1 - f.oldest >= $4 OR NOT EXISTS (
   SELECT FROM notice n JOIN delivery v ON v.notice = n.id
   WHERE n.community = $3 AND n.key = f.key AND v.state = ANY($6)))
ORDER BY f.debtor
"""
_REMEMBER = f"""
WITH d AS (SELECT unnest($3::uuid[]) AS debtor),
o AS ({_OWED % ("debtor = ANY($3::uuid[])", "debtor = ANY($3::uuid[])")}),
w AS ({_WHOLE % "h.debtor = ANY($3::uuid[])"})
UPDATE arrears_case k SET seen = {_MARK} FROM d LEFT JOIN o ON o.debtor = d.debtor LEFT JOIN w ON w.debtor = d.debtor
WHERE k.debtor = d.debtor AND k.state <> 'closed' AND k.seen IS DISTINCT FROM {_MARK}
"""
# The sums of cases `g` (id, debtor, on_day, small, seen), and whether the mark of each is another one now.
# Each case looks its own lines up by index: joined as a whole they were summed again for every case, whenever the
# planner expected one row of them.
SUMS = f"""
, w AS (SELECT DISTINCT h.debtor FROM g JOIN hold h ON h.debtor = g.debtor AND h.line IS NULL
      AND h.released_at IS NULL AND (h.until IS NULL OR h.until >= g.on_day))
SELECT g.*, coalesce(o.overdue, 0) AS overdue, coalesce(o.held, 0) AS held, o.oldest,
  w.debtor IS NOT NULL AS whole_hold,
  g.seen IS DISTINCT FROM {_OF.format("g.small")} AS changed
FROM g LEFT JOIN w ON w.debtor = g.debtor CROSS JOIN LATERAL (
  SELECT sum(lb.outstanding - coalesce(v.covered, 0))::bigint AS overdue, sum(lb.held)::bigint AS held, {_HASH}
  FROM bill b {_LINES % "debtor = g.debtor"}
  WHERE b.debtor = g.debtor AND b.due_on < g.on_day AND g.state <> 'closed' AND {_COUNTS}) o
ORDER BY (g.state = 'closed'), g.opened_on DESC, g.sort_key, g.unit_name, g.id
"""
# Whoever has a case locked is changing it, and looks at it then.
_TOUCH = """
WITH rest AS (SELECT k.id FROM arrears_case k WHERE k.community = $1 AND k.state <> 'closed' AND k.looked_on < $2
  AND NOT EXISTS (SELECT FROM unnest($3::uuid[]) c(debtor) WHERE c.debtor = k.debtor)
  ORDER BY k.id FOR NO KEY UPDATE SKIP LOCKED),
done AS (UPDATE arrears_case k SET looked_on = $2 FROM rest WHERE k.id = rest.id RETURNING k.id)
SELECT count(*)::int FROM done
"""


async def changed_debtors(community: int, on: date, small: Money) -> list[UUID]:
    """Debtors whose cases may open, change, close, climb or need a reminder on a day; in the caller's transaction."""
    rows = await fetch(
        _CHANGED,
        on,
        small.fen,
        community,
        FIRST_DAY[2],
        NoticeKind.arrears_reminder.value,
        [state.value for state in OUT],
    )
    return [row["debtor"] for row in rows]


async def remember(debtors: Sequence[UUID], on: date, small: Money) -> None:
    """Save the marks of cases that were just looked at; in the caller's transaction, under its locks."""
    await fetch(_REMEMBER, on, small.fen, list(debtors))


async def pass_over(community: int, debtors: Sequence[UUID], on: date) -> int:
    """Record that all other cases were looked at on a day, since nothing about them changed; returns how many."""
    value: int = await fetch_value(_TOUCH, community, on, list(debtors))
    return value


_BILLS = "SELECT b.id FROM bill b JOIN arrears_case k ON k.debtor = b.debtor WHERE k.id = $1 AND "
_CASE = "SELECT k.*, c.timezone FROM arrears_case k JOIN community c ON c.id = k.community WHERE k.id = $1 AND "
_AT_DESK = "k.community = ANY($2::int[])"
_OWN = "EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))"
_IN_ORDER, _LOCKED = " ORDER BY b.id FOR NO KEY UPDATE OF b", " FOR NO KEY UPDATE OF k"


async def case_at_desk(by: Principal, case: UUID, what: May) -> Record:
    """A case of a community where they may do this, locked after the bills of its debtor (always in this order).

    It has its columns and the estate's `timezone`. Raises Missing.
    """
    those = list(by.where(what))
    await fetch(_BILLS + _AT_DESK + _IN_ORDER, case, those)
    return _found(await fetch_one(_CASE + _AT_DESK + _LOCKED, case, those))


async def own_case(by: Principal, case: UUID) -> Record:
    """The same for a case of which they are debtors. Raises Missing."""
    those = list(by.persons)
    await fetch(_BILLS + _OWN + _IN_ORDER, case, those)
    return _found(await fetch_one(_CASE + _OWN + _LOCKED, case, those))


def _found(case: Record | None) -> Record:
    if case is None:
        raise Missing
    return case

"""Which terms apply to a case: the estate's, or those of the first exception that fits the home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.arrears.cases.rules import Standing
from portal.arrears.ladder.history import LOOKS_BACK, Settled, history_on, since
from portal.arrears.ladder.rules import Ladder, Policy, Segment
from portal.homes.units.states import OccupancyState, Use
from portal.homes.vacancies.queries import LIVED_IN
from portal.platform.db.unit_of_work import fetch

_HOMES = (
    "SELECT d.id, u.use, "
    + LIVED_IN.format(day="$2::date")
    + " AS occupancy, (SELECT min(v.starts_on) FROM vacancy v WHERE v.unit = u.id AND v.state = 'approved'"
    " AND v.starts_on <= $2::date AND coalesce(v.ends_on, 'infinity') >= $2::date) AS vacant_since"
    " FROM debtor d JOIN unit u ON u.id = d.unit WHERE d.id = ANY($1::uuid[])"
)
# A bill is settled on the day of the last money, correction or credit, once nothing of it is owed beyond credit. What
# belongs to the maintenance fund does not count.
_BILLS = """
SELECT b.debtor, b.due_on, CASE WHEN w.left_over <= 0 THEN coalesce(w.at, b.due_on) END AS settled_on
FROM bill b JOIN community c ON c.id = b.community LEFT JOIN covered_bills($1::uuid[]) v ON v.bill = b.id JOIN LATERAL (
  SELECT sum(lb.outstanding) - coalesce(v.covered, 0) AS left_over,
    max((greatest(x.at, (SELECT max(created_at) FROM credit WHERE debtor = b.debtor AND lb.outstanding > 0))
      AT TIME ZONE c.timezone)::date) AS at
  FROM line_balance lb LEFT JOIN LATERAL (SELECT max(y.at) AS at FROM (
    SELECT created_at AS at FROM allocation WHERE line = lb.line
    UNION ALL SELECT created_at FROM adjustment WHERE line = lb.line) y) x ON true
  WHERE lb.bill = b.id AND NOT lb.replaced AND NOT lb.fund) w ON w.left_over IS NOT NULL
WHERE b.debtor = ANY($1::uuid[]) AND b.due_on < $2 AND b.due_on >= $3
"""


@dataclass(frozen=True)
class Segmented:
    """The segment of a home, and since when it has had its payment history and been vacant; None if always."""

    segment: Segment
    history_since: date | None
    vacant_since: date | None


async def segments_of(debtors: Mapping[UUID, UUID], on: date) -> dict[UUID, Segmented]:
    """The segment of each case (id to debtor) on a day, computed from facts; in the caller's transaction."""
    wanted = list(debtors.values())
    bills: dict[UUID, list[Settled]] = defaultdict(list)
    for row in await fetch(_BILLS, wanted, on, on - 2 * LOOKS_BACK - timedelta(days=1)):
        bills[row["debtor"]].append(Settled(row["due_on"], row["settled_on"]))
    homes = {row["id"]: row for row in await fetch(_HOMES, wanted, on)}
    segments = {}
    for case, debtor in debtors.items():
        home, mine = homes[debtor], bills[debtor]
        segment = Segment(
            use=Use(home["use"]), occupancy=OccupancyState(home["occupancy"]), history=history_on(mine, on)
        )
        segments[case] = Segmented(segment, since(mine, on), home["vacant_since"])
    return segments


async def policies_of(
    ladder: Ladder, standings: Mapping[UUID, Standing], debtors: Mapping[UUID, UUID], on: date
) -> dict[UUID, Policy]:
    """The terms of each case. If the ladder has no exceptions, nothing else is read."""
    if not ladder.exceptions or not standings:
        return dict.fromkeys(standings, ladder.terms)
    segments = await segments_of({case: debtors[case] for case in standings}, on)
    return {case: ladder.policy_for(segments[case].segment, standing.overdue) for case, standing in standings.items()}

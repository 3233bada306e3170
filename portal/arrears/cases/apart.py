"""What stands beside the sum of a case, and is told apart on papers and pages: credit, and the maintenance fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.kit.money import ZERO, Money
from portal.platform.db.unit_of_work import fetch

_APART = """
SELECT w.debtor, sum(o.covered)::bigint AS covered,
  coalesce(sum(o.outstanding - o.held) FILTER (WHERE o.fund), 0)::bigint AS fund
FROM unnest($1::uuid[], $2::date[]) AS w(debtor, on_day) CROSS JOIN LATERAL owed_by(w.debtor) o
WHERE o.due_on < w.on_day GROUP BY w.debtor
"""


@dataclass(frozen=True)
class Apart:
    """Of what is past its date: `covered` is held as the debtor's credit and taken off the sum that is asked.

    `fund` is owed to the maintenance fund. It belongs to all owners, so that the company neither chases nor claims it.
    """

    covered: Money = ZERO
    fund: Money = ZERO


async def apart_of(debtors: Sequence[UUID], days: Sequence[date]) -> dict[UUID, Apart]:
    """For each debtor on their day, as sums are now; in the running unit of work."""
    rows = await fetch(_APART, list(debtors), list(days)) if debtors else []
    found = {row["debtor"]: Apart(Money(row["covered"]), Money(row["fund"])) for row in rows}
    return {debtor: found.get(debtor, Apart()) for debtor in debtors}

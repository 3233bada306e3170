"""While all who owe have died and no heir can be addressed, everything stands still, and no day counts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from portal.care.holds.actions import hold_case, release
from portal.care.holds.states import HoldReason
from portal.platform.db.unit_of_work import fetch

AGAIN = "an heir can be addressed, or it was a mistake"

# Debtors of whom all have died without an heir who could be addressed, and whether their hold on everything is there.
_STILL = """
SELECT d.id, d.community, d.still, EXISTS (SELECT FROM hold h WHERE h.debtor = d.id AND h.source = d.id
    AND h.reason = 'deceased' AND h.released_at IS NULL) AS held
FROM (SELECT d.id, d.community, bool_and(coalesce(s.standing = 'deceased', false)
    OR s.represented_by IS NOT NULL AND s.address IS NULL AND h.phone IS NULL) AS still FROM debtor d
  JOIN debtor_member m ON m.debtor = d.id LEFT JOIN person_now s ON s.person = m.person
  LEFT JOIN person h ON h.id = s.represented_by
  WHERE d.id = ANY($1::uuid[]) GROUP BY d.id, d.community) d ORDER BY d.id
"""


async def keep_still(debtors: Sequence[UUID], *, actor: str) -> None:
    """Hold everything of debtors who have all died, and let go as soon as somebody can be addressed.

    In the running unit of work; nothing to change is fine. The hold's source is the debtor.
    """
    for row in await fetch(_STILL, list(debtors)):
        if row["still"] and not row["held"]:
            await hold_case(row["community"], row["id"], HoldReason.deceased, row["id"], actor)
        elif row["held"] and not row["still"]:
            await release(row["id"], by=actor, why=AGAIN)

"""What is left of a claim, line by line. Desk, owner and documents all use this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch

_LINES = """
SELECT w.claim, w.line, w.claimed, w.left_over, i.name_zh, i.name_en, b.period, b.number FROM claim_line_left w
JOIN bill_line l ON l.id = w.line JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item
WHERE w.claim = ANY($1::uuid[]) ORDER BY b.due_on, b.number, l.position
"""


@dataclass(frozen=True)
class LineLeft:
    """A line of a claim: the sum claimed, and how much of it may still be asked for. `bill` is a number."""

    line: UUID
    item: Bilingual
    period: Month
    bill: int
    claimed: Money
    left: Money


async def lines_left_of(claims: Sequence[UUID]) -> dict[UUID, list[LineLeft]]:
    """The lines of claims, the earliest due first; in the caller's transaction."""
    result: dict[UUID, list[LineLeft]] = {claim: [] for claim in claims}
    for row in await fetch(_LINES, list(claims)):
        item = Bilingual(row["name_zh"], row["name_en"])
        line = LineLeft(
            line=row["line"],
            item=item,
            period=Month.parse(row["period"]),
            bill=row["number"],
            claimed=Money(row["claimed"]),
            left=Money(row["left_over"]),
        )
        result[row["claim"]].append(line)
    return result

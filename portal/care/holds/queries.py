"""What is on hold, for other slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.fees.receivables.states import HoldReason
from portal.kit.money import Money
from portal.platform.db.unit_of_work import Scope, fetch, reading


@dataclass(frozen=True)
class HoldRow:
    """A live hold: on `amount` of a line, or on the debtor's whole case if both are None."""

    id: UUID
    debtor: UUID
    line: UUID | None
    amount: Money | None
    reason: HoldReason
    source: UUID
    placed_at: datetime
    until: date | None
    note: str | None = None

    @property
    def whole_case(self) -> bool:
        """Whether nothing of the debtor may be chased."""
        return self.line is None


@reading
async def live_holds(scope: Scope, debtor: UUID, on: date) -> list[HoldRow]:
    """The holds on a debtor's lines and case that include this day, the oldest first."""
    rows = await fetch(
        "SELECT id, debtor, line, amount, reason, source, placed_at, until, note FROM hold"
        " WHERE debtor = $1 AND released_at IS NULL AND (until IS NULL OR until >= $2) ORDER BY placed_at, line",
        debtor,
        on,
    )
    return [_row(row) for row in rows]


def _row(row: Record) -> HoldRow:
    amount = None if row["amount"] is None else Money(row["amount"])
    return HoldRow(
        id=row["id"],
        debtor=row["debtor"],
        line=row["line"],
        amount=amount,
        reason=HoldReason(row["reason"]),
        source=row["source"],
        placed_at=row["placed_at"],
        until=row["until"],
        note=row["note"],
    )


async def pauses_of(debtors: Sequence[UUID]) -> dict[UUID, tuple[tuple[date, date], ...]]:
    """When everything of some debtors was paused by a death, as `rules` counts; in the caller's transaction."""
    grouped: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for row in await fetch(
        "SELECT h.debtor, (h.placed_at AT TIME ZONE c.timezone)::date AS first,"
        " coalesce((h.released_at AT TIME ZONE c.timezone)::date, 'infinity') AS last"
        " FROM hold h JOIN community c ON c.id = h.community WHERE h.debtor = ANY($1::uuid[])"
        " AND h.reason = 'deceased' ORDER BY h.placed_at",
        list(debtors),
    ):
        grouped[row["debtor"]].append((row["first"], row["last"]))
    return {debtor: tuple(pauses) for debtor, pauses in grouped.items()}

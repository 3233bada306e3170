"""Place and release holds, always inside the transaction of the act that asks for it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.care.holds.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value

TOO_MUCH = N_("Only %(free)s of this line can be put on hold; the rest is paid or on hold already.")


async def hold_line(
    community: int,
    debtor: UUID,
    line: UUID,
    amount: Money,
    reason: HoldReason,
    source: UUID,
    placed_by: str,
    until: date | None = None,
    *,
    note: str | None = None,
) -> UUID:
    """Keep a part of a line from being chased, up to and including `until`; the hold's id. Locks the line's bill.

    Raises Refused above what the line owes and no other hold covers, so that no fen is held twice.
    """
    free = await free_of_holds(line)
    if amount > free:
        raise Refused(TOO_MUCH, free=free)
    return await _place(
        community,
        debtor,
        line=line,
        amount=amount,
        reason=reason,
        source=source,
        placed_by=placed_by,
        until=until,
        note=note,
    )


async def hold_case(
    community: int,
    debtor: UUID,
    reason: HoldReason,
    source: UUID,
    placed_by: str,
    until: date | None = None,
    *,
    note: str | None = None,
) -> UUID:
    """Keep everything that a debtor owes from being chased, up to and including `until`; the hold's id.

    Asked again for the same source it answers with the hold that is there.
    """
    there = await fetch_value(
        "SELECT id FROM hold WHERE debtor = $1 AND line IS NULL AND source = $2 AND released_at IS NULL"
        " FOR NO KEY UPDATE",
        debtor,
        source,
    )
    return there or await _place(
        community,
        debtor,
        line=None,
        amount=None,
        reason=reason,
        source=source,
        placed_by=placed_by,
        until=until,
        note=note,
    )


async def release(source: UUID, *, by: str, why: str | None = None) -> Money:
    """Let go of every live hold of a source; how much of single lines that frees. Nothing there is fine."""
    return await _let_go(
        await fetch(
            "UPDATE hold SET released_at = $2 WHERE source = $1 AND released_at IS NULL"
            " RETURNING id, community, amount",
            source,
            clock.now(),
        ),
        by,
        why,
    )


async def expire(on: date) -> int:
    """Let go of the holds in scope that lasted until a day before `on`; how many there were."""
    gone = await fetch(
        "UPDATE hold SET released_at = $2 WHERE until < $1 AND released_at IS NULL RETURNING id, community, amount",
        on,
        clock.now(),
    )
    await _let_go(gone, "job:holds", "expired")
    return len(gone)


async def free_of_holds(line: UUID) -> Money:
    """What a line owes beyond its live holds, with its bill locked until the transaction ends. Raises Missing."""
    await fetch("SELECT FROM bill WHERE id = (SELECT bill FROM bill_line WHERE id = $1) FOR NO KEY UPDATE", line)
    found = await fetch_one("SELECT outstanding, held FROM line_balance WHERE line = $1", line)
    if found is None:
        raise Missing
    return Money(max(found["outstanding"] - found["held"], 0))


async def _place(
    community: int,
    debtor: UUID,
    line: UUID | None,
    amount: Money | None,
    reason: HoldReason,
    source: UUID,
    placed_by: str,
    until: date | None,
    note: str | None,
) -> UUID:
    hold = await fetch_value(
        "INSERT INTO hold (id, community, debtor, line, amount, reason, source, placed_by, placed_at, until, note)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        community,
        debtor,
        line,
        amount.fen if amount else None,
        reason.value,
        source,
        placed_by,
        clock.now(),
        until,
        note,
    )
    facts: dict[str, Any] = {"debtor": debtor, "line": line, "amount": amount, "until": until}
    known = {name: fact for name, fact in facts.items() if fact is not None}
    await record(
        placed_by, AuditVerb.HOLD_PLACED, f"hold:{hold}", community=community, source=source, cause=reason, **known
    )
    return hold


async def _let_go(holds: list[Record], by: str, why: str | None) -> Money:
    for hold in holds:
        await record(by, AuditVerb.HOLD_RELEASED, f"hold:{hold['id']}", community=hold["community"], reason=why)
    return Money(sum(hold["amount"] or 0 for hold in holds))

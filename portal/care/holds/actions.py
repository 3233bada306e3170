"""Place and release holds in the caller's transaction; pause two weeks for hardship."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.care.holds.rules import AGAIN_AFTER, HELD_FOR
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.estates.queries import today_in
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value

TOO_MUCH = N_("At most %(free)s of this line can be put on hold. The rest is paid or already on hold.")


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
    """Hold a part of a line, up to and including `until`, and return the hold's id. Locks the line's bill.

    Raises Refused for more than the line owes without other holds, so that no fen is held twice.
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
    """Hold everything that a debtor owes, up to and including `until`, and return the hold's id.

    A second call for the same source returns the first hold.
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
    """Release all live holds of a source, and return the sum that this frees on single lines. None there is fine."""
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
    """Release the holds in scope whose last day is before `on`, and return how many."""
    gone = await fetch(
        "UPDATE hold SET released_at = $2 WHERE until < $1 AND released_at IS NULL RETURNING id, community, amount",
        on,
        clock.now(),
    )
    await _let_go(gone, "job:holds", "expired")
    return len(gone)


async def free_of_holds(line: UUID) -> Money:
    """What a line owes less its live holds, with its bill locked until the transaction ends. Raises Missing."""
    await fetch("SELECT FROM bill WHERE id = (SELECT bill FROM bill_line WHERE id = $1) FOR NO KEY UPDATE", line)
    row = await fetch_one("SELECT outstanding, held FROM line_balance WHERE line = $1", line)
    if row is None:
        raise Missing
    return Money(max(row["outstanding"] - row["held"], 0))


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
    hold: UUID = await fetch_value(
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


async def leave_alone(community: int, debtor: UUID, source: UUID, placed_by: str, note: str) -> date | None:
    """Hold everything that a debtor owes for 14 days, notify all who owe it, and return the last day.

    Only once in three months, whoever records it. After that nothing new is held, and it returns the last day of the
    hold that still runs, or None. A longer pause needs a plan, or a hold by staff with its reason.

    Only finance and managers can read the words. Part of the caller's unit of work.
    """
    today = await today_in(community)
    last = await last_time(debtor)
    if last and today < last["on_day"] + AGAIN_AFTER:
        return last["until"] if last["until"] >= today and last["released_at"] is None else None
    until = today + HELD_FOR
    await hold_case(
        community,
        debtor,
        reason=HoldReason.hardship,
        source=source,
        placed_by=placed_by,
        until=until,
        note=note or None,
    )
    await _tell(community, debtor, source, today, until)
    return until


async def last_time(debtor: UUID) -> Record | None:
    """The newest such hold: its `source`, `until`, `released_at`, and `on_day`, the day it was placed."""
    return await fetch_one(
        "SELECT h.source, h.until, h.released_at, (h.placed_at AT TIME ZONE c.timezone)::date AS on_day FROM hold h"
        " JOIN community c ON c.id = h.community WHERE h.debtor = $1 AND h.reason = 'hardship'"
        " ORDER BY h.placed_at DESC LIMIT 1",
        debtor,
    )


async def _tell(community: int, debtor: UUID, source: UUID, today: date, until: date) -> None:
    people = await fetch(
        "SELECT m.person, u.name AS unit FROM debtor_member m JOIN debtor d ON d.id = m.debtor"
        " JOIN unit u ON u.id = d.unit WHERE m.debtor = $1 ORDER BY m.person",
        debtor,
    )
    await tell(
        [one["person"] for one in people],
        NoticeKind.pause_begun,
        community=community,
        subject=f"hold:{source}",
        link="/case",
        channels=(Channel.inbox, Channel.sms),
        unit=people[0]["unit"],
        from_on=today,
        until_on=until,
    )

"""What the form shows: the bills that may go into a plan, and how it would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.care.plans.choosing import refuse_not_owed, wanted
from portal.care.plans.rules import Part
from portal.care.plans.states import LIVE
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading


@dataclass(frozen=True)
class OfferedBill:
    """A bill that may go into a plan."""

    id: UUID
    unit: str
    estate: str
    period: Month
    due_on: date
    payable: Money


@dataclass(frozen=True)
class Offer:
    """The bills that may go into a plan, the ones chosen, and the plan that is in the way, if any."""

    bills: list[OfferedBill]
    chosen: list[UUID]
    live: UUID | None
    today: date


@dataclass(frozen=True)
class Preview:
    """What a plan would look like."""

    total: Money
    parts: tuple[Part, ...]


@reading
async def offer_to(by: Principal, bills: Sequence[UUID]) -> Offer:
    """What a person may ask instalments for; `bills` are chosen. Raises Missing when one of them is not theirs."""
    await refuse_not_owed(bills, by.persons)
    rows = await fetch(
        "SELECT b.id, b.debtor, u.name AS unit, c.name AS estate, b.period, b.due_on,"
        " w.outstanding - w.held - coalesce(v.covered, 0) - w.fund AS payable, c.timezone"
        " FROM bill b JOIN bill_balance w ON w.bill = b.id LEFT JOIN covered_bills(ARRAY("
        "   SELECT debtor FROM debtor_member WHERE person = ANY($1::uuid[]))) v ON v.bill = b.id"
        " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " WHERE w.outstanding > w.held + coalesce(v.covered, 0) + w.fund AND w.state <> 'replaced'"
        " AND EXISTS (SELECT FROM bill_reader r WHERE r.bill = b.id AND r.owes AND r.person = ANY($1::uuid[]))"
        " ORDER BY u.sort_key, u.name, b.due_on, b.number",
        list(by.persons),
    )
    live = await fetch_one(
        "SELECT p.id FROM plan p JOIN debtor_member m ON m.debtor = p.debtor WHERE m.person = ANY($1::uuid[])"
        " AND p.state = ANY($3)"
        " AND ($2::uuid[] = '{}' OR p.debtor IN (SELECT debtor FROM bill WHERE id = ANY($2)))"
        " ORDER BY p.asked_at DESC LIMIT 1",
        list(by.persons),
        list(bills),
        [state.value for state in LIVE],
    )
    offered = [
        OfferedBill(
            id=row["id"],
            unit=row["unit"],
            estate=row["estate"],
            period=Month.parse(row["period"]),
            due_on=row["due_on"],
            payable=Money(row["payable"]),
        )
        for row in rows
    ]
    one_home = len({row["debtor"] for row in rows}) == 1
    chosen = list(bills) or ([bill.id for bill in offered] if one_home else [])
    today = clock.today(rows[0]["timezone"] if rows else "Asia/Shanghai")
    return Offer(offered, chosen, live["id"] if live else None, today)


@reading
async def preview(by: Principal, bills: Sequence[UUID], instalments: int, first_on: date) -> Preview:
    """The dates and sums of a plan that nobody has asked for yet. Raises what `wanted` raises."""
    asked = await wanted(by, bills, instalments, first_on, lock=False)
    return Preview(asked.total, asked.parts)

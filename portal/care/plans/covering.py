"""The charges that a plan covers, with what can still be paid of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.kit.bilingual import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch


@dataclass(frozen=True)
class PlanLineRow:
    """A line in a plan. `payable` is what is asked for it now: not what is under review or covered by credit."""

    bill: UUID
    line: UUID
    period: Month
    item: Bilingual
    due_on: date
    amount: Money
    payable: Money


async def lines_of(plan: UUID) -> list[PlanLineRow]:
    """The lines of a plan as they stand now, the earliest due first; part of the caller's unit of work."""
    rows = await fetch(
        "SELECT l.bill, l.id, b.period, i.name_zh, i.name_en, b.due_on, pl.amount,"
        " coalesce(o.outstanding - o.held - o.covered, 0) AS payable FROM plan_line pl"
        " JOIN bill_line l ON l.id = pl.line JOIN bill b ON b.id = l.bill JOIN charge_item i ON i.id = l.item"
        " LEFT JOIN owed_by((SELECT debtor FROM plan WHERE id = $1)) o ON o.line = l.id"
        " WHERE pl.plan = $1 ORDER BY b.due_on, b.number, l.position",
        plan,
    )
    return [
        PlanLineRow(
            bill=row["bill"],
            line=row["id"],
            period=Month.parse(row["period"]),
            item=Bilingual(row["name_zh"], row["name_en"]),
            due_on=row["due_on"],
            amount=Money(row["amount"]),
            payable=Money(row["payable"]),
        )
        for row in rows
    ]

"""Corrections for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.corrections.states import CorrectionKind, CorrectionState
from portal.money.online.queries import open_online
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class CorrectionRow:
    """A request, and whether the reader may answer it."""

    id: UUID
    bill: UUID
    line: UUID
    unit: str
    estate: str
    item: Bilingual
    month: Month
    kind: CorrectionKind
    amount: Money
    reason: str
    state: CorrectionState
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answer: str | None
    can_be_answered: bool


@reading
async def corrections_at(by: Principal) -> list[CorrectionRow]:
    """The latest hundred requests of the reader's communities: those that wait first, then the newest."""
    rows = await fetch(
        "SELECT c.*, l.bill, l.first_month, u.name AS unit, e.name AS estate, i.name_zh, i.name_en, s.name AS asker,"
        " s.human AS asker_human, t.name AS answerer"
        " FROM correction c JOIN bill_line l ON l.id = c.line JOIN unit u ON u.id = l.unit"
        " JOIN community e ON e.id = c.community JOIN charge_item i ON i.id = l.item JOIN staff s ON s.id = c.asked_by"
        " LEFT JOIN staff t ON t.id = c.answered_by"
        " WHERE c.community = ANY($1) ORDER BY c.state <> 'waiting', c.asked_at DESC LIMIT 100",
        list(by.where(May.read_corrections)),
    )
    return [_row(by, row) for row in rows]


@reading
async def open_online_of(by: Principal, correction: UUID) -> Money:
    """The sum that is open online for the bill of a correction that this person may answer."""
    rows = await fetch(
        "SELECT l.bill FROM correction c JOIN bill_line l ON l.id = c.line WHERE c.id = $1 AND c.community = ANY($2)",
        correction,
        list(by.where(May.approve_corrections)),
    )
    return await open_online(by, [row["bill"] for row in rows])


def _row(by: Principal, row: Record) -> CorrectionRow:
    return CorrectionRow(
        id=row["id"],
        bill=row["bill"],
        line=row["line"],
        unit=row["unit"],
        estate=row["estate"],
        item=Bilingual(row["name_zh"], row["name_en"]),
        month=Month.parse(row["first_month"]),
        kind=CorrectionKind(row["kind"]),
        amount=Money(row["amount"]),
        reason=row["reason"],
        state=CorrectionState(row["state"]),
        asked_by=row["asker"],
        asked_at=row["asked_at"],
        answered_by=row["answerer"],
        answer=row["answer"],
        can_be_answered=row["state"] == CorrectionState.waiting
        and by.may(row["community"], May.approve_corrections)
        and row["asker_human"] != by.human,
    )

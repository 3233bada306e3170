"""A selection of bills and lines with what each still owes, for owners and the counter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import asyncpg

from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.money.payments.queries import covers
from portal.money.payments.rules import ChosenLine, Part
from portal.platform.db.unit_of_work import fetch

ONE_HOME = N_("These bills are not for the same home and the same people. Please pay for one home at a time.")

_LINES = """
SELECT l.id AS line, l.bill, b.number, l.position, b.due_on, b.debtor, b.community, lb.outstanding, lb.held,
       lb.replaced, lb.fund, (SELECT sum(c.amount) FROM credit c WHERE c.debtor = b.debtor) AS credit
FROM bill_line l JOIN bill b ON b.id = l.bill JOIN line_balance lb ON lb.line = l.id
WHERE l.bill = ANY($1::uuid[]) OR l.id = ANY($2::uuid[])
ORDER BY b.due_on, b.number, l.position
"""
_COVERED = f"SELECT * FROM {covers('debtor = ANY($1::uuid[])')} v"


async def lock_bills(bills: Collection[UUID]) -> None:
    """Lock these bills until the unit of work ends, in the order of their ids (lock order: unit, bills, attempt)."""
    await fetch("SELECT id FROM bill WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", list(bills))


async def bills_of_lines(bills: Collection[UUID], lines: Collection[UUID]) -> list[UUID]:
    """The bills in a choice. Raises Missing if a bill or line does not exist."""
    rows = await fetch("SELECT id, bill FROM bill_line WHERE id = ANY($1::uuid[])", list(lines))
    touched = {*bills, *(row["bill"] for row in rows)}
    there = await fetch("SELECT id FROM bill WHERE id = ANY($1::uuid[])", list(touched))
    if len(rows) != len(set(lines)) or len(there) != len(touched):
        raise Missing
    return sorted(touched)


async def refuse_foreign(bills: Collection[UUID], persons: Collection[UUID]) -> None:
    """Raises Missing unless these persons may read all of the bills."""
    rows = await fetch(
        "SELECT DISTINCT bill FROM bill_reader WHERE bill = ANY($1::uuid[]) AND person = ANY($2::uuid[])",
        list(bills),
        list(persons),
    )
    if len(rows) != len(set(bills)):
        raise Missing


class Choice:
    """The chosen lines with their balances; `community` and `debtor` are the same for all of them."""

    def __init__(
        self,
        rows: list[asyncpg.Record],
        explicit: Collection[UUID],
        whole: Collection[UUID],
        covered: Mapping[UUID, int],
    ) -> None:
        if not rows:
            raise Missing
        if len({(row["community"], row["debtor"]) for row in rows}) > 1:
            raise Invalid("bill", ONE_HOME)
        self.community: int = rows[0]["community"]
        self.debtor: UUID = rows[0]["debtor"]
        self.lines = tuple(
            _line(row, explicit, covered) for row in rows if row["line"] in explicit or row["bill"] in whole
        )
        self.bills = sorted({one.bill for one in self.lines})


async def chosen(bills: Collection[UUID], lines: Collection[UUID]) -> Choice:
    """The lines meant by ticked bills and ticked lines, as they are now. Raises Missing, Invalid("bill").

    A replaced bill owes nothing; its replacement does.
    """
    rows = await fetch(_LINES, list(bills), list(lines))
    return Choice(rows, set(lines), set(bills), await _covered({row["debtor"] for row in rows if row["credit"]}))


async def _covered(debtors: Collection[UUID]) -> dict[UUID, int]:
    """What credit covers of each line, in fen, for debtors who have credit."""
    if not debtors:
        return {}
    return {row["line"]: row["covered"] for row in await fetch(_COVERED, list(debtors))}


def _line(row: asyncpg.Record, explicit: Collection[UUID], covered: Mapping[UUID, int]) -> ChosenLine:
    owed = 0 if row["replaced"] else row["outstanding"]
    return ChosenLine(
        line=row["line"],
        bill=row["bill"],
        bill_number=row["number"],
        position=row["position"],
        due_on=row["due_on"],
        outstanding=Money(owed),
        held=Money(min(row["held"], owed)),
        explicit=row["line"] in explicit,
        covered=Money(covered.get(row["line"], 0)),
        fund=row["fund"],
    )


async def outstanding_of(parts: Collection[Part]) -> dict[UUID, Money]:
    """What the lines of a designation still owe; replaced ones owe nothing. Lock their bills first."""
    rows = await fetch(
        "SELECT line, CASE WHEN replaced THEN 0 ELSE outstanding END AS owed FROM line_balance"
        " WHERE line = ANY($1::uuid[])",
        [part.line for part in parts],
    )
    return {row["line"]: Money(row["owed"]) for row in rows}

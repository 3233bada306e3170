"""Bills for the desk, of the reader's own estates."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from portal.fees.bills.queries import BILL, COVERED, PER_PAGE, bill_row, explained, lines_of
from portal.fees.bills.rows import BillList, BillPage, BillRow, LinePage
from portal.homes.units.names import homes_called
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading


@reading
async def bills_at(by: Principal, words: str = "", page: int = 1) -> BillList:
    """Bills of the reader's communities, newest first. `words` is a home's name in any spelling, or a bill's number.

    Pages work as in `bills_of`. Balances are computed for this page only, because a whole estate takes too long; so
    there is no total.
    """
    communities, typed = list(by.where(May.read_homes)), words.strip()
    rows = await fetch(
        "WITH shown AS (SELECT b.id, b.debtor, count(*) OVER () AS found FROM bill b JOIN unit u ON u.id = b.unit"
        "   WHERE b.community = ANY($3) AND ($1 = '' OR u.id = ANY($6::uuid[]) OR b.number::text = $1)"
        "   ORDER BY b.issued_on DESC, b.number DESC LIMIT $4 OFFSET $5) " + BILL + ", false AS owes, shown.found"
        " FROM shown JOIN bill b ON b.id = shown.id JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT debtor FROM shown")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " ORDER BY b.issued_on DESC, b.number DESC",
        typed,
        clock.now(),
        communities,
        PER_PAGE,
        offset(page, PER_PAGE),
        await homes_called(communities, typed, loosely=True) if typed else [],
    )
    if not rows and page > 1:
        return await bills_at(by, words)
    result = rows[0]["found"] if rows else 0
    return BillList([bill_row(row) for row in rows], None, max(page, 1), pages(result, PER_PAGE))


@reading
async def bills_of_unit(by: Principal, unit: UUID) -> list[BillRow]:
    """Every bill of a home in the reader's communities, newest first."""
    rows = await fetch(
        BILL
        + ", false AS owes FROM bill b JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT id FROM debtor WHERE unit = $1")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " WHERE b.unit = $1 AND b.community = ANY($3) ORDER BY b.issued_on DESC, b.number DESC",
        unit,
        clock.now(),
        list(by.where(May.read_homes)),
    )
    return [bill_row(row) for row in rows]


@reading
async def bill_at(by: Principal, bill: UUID) -> BillPage:
    """A bill in one of the reader's communities. Raises Missing."""
    row = await _seen(by, bill)
    return BillPage(bill_row(row), await creditor_of(row["community"]), await lines_of(row))


@reading
async def line_at(by: Principal, bill: UUID, line: UUID) -> LinePage:
    """A line of such a bill with its explanation. Raises Missing."""
    return await explained(await _seen(by, bill), line)


async def _seen(by: Principal, bill: UUID) -> Record:
    row = await fetch_one(
        BILL
        + ", false AS owes FROM bill b JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT debtor FROM bill WHERE id = $1")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " WHERE b.id = $1 AND b.community = ANY($3)",
        bill,
        clock.now(),
        list(by.where(May.read_homes)),
    )
    if row is None:
        raise Missing
    return row

"""What the desk shows of bills and runs: every bill of one's communities, and what a run would add or has added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.billing.queries import BILL, PER_PAGE, BillList, BillPage, BillRow, LinePage, bill_row, explained, lines_of
from portal.billing.running import RunReport, preview_run
from portal.db import fetch, fetch_one, reading
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.money import ZERO, Money
from portal.kit.paging import offset, pages
from portal.kit.period import Month
from portal.people.principal import Principal, Role

RUNNERS = (Role.finance, Role.manager)


@dataclass(frozen=True)
class Estate:
    """A community that the reader works for, and the business date there."""

    id: int
    code: str
    name: str
    today: date


@dataclass(frozen=True)
class RunRow:
    """A published run."""

    id: UUID
    estate: str
    period: Month
    issued_on: date
    approver: str
    bills: int
    lines: int
    total: Money
    at: datetime


@dataclass(frozen=True)
class ItemChange:
    """What an item made last month and makes in this run."""

    item: str
    before: Money
    now: Money

    @property
    def difference(self) -> Money:
        """Now minus before."""
        return self.now - self.before


@dataclass(frozen=True)
class Preview:
    """What a run would add, against the month before."""

    estate: Estate
    period: Month
    issued_on: date
    report: RunReport
    changes: list[ItemChange]

    @property
    def before(self) -> Money:
        """The whole of the month before."""
        return Money(sum(change.before.fen for change in self.changes))


@reading
async def estates_of(by: Principal) -> list[Estate]:
    """The communities in which the reader may run bills."""
    rows = await fetch(
        "SELECT id, code, name, ($2 AT TIME ZONE timezone)::date AS today FROM community"
        " WHERE id = ANY($1) ORDER BY code",
        list(by.with_role(*RUNNERS)),
        clock.now(),
    )
    return [Estate(**row) for row in rows]


@reading
async def runs_of(by: Principal) -> list[RunRow]:
    """The last runs of the reader's communities, newest first, with the approver by name."""
    rows = await fetch(
        "SELECT r.id, c.name AS estate, r.period, r.issued_on, coalesce(s.name, r.approver) AS approver, r.bills,"
        " r.lines, r.total, r.created_at AS at FROM bill_run r JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.approver = 'staff:' || s.human"
        " WHERE r.community = ANY($1) ORDER BY r.created_at DESC LIMIT 60",
        list(by.with_role(*RUNNERS)),
    )
    return [RunRow(**{**row, "period": Month.parse(row["period"]), "total": Money(row["total"])}) for row in rows]


async def preview_of(by: Principal, code: str, period: Month, issued_on: date) -> Preview:
    """What publishing a month would add now. Raises Missing for a community that is not theirs."""
    estate = await estate_called(by, code)
    report = await preview_run(estate.id, period, issued_on)
    return Preview(estate, period, issued_on, report, await _changes(estate.id, period, report.result.by_item))


async def estate_called(by: Principal, code: str) -> Estate:
    """The community with this code, if the reader may run bills there. Raises Missing."""
    found = next((estate for estate in await estates_of(by) if estate.code == code), None)
    if found is None:
        raise Missing
    return found


@reading
async def _changes(community: int, period: Month, now: Mapping[str, Money]) -> list[ItemChange]:
    rows = await fetch(
        "SELECT i.code, sum(l.amount)::bigint AS fen FROM bill_line l JOIN bill b ON b.id = l.bill AND b.kind = 'run'"
        " JOIN charge_item i ON i.id = l.item WHERE b.community = $1 AND b.period = $2 GROUP BY i.code",
        community,
        str(period + -1),
    )
    before = {row["code"]: Money(row["fen"]) for row in rows}
    return [ItemChange(item, before.get(item, ZERO), now.get(item, ZERO)) for item in sorted({*before, *now})]


@reading
async def bills_at(by: Principal, words: str = "", page: int = 1) -> BillList:
    """Bills of one's communities, newest first; `words` is a home's name or a bill's number. Pages as `bills_of`.

    Only the balances of the page are reckoned, because a whole estate's would take long; so nothing is totalled.
    """
    rows = await fetch(
        BILL + ", false AS owes, shown.found"
        " FROM (SELECT b.id, count(*) OVER () AS found FROM bill b JOIN unit u ON u.id = b.unit"
        "   WHERE b.community = ANY($3) AND ($1 = '' OR u.name = $1 OR b.number::text = $1)"
        "   ORDER BY b.issued_on DESC, b.number DESC LIMIT $4 OFFSET $5) shown"
        " JOIN bill b ON b.id = shown.id JOIN bill_balance w ON w.bill = b.id JOIN unit u ON u.id = b.unit"
        " JOIN community c ON c.id = b.community ORDER BY b.issued_on DESC, b.number DESC",
        words.strip(),
        clock.now(),
        list(by.with_role(*Role)),
        PER_PAGE,
        offset(page, PER_PAGE),
    )
    if not rows and page > 1:
        return await bills_at(by, words)
    found = rows[0]["found"] if rows else 0
    return BillList([bill_row(row) for row in rows], None, max(page, 1), pages(found, PER_PAGE))


@reading
async def bills_of_unit(by: Principal, unit: UUID) -> list[BillRow]:
    """Every bill of a home of one's communities, newest first."""
    rows = await fetch(
        BILL + ", false AS owes FROM bill b JOIN bill_balance w ON w.bill = b.id JOIN unit u ON u.id = b.unit"
        " JOIN community c ON c.id = b.community WHERE b.unit = $1 AND b.community = ANY($3)"
        " ORDER BY b.issued_on DESC, b.number DESC",
        unit,
        clock.now(),
        list(by.with_role(*Role)),
    )
    return [bill_row(row) for row in rows]


@reading
async def bill_at(by: Principal, bill: UUID) -> BillPage:
    """A bill of one's communities. Raises Missing."""
    row = await _seen(by, bill)
    return BillPage(bill_row(row), row["estate"], row["hotline"], await lines_of(row))


@reading
async def line_at(by: Principal, bill: UUID, line: UUID) -> LinePage:
    """A line of such a bill, explained. Raises Missing."""
    return await explained(await _seen(by, bill), line)


async def _seen(by: Principal, bill: UUID) -> Record:
    row = await fetch_one(
        BILL + ", false AS owes FROM bill b JOIN bill_balance w ON w.bill = b.id JOIN unit u ON u.id = b.unit"
        " JOIN community c ON c.id = b.community WHERE b.id = $1 AND b.community = ANY($3)",
        bill,
        clock.now(),
        list(by.with_role(*Role)),
    )
    if row is None:
        raise Missing
    return row

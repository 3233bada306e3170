"""Bills for owners: only those they may read, with every figure from the view of balances."""

from __future__ import annotations

import json
from uuid import UUID

from asyncpg import Record

from portal.fees.bills.balance import balance_of
from portal.fees.bills.explanation import story_of
from portal.fees.bills.rows import AdjustmentRow, BillList, BillPage, BillRow, LinePage, LineRow
from portal.fees.receivables.states import BillKind
from portal.fees.tariffs.states import ItemKind
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.people.estates.queries import creditor_of
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 36  # what is unpaid, and a good two years
# To be joined to bills `b`: what credit covers of each, for the debtors that a SELECT names.
COVERED = " LEFT JOIN covered_bills(ARRAY({})) v ON v.bill = b.id"


@reading
async def bills_of(by: Principal, page: int = 1) -> BillList:
    """The bills that a person owes, or may pay as a tenant. A page past the end gives the first one."""
    rows = await fetch(
        "WITH mine AS (SELECT bill, bool_or(owes) AS owes FROM bill_reader WHERE person = ANY($1) GROUP BY bill)"
        " SELECT b.id, b.number, u.name AS unit, c.name AS estate, b.period, b.kind, b.issued_on, b.due_on,"
        "   b.due_moved, mine.owes,"
        "   w.fen, w.outstanding, w.held, w.state = 'replaced' AS replaced, w.on_hold, w.fund,"
        "   coalesce(v.covered, 0) AS covered,"
        "   ($2 AT TIME ZONE c.timezone)::date AS on_day, count(*) OVER () AS found,"
        "   coalesce(sum(w.outstanding - w.held - coalesce(v.covered, 0)) FILTER (WHERE w.state <> 'replaced')"
        "     OVER (), 0)::bigint AS payable, coalesce(sum(v.covered) OVER (), 0)::bigint AS all_covered,"
        "   coalesce(sum(w.outstanding - w.held - coalesce(v.covered, 0)) FILTER (WHERE w.state <> 'replaced'"
        "   AND w.on_hold AND b.due_on < ($2 AT TIME ZONE c.timezone)::date) OVER (), 0)::bigint AS paused,"
        "   n.charges, CASE n.charges WHEN 1 THEN n.name_zh END AS only_zh, n.name_en AS only_en"
        " FROM mine JOIN bill b ON b.id = mine.bill JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT y.debtor FROM mine JOIN bill y ON y.id = mine.bill")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " CROSS JOIN LATERAL (SELECT count(*) AS charges, min(i.name_zh) AS name_zh, min(i.name_en) AS name_en"
        "   FROM bill_line l JOIN charge_item i ON i.id = l.item WHERE l.bill = b.id) n"
        " ORDER BY w.outstanding = 0 OR w.state = 'replaced',"
        " CASE WHEN w.outstanding > 0 AND w.state <> 'replaced' THEN b.due_on END, b.issued_on DESC, b.number DESC"
        " LIMIT $3 OFFSET $4",
        list(by.persons),
        clock.now(),
        PER_PAGE,
        offset(page, PER_PAGE),
    )
    if not rows and page > 1:  # the total is in the rows: without rows nothing would seem to be owed
        return await bills_of(by)
    result = rows[0]["found"] if rows else 0
    payable, paused, covered = (Money(rows[0][name]) if rows else ZERO for name in ("payable", "paused", "all_covered"))
    bills = [bill_row(row) for row in rows]
    return BillList(
        bills=bills,
        payable=payable - paused,
        page=max(page, 1),
        pages=pages(result, PER_PAGE),
        paused=paused,
        covered=covered,
    )


@reading
async def bill_of(by: Principal, bill: UUID) -> BillPage:
    """A bill with its lines. Raises Missing if the reader may not see it."""
    row = await _readable(by, bill)
    return BillPage(bill_row(row), await creditor_of(row["community"]), await lines_of(row))


@reading
async def line_of(by: Principal, bill: UUID, line: UUID) -> LinePage:
    """A line with its explanation. Raises Missing if the reader may not see the bill, or the line is not on it."""
    return await explained(await _readable(by, bill), line)


async def explained(bill: Record, line: UUID) -> LinePage:
    """The page of a line on a bill that the reader may see; also used for staff."""
    chosen = next((row for row in await lines_of(bill) if row.id == line), None)
    if chosen is None:
        raise Missing
    own = await fetch_one("SELECT item, unit, amount, first_month FROM bill_line WHERE id = $1", line)
    before = await fetch_one(
        "SELECT last_month, sum(amount)::bigint AS fen FROM bill_line WHERE unit = $1 AND item = $2"
        " AND last_month < $3 GROUP BY last_month ORDER BY last_month DESC LIMIT 1",
        own["unit"],  # type: ignore[index]
        own["item"],  # type: ignore[index]
        own["first_month"],  # type: ignore[index]
    )
    adjustments = await fetch_as(
        AdjustmentRow,
        "SELECT kind, amount, reason, created_at AS made_at, source FROM adjustment WHERE line = $1"
        " ORDER BY created_at",
        line,
    )
    return LinePage(
        bill=bill_row(bill),
        line=chosen,
        amount=Money(own["amount"]),  # type: ignore[index]
        before=Money(before["fen"]) if before else None,
        before_month=Month.parse(before["last_month"]) if before else None,
        adjustments=adjustments,
    )


# What a page needs of a bill; $2 is the present moment. `owes` and the FROM clause, with COVERED, are the reader's own.
BILL = (
    "SELECT b.id, b.number, u.name AS unit, b.period, b.kind, b.issued_on, b.due_on, b.due_moved, w.fen, w.outstanding,"
    " w.held, w.state = 'replaced' AS replaced, w.on_hold, w.fund, coalesce(v.covered, 0) AS covered, b.debtor,"
    " b.community, c.name AS estate, ($2 AT TIME ZONE c.timezone)::date AS on_day"
)


async def _readable(by: Principal, bill: UUID) -> Record:
    row = await fetch_one(
        BILL + ", mine.owes"
        " FROM (SELECT bill, bool_or(owes) AS owes FROM bill_reader WHERE bill = $1 AND person = ANY($3) GROUP BY bill)"
        " mine JOIN bill b ON b.id = mine.bill JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT debtor FROM bill WHERE id = $1")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community",
        bill,
        clock.now(),
        list(by.persons),
    )
    if row is None:
        raise Missing
    return row


async def lines_of(bill: Record) -> list[LineRow]:
    """The lines of a row of `BILL`, in their order."""
    rows = await fetch(
        "SELECT l.id, i.name_zh, i.name_en, i.kind, l.first_month, l.last_month, l.supplement, l.facts, w.fen,"
        " w.outstanding, w.held, coalesce(o.covered, 0) AS covered,"
        " CASE WHEN w.fund THEN w.outstanding - w.held ELSE 0 END AS fund, d.dispute, coalesce(d.live, false) AS live"
        " FROM bill_line l JOIN line_balance w ON w.line = l.id"
        " JOIN charge_item i ON i.id = l.item LEFT JOIN owed_by($2) o ON o.line = l.id"
        " LEFT JOIN LATERAL (SELECT d.dispute, d.live FROM disputed d WHERE d.line = l.id"
        "  ORDER BY d.live DESC, d.opened_at DESC LIMIT 1) d ON true WHERE l.bill = $1 ORDER BY l.position",
        bill["id"],
        bill["debtor"],
    )
    return [
        LineRow(
            id=row["id"],
            item=Bilingual(row["name_zh"], row["name_en"]),
            first=Month.parse(row["first_month"]),
            last=Month.parse(row["last_month"]),
            supplement=row["supplement"],
            balance=balance_of({**row, **{name: bill[name] for name in ("due_on", "on_day", "replaced", "on_hold")}}),
            story=story_of(json.loads(row["facts"])),
            for_services=row["kind"] == ItemKind.service_fee,
            dispute=row["dispute"],
            in_dispute=row["live"],
        )
        for row in rows
    ]


def bill_row(row: Record) -> BillRow:
    """A row of `BILL` as a bill."""
    return BillRow(
        id=row["id"],
        number=row["number"],
        unit=row["unit"],
        estate=row["estate"],
        period=Month.parse(row["period"]),
        kind=BillKind(row["kind"]),
        issued_on=row["issued_on"],
        due_moved=row["due_moved"],
        owes=row["owes"],
        balance=balance_of(row),
        charges=row.get("charges", 0),
        only=Bilingual(row["only_zh"], row["only_en"]) if row.get("only_zh") else None,
    )

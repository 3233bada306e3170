"""Bills for owners: only those they may read, with every figure from the view of balances."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from portal.fees.bills.balance import Balance, balance_of
from portal.fees.bills.explanation import Story, story_of
from portal.fees.receivables.states import AdjustmentKind, BillKind, BillState
from portal.fees.tariffs.states import ItemKind
from portal.kit import clock
from portal.kit.display import offset, pages
from portal.kit.errors import Missing
from portal.kit.i18n import Bilingual
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.people.estates.creditor import Creditor
from portal.people.estates.queries import creditor_of
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

PER_PAGE = 24
# To be joined to bills `b`: what credit covers of each, for the debtors that a SELECT names.
COVERED = " LEFT JOIN covered_bills(ARRAY({})) v ON v.bill = b.id"


@dataclass(frozen=True)
class BillRow:
    """A bill in a list. `owes` is false for a tenant, who may pay but not dispute."""

    id: UUID
    number: int
    unit: str
    estate: str
    period: Month
    kind: BillKind
    issued_on: date
    due_moved: bool
    owes: bool
    balance: Balance

    @property
    def can_be_paid(self) -> bool:
        """Whether a part of it is payable."""
        return self.balance.state in (BillState.issued, BillState.part_paid) and bool(self.balance.payable)

    @property
    def paused(self) -> bool:
        """Whether it is past its due date but not asked for: it is on hold, or paid by instalments."""
        return self.balance.standing == "on_hold"

    @property
    def has_payments(self) -> bool:
        """Whether anything was paid on it."""
        return self.balance.state in (BillState.part_paid, BillState.paid)


@dataclass(frozen=True)
class BillList:
    """One page of bills, newest first. `payable` is the sum asked for all of them; the desk has no total (None).

    `covered` is what credit covers; it is not part of `payable`. `paused` is what may also be paid, although nobody
    asks for it now: it is past its due date and on hold as a whole.
    """

    bills: list[BillRow]
    payable: Money | None
    page: int
    pages: int
    paused: Money = ZERO
    covered: Money = ZERO


@dataclass(frozen=True)
class LineRow:
    """A line of a bill. `for_services` says whether it is the fee for the services that were promised.

    `dispute` is the latest dispute of it; `in_dispute` says whether that one is open.
    """

    id: UUID
    item: Bilingual
    first: Month
    last: Month
    supplement: int
    balance: Balance
    story: Story
    for_services: bool
    dispute: UUID | None
    in_dispute: bool

    @property
    def can_be_paid(self) -> bool:
        """Whether a part of it is outstanding; a held line may still be paid."""
        return self.balance.state in (BillState.issued, BillState.part_paid)

    @property
    def can_be_disputed(self) -> bool:
        """Whether it is paid or partly unpaid, and has no open dispute. A paid line can be wrong as well."""
        if self.in_dispute:
            return False
        if self.balance.state is BillState.paid:
            return bool(self.balance.fen)
        return self.can_be_paid and bool(self.balance.payable) and not self.balance.held


@dataclass(frozen=True)
class AdjustmentRow:
    """A later change to a line. `source` is the dispute it came from, if any."""

    kind: AdjustmentKind
    amount: Money
    reason: str
    made_at: datetime
    source: UUID | None


@dataclass(frozen=True)
class BillPage:
    """A bill with its lines and its debtors."""

    bill: BillRow
    creditor: Creditor
    lines: list[LineRow]


@dataclass(frozen=True)
class LinePage:
    """One line with its explanation, the same charge the last time, and the adjustments since."""

    bill: BillRow
    line: LineRow
    amount: Money
    before: Money | None
    before_month: Month | None
    adjustments: list[AdjustmentRow]

    @property
    def difference(self) -> Money | None:
        """This time minus last time."""
        return None if self.before is None else self.amount - self.before


@reading
async def bills_of(by: Principal, page: int = 1) -> BillList:
    """The bills that a person owes, or may pay as a tenant, newest first. A page past the end gives the first one."""
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
        "   AND w.on_hold AND b.due_on < ($2 AT TIME ZONE c.timezone)::date) OVER (), 0)::bigint AS paused"
        " FROM mine JOIN bill b ON b.id = mine.bill JOIN bill_balance w ON w.bill = b.id"
        + COVERED.format("SELECT y.debtor FROM mine JOIN bill y ON y.id = mine.bill")
        + " JOIN unit u ON u.id = b.unit JOIN community c ON c.id = b.community"
        " ORDER BY b.issued_on DESC, b.number DESC LIMIT $3 OFFSET $4",
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
    )

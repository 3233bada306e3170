"""What the desk shows of bills and runs: every bill of one's communities, and what a run would add or has added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.billing.queries import BILL, PER_PAGE, BillList, BillPage, BillRow, LinePage, bill_row, explained, lines_of
from portal.billing.requesting import RUNNERS
from portal.billing.states import RunState
from portal.db import fetch, fetch_one, reading
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.kit.money import ZERO, Money
from portal.kit.paging import offset, pages
from portal.kit.period import Month
from portal.people.principal import Principal, Role

STANDS_STILL = timedelta(minutes=2)  # the queue gives a killed worker's job to the next after half a minute


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
class AskedRun:
    """A run that was asked for and not published yet."""

    id: UUID
    estate: str
    period: Month
    state: RunState


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
class RunRemark:
    """An error or a warning of a run, by home and item."""

    unit: str | None
    item: str | None
    message: Sentence


@dataclass(frozen=True)
class RunPage:
    """A run asked for at the desk; sums in fen are Money. `done` of `whole` homes is how far the worker is."""

    id: UUID
    estate: str
    period: Month
    issued_on: date
    state: RunState
    approver: str | None
    done: int
    whole: int
    bills: int
    lines: int
    total: Money
    changes: list[ItemChange]
    error_count: int
    warning_count: int
    errors: list[RunRemark]
    warnings: list[RunRemark]
    stands_still: bool
    outdated: bool

    @property
    def waiting(self) -> bool:
        """Whether the worker has it, so that the page asks again by itself."""
        return self.state in (RunState.previewing, RunState.publishing)

    @property
    def can_publish(self) -> bool:
        """Whether it may be approved."""
        return self.state is RunState.previewed and self.bills > 0 and not self.error_count

    @property
    def is_published(self) -> bool:
        """Whether its bills are issued."""
        return self.state is RunState.published

    @property
    def is_publishing(self) -> bool:
        """Whether its bills are being issued."""
        return self.state is RunState.publishing

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


@reading
async def asked_runs(by: Principal) -> list[AskedRun]:
    """What was asked for in the reader's communities and waits for the worker or an approver, newest first."""
    rows = await fetch(
        "SELECT r.id, c.name AS estate, r.period, r.state FROM run_request r JOIN community c ON c.id = r.community"
        " WHERE r.community = ANY($1) AND r.state <> 'published' ORDER BY r.created_at DESC LIMIT 12",
        list(by.with_role(*RUNNERS)),
    )
    return [AskedRun(r["id"], r["estate"], Month.parse(r["period"]), RunState(r["state"])) for r in rows]


@reading
async def run_at(by: Principal, run: UUID) -> RunPage:
    """A run that was asked for in one of the reader's communities. Raises Missing."""
    row = await fetch_one(
        "SELECT r.*, c.name AS estate, coalesce(s.name, r.approved_by) AS approver FROM run_request r"
        " JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.approved_by = 'staff:' || s.human"
        " WHERE r.id = $1 AND r.community = ANY($2)",
        run,
        list(by.with_role(*RUNNERS)),
    )
    if row is None:
        raise Missing
    month, state = Month.parse(row["period"]), RunState(row["state"])
    report = json.loads(row["report"] or "{}")
    changes = await _changes(row["community"], month, report.get("by_item", {})) if report else []
    return RunPage(
        row["id"],
        row["estate"],
        month,
        row["issued_on"],
        state,
        row["approver"],
        row["done"],
        row["whole"],
        report.get("bills", 0),
        report.get("lines", 0),
        Money(report.get("total", 0)),
        changes,
        report.get("error_count", 0),
        report.get("warning_count", 0),
        [_remark(kept) for kept in report.get("errors", ())],
        [_remark(kept) for kept in report.get("warnings", ())],
        stands_still=clock.real_now() - row["changed_at"] > STANDS_STILL,
        outdated=state is RunState.previewed and row["approved_by"] is not None,
    )


def _remark(kept: dict[str, Any]) -> RunRemark:
    return RunRemark(kept["unit"], kept["item"], Sentence(kept["message"]["text"], kept["message"]["facts"]))


@reading
async def _changes(community: int, period: Month, now: Mapping[str, int]) -> list[ItemChange]:
    rows = await fetch(
        "SELECT i.code, sum(l.amount)::bigint AS fen FROM bill_line l JOIN bill b ON b.id = l.bill AND b.kind = 'run'"
        " JOIN charge_item i ON i.id = l.item WHERE b.community = $1 AND b.period = $2 GROUP BY i.code",
        community,
        str(period + -1),
    )
    before = {row["code"]: Money(row["fen"]) for row in rows}
    return [ItemChange(item, before.get(item, ZERO), Money(now.get(item, 0))) for item in sorted({*before, *now})]


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

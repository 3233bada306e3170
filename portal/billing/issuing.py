"""Issue bills: the one way a bill comes into being, with its number, its journal, its audit row and its notice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from portal.billing.states import BillKind
from portal.db import fetch, fetch_value
from portal.kit import clock
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.ledger.actions import Entry, post
from portal.ledger.rules import charged, receivable
from portal.ledger.states import JournalKind
from portal.notices.actions import Told, tell_all
from portal.notices.states import NoticeKind

as_facts = json.JSONEncoder(ensure_ascii=False).encode  # made once: a run writes one for each line


@dataclass(frozen=True)
class NewLine:
    """A line to issue: `item` is a charge item's id, `kind` its kind of money, `facts` as JSON how it came about."""

    item: UUID
    kind: str
    first: Month
    last: Month
    amount: Money
    tariff: UUID | None = None
    part: int = 0
    supplement: int = 0
    quantity: Decimal | None = None
    rate: Decimal | None = None
    months: str | None = None
    facts: str = "{}"


@dataclass(frozen=True)
class NewBill:
    """A bill to issue to a debtor for a unit; `period` is its service month, or an opening balance's month."""

    unit: UUID
    debtor: UUID
    period: Month
    due_on: date
    lines: Sequence[NewLine]
    due_moved: bool = False
    replaces: UUID | None = None

    @property
    def total(self) -> Money:
        """The sum of its lines."""
        return total(line.amount for line in self.lines)


async def issue_bills(
    community: int, bills: Sequence[NewBill], *, kind: BillKind, issued_on: date, run: UUID | None = None
) -> list[UUID]:
    """Insert bills with numbers, lines, one journal each and a notice to each person who owes; the ids, in order.

    Part of the caller's unit of work, which also writes the audit row.
    """
    if not bills:
        return []
    ids = [uuid4() for _ in bills]
    now = clock.now()
    last = await fetch_value(
        "UPDATE community SET last_bill_number = last_bill_number + $2 WHERE id = $1 RETURNING last_bill_number",
        community,
        len(bills),
    )
    numbers = range(last - len(bills) + 1, last + 1)
    await fetch(
        "INSERT INTO bill (id, community, number, unit, debtor, kind, bill_run, period, issued_on, due_on, due_moved,"
        " replaces, issued_at)"
        " SELECT i, $1, n, u, d, $2, $3, p, $4, due, moved, r, $5"
        " FROM unnest($6::uuid[], $7::bigint[], $8::uuid[], $9::uuid[], $10::text[], $11::date[], $12::bool[],"
        " $13::uuid[]) AS b(i, n, u, d, p, due, moved, r)",
        community,
        kind.value,
        run,
        issued_on,
        now,
        ids,
        list(numbers),
        [bill.unit for bill in bills],
        [bill.debtor for bill in bills],
        [str(bill.period) for bill in bills],
        [bill.due_on for bill in bills],
        [bill.due_moved for bill in bills],
        [bill.replaces for bill in bills],
    )
    await _insert_lines(community, zip(ids, bills, strict=True))
    journal = JournalKind.opening if kind is BillKind.opening else JournalKind.bill
    await post(community, journal, [_entry(i, bill) for i, bill in zip(ids, bills, strict=True)], on=issued_on)
    await _tell_debtors(community, list(zip(ids, bills, strict=True)))
    return ids


async def _insert_lines(community: int, bills: Iterable[tuple[UUID, NewBill]]) -> None:
    rows = [
        (bill_id, bill.unit, line.item, line.tariff, position, str(line.first), str(line.last), line.part,
         line.supplement, line.amount.fen, line.quantity, line.rate, line.months, line.facts)
        for bill_id, bill in bills
        for position, line in enumerate(bill.lines, start=1)
    ]  # fmt: skip
    await fetch(
        "INSERT INTO bill_line (id, community, bill, unit, item, tariff, position, first_month, last_month, part,"
        " supplement, amount, quantity, rate, months, facts)"
        " SELECT gen_random_uuid(), $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::smallint[],"
        " $7::text[], $8::text[], $9::smallint[], $10::smallint[], $11::bigint[], $12::numeric[], $13::numeric[],"
        " $14::text[], $15::jsonb[])",
        community,
        *([list(column) for column in zip(*rows, strict=True)] or [[]] * 14),
    )


def _entry(bill_id: UUID, bill: NewBill) -> Entry:
    """What the owner owes against what was charged, by kind of money."""
    kinds: dict[str, int] = defaultdict(int)
    for line in bill.lines:
        kinds[line.kind] += line.amount.fen
    owed = [(receivable(kind), Money(fen)) for kind, fen in kinds.items()]
    return Entry(bill_id, owed + [(charged(kind), Money(-fen)) for kind, fen in kinds.items()])


async def _tell_debtors(community: int, bills: Sequence[tuple[UUID, NewBill]]) -> None:
    by_id = dict(bills)
    rows = await fetch(
        "SELECT b.id, m.person, u.name FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS b(id, unit, debtor)"
        " JOIN unit u ON u.id = b.unit JOIN debtor_member m ON m.debtor = b.debtor",
        [*by_id],
        [bill.unit for bill in by_id.values()],
        [bill.debtor for bill in by_id.values()],
    )
    told = [_told(row["person"], row["id"], row["name"], by_id[row["id"]]) for row in rows]
    await tell_all(NoticeKind.bill_issued, told, community=community)


def _told(person: UUID, bill_id: UUID, unit: str, bill: NewBill) -> Told:
    month = str(bill.period)
    facts = {"unit": unit, "total": bill.total, "due_on": bill.due_on, "month": month}
    return Told(person, f"bill:{bill_id}", f"/bills/{bill_id}", month, facts)

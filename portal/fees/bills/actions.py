"""Issue bills. Every bill is made here, with its number, journal, audit row and notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from portal.fees.ledger.actions import Entry, post
from portal.fees.ledger.rules import charged, receivable
from portal.fees.ledger.states import JournalKind
from portal.fees.receivables.states import BillKind
from portal.kit import clock
from portal.kit.ids import new_ids
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.people.notices.actions import Told, tell_all
from portal.people.notices.states import NoticeKind
from portal.platform.db.unit_of_work import fetch, fetch_value

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class NewLine:
    """A line to issue: `item` is the charge item's id, `kind` its kind of money, `facts` its derivation as JSON."""

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
    """A bill to issue to a debtor for a unit. `period` is the service month, or the month of an opening balance."""

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


def as_facts(facts: dict[str, object]) -> str:
    """The derivation of a line as JSON on one line. Litestar's encoder is used, as a run writes one for each line."""
    return _ENCODER.encode(facts).decode()


async def issue_bills(
    community: int, bills: Sequence[NewBill], *, kind: BillKind, issued_on: date, run: UUID | None = None,
    ready: Prepared | None = None,
) -> list[UUID]:  # fmt: skip
    """Insert numbered bills with their lines and journals, notify each debtor, and return the ids in order.

    Part of the caller's unit of work, which also writes the audit row. `ready` is the result of `prepare` for these
    lines, if the caller has it already.
    """
    if not bills:
        return []
    ready = ready or prepare([bill.lines for bill in bills])
    ids = ready.ids
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
    await _insert_lines(community, ids, [bill.unit for bill in bills], ready.columns)
    journal = JournalKind.opening if kind is BillKind.opening else JournalKind.bill
    await post(community, journal, ready.entries, on=issued_on)
    await _tell_debtors(community, list(zip(ids, bills, strict=True)))
    return ids


@dataclass(frozen=True)
class Prepared:
    """What follows from the lines of some bills alone: the bills' new ids, their journals, and the column texts."""

    ids: list[UUID]
    entries: list[Entry]
    columns: list[str]


def prepare(bills: Sequence[Sequence[NewLine]]) -> Prepared:
    """Prepare bills with these lines for issuing, without the database. Pure, except that the ids are new."""
    ids = [UUID(digits) for digits in new_ids(len(bills))]
    entries = [_entry(new, lines) for new, lines in zip(ids, bills, strict=True)]
    return Prepared(ids, entries, _in_columns(bills))


def _in_columns(bills: Sequence[Sequence[NewLine]]) -> list[str]:
    """The lines as columns, each the text of an array: a new id, the number of the bill, the pattern, and so on.

    Values that many lines share are sent once, as a pattern: sending every value by itself takes twice as long.
    """
    patterns: dict[tuple[object, ...], int] = {}
    rows: list[tuple[object, ...]] = []
    for n, lines in enumerate(bills, start=1):
        for place, line in enumerate(lines, start=1):
            common = (
                line.item, line.tariff, line.first, line.last, line.part, line.supplement, line.rate, line.months,
            )  # fmt: skip
            rows.append((n, patterns.setdefault(common, len(patterns) + 1), place, line.amount.fen, line.quantity))
    facts = "\n".join([line.facts for lines in bills for line in lines])  # JSON has no line breaks of its own
    own = [_array(column) for column in zip(*rows, strict=True)] or ["{}"] * 5
    shared = [_array(column) for column in zip(*patterns, strict=True)] or ["{}"] * 8
    return [_array(new_ids(len(rows))), *own, facts, *shared]


def _array(column: Iterable[object]) -> str:
    return f"{{{','.join(['NULL' if cell is None else str(cell) for cell in column])}}}"


async def _insert_lines(community: int, ids: list[UUID], units: list[UUID], columns: list[str]) -> None:
    await fetch(
        "INSERT INTO bill_line (id, community, bill, unit, item, tariff, position, first_month, last_month, part,"
        " supplement, amount, quantity, rate, months, facts)"
        " SELECT id, $1, ($2::uuid[])[n], ($3::uuid[])[n], i, t, place, f, l, p, s, amount, quantity, r, m, how::jsonb"
        " FROM unnest($4::text::uuid[], $5::text::int[], $6::text::int[], $7::text::smallint[], $8::text::bigint[],"
        " $9::text::numeric[], string_to_array($10, E'\n')) AS line(id, n, pattern, place, amount, quantity, how)"
        " JOIN unnest($11::text::uuid[], $12::text::uuid[], $13::text::text[], $14::text::text[],"
        " $15::text::smallint[], $16::text::smallint[], $17::text::numeric[], $18::text::text[])"
        " WITH ORDINALITY AS common(i, t, f, l, p, s, r, m, pattern) USING (pattern)",
        community,
        ids,
        units,
        *columns,
    )


def _entry(bill: UUID, lines: Sequence[NewLine]) -> Entry:
    """The journal entry of a bill: debit what the owner owes, credit what was charged, by kind of money."""
    kinds: dict[str, int] = defaultdict(int)
    for line in lines:
        kinds[line.kind] += line.amount.fen
    owed = [(receivable(kind), Money(fen)) for kind, fen in kinds.items()]
    return Entry(bill, owed + [(charged(kind), Money(-fen)) for kind, fen in kinds.items()])


async def _tell_debtors(community: int, bills: Sequence[tuple[UUID, NewBill]]) -> None:
    by_id = dict(bills)
    rows = await fetch(
        "SELECT b.id, m.person, u.name, coalesce(v.covered, 0) AS covered"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS b(id, unit, debtor)"
        " CROSS JOIN LATERAL (SELECT person FROM debtor_member WHERE debtor = b.debtor OFFSET 0) m"
        " JOIN unit u ON u.id = b.unit LEFT JOIN covered_bills($3::uuid[]) v ON v.bill = b.id",
        [*by_id],
        [bill.unit for bill in by_id.values()],
        [bill.debtor for bill in by_id.values()],
    )
    notices = [_told(row["person"], row["id"], row["name"], by_id[row["id"]], Money(row["covered"])) for row in rows]
    await tell_all(NoticeKind.bill_issued, notices, community=community)


def _told(person: UUID, bill_id: UUID, unit: str, bill: NewBill, covered: Money) -> Told:
    """The notice to one person: the total, and what is left to pay where the debtor's credit covers a part."""
    facts: dict[str, object] = {"unit": unit, "total": bill.total, "due_on": bill.due_on, "month": bill.period}
    if covered:
        facts |= {"covered": covered, "asked": bill.total - covered}
    return Told(person, f"bill:{bill_id}", f"/bills/{bill_id}", str(bill.period), facts)

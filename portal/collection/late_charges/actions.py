"""Charge a completed month: one bill for each debtor, with a line for each line paid late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from portal.collection.late_charges.facts import OwedLine, owed_lines, primes_of, terms_of
from portal.collection.late_charges.rules import Stretch, stretches, sum_of
from portal.fees.bills.actions import NewBill, NewLine, as_facts, issue_bills
from portal.fees.receivables.states import BillKind
from portal.kit import clock
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work

JOB = "job:late-charges"
ITEM = "late_charge"
PAY_WITHIN = timedelta(days=15)  # nobody is late with a bill they have not seen


@dataclass(frozen=True)
class _Charge:
    """The late charge of one line in the month."""

    owed: OwedLine
    found: tuple[Stretch, ...]

    @property
    def amount(self) -> Money:
        return sum_of(self.found)


@retrying
async def charge_debtors(community: int, debtors: Sequence[UUID], month: Month, on: date) -> int:
    """Issue the late-charge bills of a month to some debtors, dated `on`, and return how many. A line is charged once.

    Raises NoPrimeRate if a day needs one that nobody has entered.
    """
    async with unit_of_work(community):
        await fetch(
            "SELECT FROM unit WHERE id IN (SELECT unit FROM debtor WHERE id = ANY($1::uuid[])) ORDER BY id"
            " FOR NO KEY UPDATE",
            list(debtors),
        )
        await fetch("SELECT FROM bill WHERE debtor = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", list(debtors))
        terms, primes = (await terms_of([community]))[community], (await primes_of([community]))[community]
        owed = await owed_lines(community, month, debtors)
        late = [_Charge(one, tuple(stretches(one.principal, month, terms, primes))) for one in owed]
        charges = [charge for charge in late if charge.amount]
        return await _issue(community, month, charges, on)


async def _issue(community: int, month: Month, charges: Sequence[_Charge], on: date) -> int:
    if not charges:
        return 0
    item = await ensure_item(community)
    kind = await fetch_value("SELECT kind FROM charge_item WHERE id = $1", item)
    parts = await _parts(item, month, {charge.owed.unit for charge in charges})
    bills = []
    for _debtor, mine in groupby(charges, key=lambda charge: charge.owed.debtor):
        late = list(mine)
        lines = []
        for charge in late:
            parts[charge.owed.unit] += 1
            lines.append(
                NewLine(item, kind, month, month, charge.amount, part=parts[charge.owed.unit], facts=_facts(charge))
            )
        bills.append(NewBill(late[0].owed.unit, late[0].owed.debtor, month, on + PAY_WITHIN, lines))
    ids = await issue_bills(community, bills, kind=BillKind.late_charge, issued_on=on)
    await fetch(
        "INSERT INTO late_charge (id, community, line, month, charge, amount)"
        " SELECT gen_random_uuid(), $1, (l.facts->'late'->>'line')::uuid, $2, l.id, l.amount"
        " FROM bill_line l WHERE l.bill = ANY($3::uuid[])",
        community,
        str(month),
        ids,
    )
    await record(
        JOB,
        AuditVerb.LATE_CHARGES_ISSUED,
        f"community:{community}",
        community=community,
        month=str(month),
        bills=len(ids),
        total=total(bill.total for bill in bills),
    )
    return len(ids)


async def close_month(community: int, month: Month) -> None:
    """Mark a month as fully charged, with the sum; once."""
    async with unit_of_work(community):
        row = await fetch(
            "INSERT INTO late_month (id, community, month, bills, total, made_at)"
            " SELECT gen_random_uuid(), $1, $2::text, count(DISTINCT l.bill), coalesce(sum(c.amount), 0)::bigint, $3"
            " FROM late_charge c JOIN bill_line l ON l.id = c.charge WHERE c.community = $1 AND c.month = $2::text"
            " ON CONFLICT DO NOTHING RETURNING bills, total",
            community,
            str(month),
            clock.now(),
        )
        if row:
            facts = {"month": str(month), "bills": row[0]["bills"], "total": Money(row[0]["total"])}
            await record(JOB, AuditVerb.LATE_MONTH_CLOSED, f"community:{community}", community=community, **facts)


async def ensure_item(community: int) -> UUID:
    """The charge item of late charges; made the first time."""
    await fetch(
        "INSERT INTO charge_item (id, community, code, name_zh, name_en, kind, voucher)"
        " VALUES (gen_random_uuid(), $1, $2, '违约金', 'Late charge', 'other', 'receipt') ON CONFLICT DO NOTHING",
        community,
        ITEM,
    )
    item: UUID = await fetch_value("SELECT id FROM charge_item WHERE community = $1 AND code = $2", community, ITEM)
    return item


async def _parts(item: UUID, month: Month, units: Iterable[UUID]) -> dict[UUID, int]:
    """The last part of each unit's lines in the month, because seller and buyer may both be late."""
    rows = await fetch(
        "SELECT u AS unit, coalesce(max(l.part), 0) AS part FROM unnest($3::uuid[]) u"
        " LEFT JOIN bill_line l ON l.unit = u AND l.item = $1 AND l.first_month = $2 GROUP BY u",
        item,
        str(month),
        sorted(units),
    )
    return {row["unit"]: row["part"] for row in rows}


def _facts(charge: _Charge) -> str:
    """The calculation as facts: enough to compute it again (I-M3)."""
    owed = charge.owed
    steps = [
        {
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "base": one.base.fen,
            "daily": str(one.daily),
            "multiple": str(one.multiple),
            "prime": str(one.prime),
        }
        for one in charge.found
    ]
    late = {"line": str(owed.line), "bill": owed.bill, "due_on": owed.principal.due_on.isoformat(), "steps": steps}
    return as_facts({"late": late})

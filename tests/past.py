"""Estates with a past: months of bills, every second home has paid them; and small neighbours."""

from __future__ import annotations

import asyncpg

from portal.fees.runs.actions import publish_run
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests.large import PERIOD, large_estate

NEIGHBOURS, THEIR_HOMES, THEIR_MONTHS = 20, 12, 2

# Months before PERIOD are read and shared too.
EARLIER = (
    "INSERT INTO meter_reading (id, community, unit, item, meter, period, previous, current)"
    " SELECT gen_random_uuid(), community, unit, item, meter, $2, previous, current FROM meter_reading"
    " WHERE community = $1 AND period = $3",
    "INSERT INTO shared_cost (id, community, item, period, amount, scope)"
    " SELECT gen_random_uuid(), community, item, $2, amount, scope FROM shared_cost"
    " WHERE community = $1 AND period = $3",
)
# Each bill of every second home is paid by one transfer on its due date.
PAID = (
    "CREATE TEMP TABLE paying AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS journal, b.id AS bill, b.debtor,"
    " b.due_on, row_number() OVER (ORDER BY b.number) AS number,"
    " (SELECT sum(amount)::bigint FROM bill_line WHERE bill = b.id) AS fen"
    " FROM bill b JOIN unit u ON u.id = b.unit WHERE b.community = $1 AND ascii(right(u.name, 1)) % 2 = 0",
    "INSERT INTO payment (id, community, number, debtor, channel, method, amount, received_on, taken_by, reference,"
    " designation, posted_at, check_code) SELECT id, $1, number, debtor, 'transfer', 'transfer', fen, due_on,"
    " 'staff:x', id::text, '[]', now(), id::text FROM paying",
    "INSERT INTO allocation (id, community, payment, line, amount, created_at)"
    " SELECT gen_random_uuid(), $1, p.id, l.id, l.amount, now() FROM paying p JOIN bill_line l ON l.bill = p.bill"
    " WHERE l.amount > 0",
    "INSERT INTO journal (id, community, kind, source, effective_on, created_at)"
    " SELECT journal, $1, 'payment', id, due_on, now() FROM paying",
    "INSERT INTO posting (id, community, journal, account, amount)"
    " SELECT gen_random_uuid(), $1, journal, 'clearing:transfer', fen FROM paying UNION ALL"
    " SELECT gen_random_uuid(), $1, p.journal, o.account, -o.amount FROM paying p"
    " JOIN journal j ON j.community = $1 AND j.source = p.bill"
    " JOIN posting o ON o.journal = j.id AND o.account LIKE 'receivable:%'",
    "UPDATE community SET last_payment_number = (SELECT count(*) FROM paying) WHERE id = $1",
)


async def estate_with_a_past(admin: asyncpg.Connection, homes: int, months: int, code: str) -> int:
    """An estate with so many months billed up to PERIOD, by real runs and posted by SQL as payments are; its number.

    `admin` must be a superuser whose triggers are off: the statements write thousands of payments at once.
    """
    community = await large_estate(homes, code)
    last = Month.parse(PERIOD)
    for month in [last + (1 - months + n) for n in range(months)]:
        if month != last:
            async with unit_of_work(community):
                for statement in EARLIER:
                    await fetch(statement, community, str(month), PERIOD)
        report = await publish_run(community, month, month.first, approver="cli")
        assert report.ok and report.totals.bills == homes, report.as_json()["errors"][:3]
    await pay(admin, community)
    return community


async def pay(admin: asyncpg.Connection, community: int) -> None:
    """Post a payment for each bill of every second home."""
    await admin.execute("DROP TABLE IF EXISTS pg_temp.paying")
    for statement in PAID:
        await admin.execute(statement, *((community,) if "$1" in statement else ()))


async def neighbours(admin: asyncpg.Connection, count: int = NEIGHBOURS) -> None:
    """Small estates with something of everything, in the same database."""
    for n in range(count):
        await estate_with_a_past(admin, THEIR_HOMES, THEIR_MONTHS, f"neighbour-{n}")

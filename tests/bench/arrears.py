"""The daily job `arrears` against the plain SQL that finds the overdue sums, in estates of two sizes, ten bills a home.

The bills are written by four statements as a template that every round begins from. The first day, on which every home
gets its case and its reminder, is told apart and has no limit. Measured is the day after it, on which one home in a
hundred changes its stage: its bills were not due before. The baseline asks the same balance for the overdue sum of each
debtor and reads the answer, by the same role under the same policies. That the cost of a home is flat is measured
against it too: the books of a hundred thousand homes no longer fit into the server's buffers, and so plain SQL takes
longer for each of them.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from datetime import date, timedelta

import asyncpg

from portal.arrears.climbing.jobs import arrears
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders
from tests.bench.beside import beside
from tests.bench.bills import server, settle
from tests.bench.measured import Figure

SIZES = (10_000, 100_000)
BILLS = 10
FIRST = date(2026, 11, 20)
NEXT = FIRST + timedelta(days=1)
MOST_MEGABYTES = 300
OVERDUE = """
SELECT b.debtor, sum(lb.outstanding - lb.held)::bigint FROM bill b
JOIN line_balance lb ON lb.bill = b.id AND lb.outstanding > 0 AND NOT lb.replaced
WHERE b.community = $1 AND b.due_on < $2 GROUP BY b.debtor
"""
HOMES = """
INSERT INTO unit (id, community, name, sort_key, building, use, billable_area, occupancy, handed_over_on)
SELECT gen_random_uuid(), $1, n::text, lpad(n::text, 6, '0'), (1 + n / 200)::text, 'residential', 90, 'owner',
  '2015-06-30'
FROM generate_series(1, $2::int) n
"""
PEOPLE = """
INSERT INTO person (id, community, external_id, name, language)
SELECT gen_random_uuid(), $1, name, '业主', 'zh-CN' FROM unit WHERE community = $1
"""
DEBTORS = """
INSERT INTO debtor (id, community, unit, key) SELECT gen_random_uuid(), $1, id, id::text FROM unit WHERE community = $1
"""
MEMBERS = """
INSERT INTO debtor_member (id, community, debtor, person)
SELECT gen_random_uuid(), $1, d.id, p.id FROM debtor d JOIN unit u ON u.id = d.unit
JOIN person p ON p.community = $1 AND p.external_id = u.name WHERE d.community = $1
"""


async def estate(admin: asyncpg.Connection, homes: int) -> int:
    """As many homes, each with ten bills of one line, those of one home in a hundred past due from NEXT on; and
    small neighbours."""
    await beside(admin)
    community = await builders.community(f"owing-{homes}", "欠费小区")
    item = await builders.charge_item(community)
    for statement in (HOMES, PEOPLE, DEBTORS, MEMBERS):
        await admin.execute(statement, *((community, homes) if statement is HOMES else (community,)))
    await admin.execute(
        "INSERT INTO bill (id, community, unit, debtor, kind, number, period, issued_on, due_on, due_moved,"
        " issued_at)"
        " SELECT gen_random_uuid(), $1, d.unit, d.id, 'run', (row_number() OVER ())::bigint,"
        "  to_char($2::date - interval '1 month' * m, 'YYYY-MM'), '2026-01-01',"
        "  CASE WHEN u.name::int % 100 = 0 THEN $2::date ELSE $2::date - 2 - m END, false, now()"
        " FROM debtor d JOIN unit u ON u.id = d.unit CROSS JOIN generate_series(1, $3::int) m WHERE d.community = $1",
        community,
        FIRST,
        BILLS,
    )
    await admin.execute(
        "INSERT INTO bill_line (id, community, bill, unit, item, position, first_month, last_month, part, supplement,"
        " amount, facts) SELECT gen_random_uuid(), $1, b.id, b.unit, $2, 1, b.period, b.period, 0, 0, 10000, '{}'"
        " FROM bill b WHERE b.community = $1",
        community,
        item,
    )
    await settle(admin)
    return community


async def timed_sql(community: int) -> float:
    """Seconds of the baseline."""
    begun = time.perf_counter()
    async with unit_of_work(community, read_only=True):
        rows = await fetch(OVERDUE, community, NEXT)
    seconds = time.perf_counter() - begun
    assert rows
    return seconds


async def timed_job(on: date) -> tuple[float, dict[str, int]]:
    """Seconds of the job for a day, and what it did."""
    begun = time.perf_counter()
    done = await arrears(on)
    return time.perf_counter() - begun, done


async def measure(admin: asyncpg.Connection, homes: int) -> tuple[float, float, float]:
    """Seconds of the first day, of the next one, and of the baseline (the mean of two)."""
    community = await estate(admin, homes)
    theirs = await admin.fetchval("SELECT count(*) FROM arrears_case")
    first, done = await timed_job(FIRST)
    assert done["opened"] == homes - homes // 100, done
    print(f"{homes} homes, first day: {first:.1f} s", file=sys.stderr)
    await settle(admin)
    before = await timed_sql(community)
    await settle(admin)
    day, done = await timed_job(NEXT)
    assert (done["opened"], done["looked"]) == (homes // 100, homes + theirs), done
    bare = (before + await timed_sql(community)) / 2
    print(f"{homes} homes, next day: {day:.2f} s, plain SQL: {bare:.2f} s", file=sys.stderr)
    await admin.execute("TRUNCATE community, person, unit CASCADE")
    return first, day, bare


async def main() -> None:
    """Tell all figures."""
    async with server() as admin:
        found = {homes: await measure(admin, homes) for homes in SIZES}
    small, large = SIZES
    first, day, bare = found[large]
    facts = {
        "job s": round(day, 2), "plain SQL s": round(bare, 2), "first day s": round(first, 1), "cores": os.cpu_count(),
    }  # fmt: skip
    name = f"arrears of {large * BILLS:,} bills of {large:,} homes, 1 % changed, against the plain SQL of overdue sums"
    Figure(name, day / bare, 3, facts=facts).tell()
    each = {homes: found[homes][1] / homes for homes in SIZES}
    plain = {homes: found[homes][2] / homes for homes in SIZES}
    facts = {f"ms a home at {homes}": round(1000 * each[homes], 4) for homes in SIZES}
    facts |= {f"plain SQL's at {homes}": round(1000 * plain[homes], 4) for homes in SIZES}
    flat = each[large] / plain[large] / (each[small] / plain[small])
    Figure(f"cost of a home at {large} against {small}, each by the plain SQL's", flat, 1.15, facts=facts).tell()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    Figure(f"most memory of the job with {large:,} homes, MB", megabytes, MOST_MEGABYTES).tell()


if __name__ == "__main__":
    asyncio.run(main())

"""A public statement of 200 lines against its bare handler, a 304 against it, and a year drafted from the books."""

from __future__ import annotations

import re
import statistics
import time
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import Wish, draft_from_books, explain_finding
from portal.accounts.statement_pages.queries import statement_at
from portal.accounts.statements.states import Basis
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.run.app import create_app
from tests import builders
from tests.accounts.statements import books
from tests.bench.estate import server
from tests.bench.measured import Figure
from tests.bench.pages import ask, compare, get

LINES, POSTINGS, TIMES = 200, 1_000_000, 9
CALLS = 200


async def published(here: int, finance: Principal, manager: Principal) -> UUID:
    """A statement of 200 lines."""
    rows = [
        ("service_fee", side, f"类别{n % 8}", f"第{n}项", 100_000 + n, 100_000, 100_000, "凭证存服务中心")
        for n in range(LINES // 2) for side in ("income", "expense")
    ]  # fmt: skip
    statement = await books.draft(here, rows)
    for one in (await statement_at(finance, statement)).shown.open_findings:
        await explain_finding(finance, statement, one.finding.key, "此前的账由旧系统记录。")
    for who in (finance, manager):
        await sign_statement(statement, who)
    return statement


async def not_sent_again(app: Any, scope: dict[str, Any]) -> None:
    """How much faster an unchanged page is answered than a whole one."""
    head: list[tuple[bytes, bytes]] = []

    async def send(message: Any) -> None:
        head.extend(message.get("headers", []))
        status.append(message.get("status"))

    status: list[Any] = []
    await app({**scope, "headers": list(scope["headers"]), "extensions": {}}, _nothing, send)
    mark = next(value for name, value in head if name.lower() == b"etag")
    known = {**scope, "headers": [*scope["headers"], (b"if-none-match", mark)]}
    await app({**known, "headers": list(known["headers"]), "extensions": {}}, _nothing, send)
    assert 304 in status, status
    whole, same = [], []
    for _ in range(TIMES):  # in turns
        for found, asked in ((whole, scope), (same, known)):
            begun = time.perf_counter()
            for _n in range(CALLS // TIMES):
                await app({**asked, "headers": list(asked["headers"]), "extensions": {}}, _nothing, send)
            found.append(time.perf_counter() - begun)
    slow, fast = statistics.median(whole), statistics.median(same)
    facts = {"200": f"{1000 * slow / (CALLS // TIMES):.2f} ms", "304": f"{1000 * fast / (CALLS // TIMES):.2f} ms"}
    Figure("public statement, 304 against 200", slow / fast, 5, at_least=True, facts=facts).tell()


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def posted(admin: asyncpg.Connection, here: int) -> None:
    """A year of journals with two postings each, written straight into the books."""
    await admin.execute("SET session_replication_role = replica")
    await admin.execute(
        "WITH made AS (INSERT INTO journal (id, community, kind, source, effective_on, created_at)"
        " SELECT gen_random_uuid(), $1, CASE n % 3 WHEN 0 THEN 'bill' ELSE 'payment' END, gen_random_uuid(),"
        " date '2026-01-01' + (n % 365)::int, now() FROM generate_series(1, $2::int / 2) n RETURNING id, kind)"
        " INSERT INTO posting (id, community, journal, account, amount)"
        " SELECT gen_random_uuid(), $1, id, a.account, a.amount FROM made CROSS JOIN LATERAL (VALUES"
        " ('receivable:service', CASE kind WHEN 'bill' THEN 30000 ELSE -30000 END),"
        " (CASE kind WHEN 'bill' THEN 'charged:service' ELSE 'clearing:cash' END,"
        "  CASE kind WHEN 'bill' THEN -30000 ELSE 30000 END)) a (account, amount)",
        here,
        POSTINGS,
    )
    await admin.execute("ANALYZE journal; ANALYZE posting")


GROUPED = """
SELECT p.account, j.kind, sum(p.amount) FROM posting p JOIN journal j ON j.id = p.journal
WHERE p.community = $1 AND j.effective_on BETWEEN '2026-01-01' AND '2026-12-31' GROUP BY p.account, j.kind
"""


async def drafted(here: int, finance: Principal) -> None:
    """Drafting the year against one plain GROUP BY over its postings."""
    wish = Wish("year", "年度", date(2026, 1, 1), date(2026, 12, 31), Basis.accrual)
    plain, ours = [], []
    for _ in range(3):
        begun = time.perf_counter()
        async with unit_of_work(here, read_only=True):
            await fetch_value(GROUPED, here)
        plain.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await draft_from_books(finance, here, wish)
        ours.append(time.perf_counter() - begun)
    best, mine = statistics.median(plain), statistics.median(ours)
    facts = {"drafted": f"{mine:.2f} s", "plain GROUP BY": f"{best:.2f} s", "postings": POSTINGS}
    Figure("draft of a year", mine / best, 3, facts=facts).tell()


async def main() -> None:
    """All three."""
    async with server() as (settings, database):
        here = await builders.community("bench", "测量苑")
        finance = await builders.staff(here, "财务", "finance", Role.finance)
        manager = await builders.staff(here, "经理", "manager", Role.manager)
        statement = await published(here, finance, manager)
        app = create_app(settings)
        scope = get(f"/e/bench/statements/{statement}", "")
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        assert len(re.findall(rb'<tr id="line-', await ask(app, scope))) == LINES
        async with asyncpg.create_pool(**database.config("portal_app"), min_size=4, max_size=10, reset=_none) as pool:
            await compare(app, pool, "public statement, 200 lines", [scope])
        await not_sent_again(app, scope)
        admin = await asyncpg.connect(**database.config("admin"))
        await posted(admin, here)
        await admin.close()
        await drafted(here, finance)


async def _none(connection: asyncpg.Connection) -> None:
    """As the product: nothing is left on a connection that would need a reset."""


if __name__ == "__main__":
    uvloop.run(main())

"""Signed-in bill pages against a bare handler: the same statements by plain asyncpg, the same template.

Both are called as ASGI applications in one process, so that no web server in front of both makes them look alike. The
statements are taken down from the product's own connection while it answers, so they cannot drift apart; the bare
handler runs them on a pool without a reset between, looks nothing up and builds nothing: the context stands ready.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from litestar import Litestar, Request
from litestar.response import Template

from portal.fees.runs.actions import publish_run
from portal.kit.period import Month
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.platform.db import unit_of_work as db
from portal.run.app import create_app
from portal.web.request.request_context import arrive
from tests import builders
from tests.bench.estate import server
from tests.bench.measured import Figure

HOMES, MONTHS, ITEMS = 200, 3, 8
ROUNDS, CALLS, AT_ONCE = 15, 160, 8
LIMIT = 0.6


async def estate(homes: int = HOMES) -> list[UUID]:
    """Homes with an owner each and three published months of eight charges; the humans behind the owners."""
    here = await builders.community("bench", "测量苑", due_rule="day:28")
    for n in range(ITEMS):
        await builders.tariff(here, await builders.charge_item(here, f"item{n}"), rate=f"0.{35 + n}")
    owners = []
    for n in range(homes):
        who = await builders.owner(here, f"业主{n}", f"1990000{n:04d}")
        await builders.occupies(here, await builders.unit(here, f"1栋{n:03d}"), who)
        owners.append(who.human)
    for month in (9, 10, 11)[:MONTHS]:
        report = await publish_run(here, Month(2026, month), date(2026, month, 1), approver="bench")
        assert report.ok, report
    return owners


def get(path: str, token: str) -> dict[str, Any]:
    """The ASGI scope of a signed-in GET as a browser sends it, but for Accept-Encoding: nothing is compressed."""
    headers = {"host": "127.0.0.1:8000", "cookie": f"sid={token}", "user-agent": "bench", "accept": "text/html",
               "accept-language": "zh-CN,zh;q=0.9", "sec-fetch-site": "same-origin"}  # fmt: skip
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8000), "extensions": {},
    }  # fmt: skip


async def ask(app: Any, scope: dict[str, Any]) -> bytes:
    """One request; its body. Raises AssertionError for any answer but 200."""
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200, message
        parts.append(message.get("body", b""))

    await app({**scope, "headers": list(scope["headers"]), "extensions": {}}, receive, send)
    return b"".join(parts)


@dataclass
class Seen:
    """What the product did for one request: its statements, and the template with its context."""

    statements: list[tuple[str, tuple[Any, ...]]]
    template: str
    context: dict[str, Any]
    request: Request


async def look(app: Litestar, scope: dict[str, Any]) -> Seen:
    """Answer once and take down the statements of the product's connections and what it rendered."""
    seen = Seen([], "", {}, None)  # type: ignore[arg-type]
    usual_context, usual_connection = Template.create_template_context, db.UnitOfWork.get_connection

    def context(self: Template, request: Request) -> dict[str, Any]:
        seen.template, seen.request = str(self.template_name), request
        seen.context = usual_context(self, request)
        return seen.context

    async def connection(self: db.UnitOfWork) -> Any:
        found = await usual_connection(self)
        found.add_query_logger(note)
        return found

    def note(record: Any) -> None:
        seen.statements.append((record.query, record.args or ()))

    Template.create_template_context, db.UnitOfWork.get_connection = context, connection  # type: ignore[method-assign]
    try:
        await ask(app, scope)
    finally:
        Template.create_template_context, db.UnitOfWork.get_connection = usual_context, usual_connection  # type: ignore
        await db.engine.pool.expire_connections()  # type: ignore[union-attr]  # their query loggers go with them
    return seen


def bare(app: Litestar, pool: asyncpg.Pool, seen: Seen) -> Any:
    """An ASGI application that only runs the statements, each transaction on a connection of its own, and renders."""
    rendered = app.template_engine.get_template(seen.template)  # type: ignore[union-attr]
    units: list[list[tuple[str, tuple[Any, ...]]]] = []
    for sql, values in seen.statements:
        if sql.startswith("BEGIN"):
            units.append([])
        units[-1].append((sql, values))

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        for unit in units:
            connection = await pool.acquire()
            try:
                for sql, values in unit:
                    if sql.startswith(("BEGIN", "COMMIT")):
                        await connection.execute(sql)
                    else:
                        await connection.fetch(sql, *values)
            finally:
                await pool.release(connection)
        arrive(seen.request)
        body = rendered.render(**seen.context).encode()
        head = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return answer


async def cost(call: Callable[[int], Awaitable[Any]]) -> tuple[float, float]:
    """Milliseconds for a request, eight at a time: by the clock, and of this process alone."""
    numbers = iter(range(CALLS))

    async def one_after_the_other() -> None:
        for n in numbers:
            await call(n)

    begun, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return (time.perf_counter() - begun) / CALLS * 1000, (time.process_time() - busy) / CALLS * 1000


async def compare(app: Litestar, pool: asyncpg.Pool, name: str, scopes: list[dict[str, Any]]) -> None:
    """Measure a page in turns with its bare handler and tell the ratio of the medians."""
    seen = [await look(app, scope) for scope in scopes]
    plain = [bare(app, pool, one) for one in seen]
    assert await ask(plain[0], scopes[0]) == await ask(app, scopes[0]), "the bare handler shows another page"
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):  # in turns, so that what else the machine does falls on both alike
        ours.append(await cost(lambda n: ask(app, scopes[n % len(scopes)])))
        theirs.append(await cost(lambda n: ask(plain[n % len(plain)], scopes[n % len(scopes)])))
    (mine, my_own), (best, its_own) = ([statistics.median(c) for c in zip(*x[1:], strict=True)] for x in (ours, theirs))
    facts = {"portal": f"{mine:.2f} ms", "bare": f"{best:.2f} ms", "statements": len(seen[0].statements),
             "of the process alone": f"{its_own / my_own:.2f}"}  # fmt: skip
    Figure(f"page {name}", best / mine, LIMIT, at_least=True, facts=facts).tell()


async def main() -> None:
    """The list of three bills, and one bill of eight lines."""
    async with server() as (settings, database):
        humans = (await estate())[:20]
        app = create_app(settings)
        async with asyncpg.create_pool(**database.config("portal_app"), min_size=4, max_size=10, reset=_none) as pool:
            tokens = [await start_session(human, Audience.owner, "bench") for human in humans]
            lists = [get("/bills", token) for token in tokens]
            bills = [re.findall(r'data-bill="([^"]+)"', (await ask(app, scope)).decode()) for scope in lists]
            assert {len(found) for found in bills} == {MONTHS}
            ones = [get(f"/bills/{found[0]}", token) for found, token in zip(bills, tokens, strict=True)]
            assert (await ask(app, ones[0])).count(b"data-line=") == ITEMS
            await compare(app, pool, "/bills, three bills of eight lines", lists)
            await compare(app, pool, "/bills/{id}, eight lines", ones)


async def _none(connection: asyncpg.Connection) -> None:
    """As the product: nothing is left on a connection that would need a reset."""


if __name__ == "__main__":
    uvloop.run(main())

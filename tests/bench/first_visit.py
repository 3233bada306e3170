"""What a first visit transfers, compressed, and that a second one transfers almost nothing."""

from __future__ import annotations

import asyncio
import re

import httpx

from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.run.app import create_app
from tests.bench.estate import server
from tests.bench.measured import Figure
from tests.bench.pages import estate
from tests.client import ORIGIN

MOST = 60 * 1000  # bytes
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+|/[\w.-]+\.(?:webmanifest|ico|js)[^"]*)"')


async def weigh(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[int, httpx.Response]:
    """Bytes of an answer as sent, head included, and the answer."""
    async with client.stream("GET", path, headers=headers) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    answer._content = body  # as sent: httpx would unpack it while reading
    return head + len(body), answer


async def visit(client: httpx.AsyncClient, path: str) -> None:
    """Tell the bytes of a first visit, and how much of it a browser need never ask for again."""
    total, page = await weigh(client, path, **{"Accept-Encoding": "br, gzip"})
    text = (await client.get(path, headers={"Accept-Encoding": "identity"})).text
    parts = {path: total}
    kept = asked_again = 0
    for linked in dict.fromkeys(LINKED.findall(text)):
        size, answer = await weigh(client, linked, **{"Accept-Encoding": "br, gzip"})
        assert answer.status_code == 200, linked
        parts[linked.partition("?")[0]] = size
        again, _same = await weigh(client, linked.partition("?")[0], **{"If-None-Match": answer.headers["etag"]})
        assert _same.status_code == 304, linked
        kept += "immutable" in answer.headers["cache-control"]
        asked_again += again
    assert page.status_code == 200
    assert kept == len(parts) - 1, "a static file of the page has no address by its content"
    facts = {"files": len(parts), "all of them as 304": f"{asked_again} B",
             "largest": ", ".join(f"{n} {s}" for n, s in sorted(parts.items(), key=lambda p: -p[1])[:3])}  # fmt: skip
    Figure(f"first visit {path}, bytes", sum(parts.values()), MOST, facts=facts).tell()


async def main() -> None:
    """A stranger at the door, and an owner with three bills who comes in by a link for the first time."""
    async with server() as (settings, _database):
        human = (await estate(homes=3))[0]
        transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            await visit(client, "/sign-in")
            client.cookies.set("sid", await start_session(human, Audience.owner, "bench"))
            await visit(client, "/bills")


if __name__ == "__main__":
    asyncio.run(main())

"""The desk's lists with 10,000 open cases of ten bills each, against the plain SQL that finds their overdue sums.

Asked of the application in this process as a manager asks: the median of five, the first one left out. The pages that
weigh every case to show fifty have a limit; that one home is found by its name is told beside them.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from portal.arrears.climbing.jobs import arrears
from portal.kit import clock
from portal.people.persons.actions import start_session
from portal.people.persons.permissions import Role
from portal.platform.process.settings import Settings
from portal.run.app import create_app
from tests import builders
from tests.bench.arrears import FIRST, estate, timed_sql
from tests.bench.bills import server, settle
from tests.bench.measured import Figure
from tests.client import HOST, ORIGIN

HOMES = 10_000
LATER = FIRST + timedelta(days=20)  # every home is at the second stage, and is to be called
MOST = 4  # times the plain SQL
PAGES = {"the list of cases": "/desk/cases", "the desk": "/desk", "the calls of today": "/desk/calls"}
BESIDE = {"one home by name": "/desk/cases?q=9999", "letters": "/desk/letters", "visits": "/desk/visits"}


async def seconds(client: httpx.AsyncClient, path: str) -> float:
    """The median of five."""
    taken = []
    for _ in range(6):
        begun = time.perf_counter()
        answer = await client.get(path)
        taken.append(time.perf_counter() - begun)
        assert answer.status_code == 200, path
    return statistics.median(taken[1:])


async def main() -> None:
    """Tell all figures."""
    async with server() as admin:
        community = await estate(admin, HOMES)
        await arrears(FIRST)
        await arrears(LATER)
        who = await builders.staff(community, "经理", "boss", Role.manager)
        await settle(admin)
        clock.start_at(datetime(LATER.year, LATER.month, LATER.day, 4, tzinfo=UTC))
        bare = statistics.median([await timed_sql(community) for _ in range(3)])
        settings = Settings(env="test", data=Path(tempfile.gettempdir()), base_url=ORIGIN, secret_key="k" * 40)
        transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]
        headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": "bench"}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            client.cookies.set("sid", await start_session(who.human, who.audience, "bench"), HOST)
            beside = {f"{name} s": round(await seconds(client, path), 3) for name, path in BESIDE.items()}
            for name, path in PAGES.items():
                page = await seconds(client, path)
                facts = {"page s": round(page, 2), "plain SQL s": round(bare, 2), **beside}
                Figure(f"{name} with {HOMES:,} cases, against plain SQL", page / bare, MOST, facts=facts).tell()


if __name__ == "__main__":
    asyncio.run(main())

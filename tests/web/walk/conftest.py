"""One populated world for each file of walks, and a browser for each pair of eyes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from portal.kit import clock
from portal.people.persons.principal import Principal
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests.client import ORIGIN, app_of
from tests.conftest import Wipe
from tests.populated import World, populate, signed_in
from tests.web.walk.routes import Route, routes_of

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
# Nothing is packed: that has its own test, and packing takes longer than many an answer.
FROM_OUR_PAGES = {
    "Origin": ORIGIN,
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "tests",
    "Accept-Encoding": "identity",
}
# What reading may touch: when a session was last seen, and what was typed before a session expired.
MAY_CHANGE = {"web_session", "held_form", "rate_limit", "security_event"}


@dataclass
class Eyes:
    """A browser and who looks through it; nobody is None."""

    client: httpx.AsyncClient
    who: Principal | None


@dataclass
class Stage:
    """The world, the application and everybody's browsers."""

    world: World
    app: Litestar
    eyes: dict[str, Eyes]

    @property
    def routes(self) -> list[Route]:
        """Every route."""
        return list(routes_of(self.app))

    def __getitem__(self, name: str) -> httpx.AsyncClient:
        return self.eyes[name].client


@pytest.fixture(scope="module")
def app(settings: Settings) -> Litestar:
    """The whole product."""
    return app_of(settings)


@pytest.fixture(scope="module")
def business_clock() -> Iterator[None]:
    """It is noon in Shanghai on 2026-11-20."""
    clock.start_at(NOON)
    yield
    clock.start_at(clock.real_now())


@pytest.fixture(scope="module")
async def stage(app: Litestar, database: Database, wipe: Wipe, business_clock: None) -> AsyncIterator[Stage]:
    """Everybody in their place."""
    await wipe()
    world = await populate()
    eyes = {"anyone": Eyes(_client(app), None)}
    for name, who in world.people.items():
        token, known = await signed_in(who)
        eyes[name] = Eyes(_client(app, token), known)
    yield Stage(world, app, eyes)
    for one in eyes.values():
        await one.client.aclose()
    await wipe()


def _client(app: Litestar, token: str | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    cookies = {"sid": token} if token else {}
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=FROM_OUR_PAGES, cookies=cookies)


async def everything() -> dict[str, str]:
    """A fingerprint of each table's rows, but for those that reading may touch."""
    async with unit_of_work(EVERYWHERE):
        tables = await fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT') ORDER BY relname"
        )
        names = [row["relname"] for row in tables if row["relname"] not in MAY_CHANGE]
        rows = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM "
        return {name: await fetch_value(f'{rows}"{name}" t') for name in names}


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that differ."""
    return [name for name in before if before[name] != after[name]]

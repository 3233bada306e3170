"""Whoever walks any route while the pool stands at a standby is told to come again: 503, never 500, nothing stale."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from portal.platform.db import unit_of_work as db
from portal.platform.db.engine import NotPrimary, state_of
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import UnitOfWork, fetch, unit_of_work
from portal.platform.process.embedded import Embedded
from portal.platform.process.settings import Settings
from portal.run.serving import POOL
from tests.marks import MARK
from tests.pooler import Mode, pooler_before
from tests.standby import address, standby_of
from tests.web.walk.asking import ask
from tests.web.walk.conftest import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.embedded]


@pytest.fixture(scope="module")
async def standby(database: Database, stage: Stage) -> AsyncIterator[Embedded]:
    """A server that streams what everybody has."""
    assert database.embedded
    with standby_of(database.embedded) as follower:
        yield follower


@asynccontextmanager
async def pool_at(settings: Settings, url: str) -> AsyncIterator[None]:
    """The app's own pool leads to this address; then as before."""
    before = db.engine.pool, db.engine.config, db.engine.wait, db.engine.prompt
    db.engine.pool = None
    db.engine.point_at(**Database(replace(settings, database_url=url)).config("portal_app"))
    await db.engine.open(**{**POOL, "min_size": 0})
    try:
        yield
    finally:
        db.engine.pool.terminate()  # type: ignore[attr-defined]
        db.engine.pool, db.engine.config, db.engine.wait, db.engine.prompt = before


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one whenever somebody wants a connection."""
    wanted: list[str] = []
    get = UnitOfWork.get_connection

    async def noted(work: UnitOfWork) -> asyncpg.Connection:
        wanted.append("a connection")
        return await get(work)

    monkeypatch.setattr(UnitOfWork, "get_connection", noted)
    return wanted


# One of each door: no session can be read there, so whoever else comes by the same door is nobody either.
EACH_DOOR = ("anyone", "陈静", "吴霞", "沈平")


# `any` lets the connections come about, as those have that were open when a switchover was.
@pytest.mark.parametrize("target", ["any", "read-write"])
async def test_every_route_says_503(
    target: str,
    stage: Stage,
    standby: Embedded,
    settings: Settings,
    asked: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "portal.web")  # thousands of traces take a while
    told, wrong = Counter[int](), []
    home = stage.world.here
    async with pool_at(settings, address(standby, target_session_attrs=target)):
        for name in EACH_DOOR:
            for route in stage.routes:
                asked.clear()
                answer = await ask(stage[name], route, route.address(home.ids), home)
                told[answer.status_code] += 1
                if bool(asked) != (answer.status_code == 503) and route.name != "health:metrics":
                    wrong.append(f"{name}: {route.method} {route.path} {answer.status_code} {len(asked)}")
    assert not wrong, "\n".join(["", *wrong[:50]])
    assert told[503] > 500


@pytest.mark.parametrize("options", [{}, {"target_session_attrs": "primary"}])
async def test_of_two_hosts_the_one_that_takes_writes_is_used_in_any_order(
    options: dict[str, str], database: Database, standby: Embedded, settings: Settings, admin: asyncpg.Connection
) -> None:
    assert database.embedded
    for hosts in ([standby, database.embedded], [database.embedded, standby]):
        async with pool_at(settings, address(*hosts, **options)):
            await fetch_in_own(MARK, f"two hosts {options}")
    assert await admin.fetchval("SELECT count(*) FROM rate_limit WHERE key = $1", f"two hosts {options}") == 2


async def fetch_in_own(sql: str, *values: object) -> None:
    async with unit_of_work():
        await fetch(sql, *values)


async def test_a_standby_that_does_not_say_so_is_known_by_what_it_refuses(
    standby: Embedded, settings: Settings
) -> None:
    """Behind a pooler the first greeting may be an old one: BEGIN is answered with 0A000."""
    async with pooler_before(str(standby.socket), Mode.session) as folder:
        url = f"postgresql://portal_app@/portal?host={folder}&target_session_attrs=any"
        async with pool_at(settings, url):
            with pytest.raises(NotPrimary) as told:
                await fetch_in_own("SELECT 1")
    assert state_of(told.value.__cause__) == "0A000"

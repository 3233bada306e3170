"""Whoever walks any route while the pool stands at a standby is told to come again: 503, never 500, nothing stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from portal import db
from portal.database import Database
from portal.db import UnitOfWork
from portal.embedded import Embedded
from portal.serving import POOL
from portal.settings import Settings
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
async def pool_at(settings: Settings, server: Embedded, **options: str) -> AsyncIterator[None]:
    """The app's own pool leads to this server by address; then as before."""
    before = db.engine.pool, db.engine.config, db.engine.wait, db.engine.prompt
    url = address(server, **options)
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


# `any` lets the connections come about, as those have that were open when a switchover was.
@pytest.mark.parametrize("target", ["any", "read-write"])
async def test_every_route_says_503(
    target: str, stage: Stage, standby: Embedded, settings: Settings, asked: list[str]
) -> None:
    told, wrong = Counter[int](), []
    home = stage.world.here
    who = stage.eyes if target == "any" else ("anyone", "陈静", "沈平")
    async with pool_at(settings, standby, target_session_attrs=target):
        for name in who:
            for route in stage.routes:
                asked.clear()
                answer = await ask(stage[name], route, route.address(home.ids), home)
                told[answer.status_code] += 1
                if bool(asked) != (answer.status_code == 503) and route.name != "health:metrics":
                    wrong.append(f"{name}: {route.method} {route.path} {answer.status_code} {len(asked)}")
    assert not wrong, "\n".join(["", *wrong[:50]])
    assert told[503] > 500

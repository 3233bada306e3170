"""The daily work: one job for each estate and day, shared by workers, where one estate holds up no other."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import portal.care.plan_pages.jobs
import portal.people.delivery.jobs
import portal.run.worker
from portal.care.plan_pages.jobs import sweep_plans
from portal.kit import clock
from portal.overview.health.queries import health
from portal.people.delivery.jobs import ask_receipts
from portal.people.estates.actions import days_to_see_to
from portal.platform.audit.actions import present_request
from portal.platform.audit.jobs import seal
from portal.platform.db import unit_of_work as db
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import UnitOfWork
from portal.platform.jobs.queue import TRIES
from portal.platform.process.settings import Settings
from portal.records.import_requests.jobs import sweep_imports
from portal.records.saving.actions import import_estate
from portal.run.worker import DAILY, ask_for_days, see_to_day
from tests import builders, catalog
from tests.populated import populate
from tests.records.imports.files import GOOD, write
from tests.test_worker import Gateway, until, worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = date(2026, 11, 23)
NEXT = DAY + timedelta(days=1)


@pytest.fixture
async def as_worker(database: Database) -> AsyncIterator[None]:
    """The engine's pool works as the worker, who alone may change what is queued."""
    before = db.engine.config, db.engine.pool
    db.engine.point_at(**database.config("portal_worker"))
    db.engine.pool = None
    await db.engine.open(min_size=1, max_size=4)
    yield
    await db.engine.close()
    db.engine.config, db.engine.pool = before


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, date]]:
    """The business date of each zone; DAY unless a test says otherwise."""
    days: dict[str, date] = {}
    monkeypatch.setattr(clock, "today", lambda zone: days.get(zone, DAY))
    yield days


async def two() -> tuple[int, int]:
    return await builders.community("mingxi", "明溪花园"), await builders.community("donghu", "东湖小筑")


async def queued(admin: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """(community, day, state) of every job of a day."""
    rows = await admin.fetch("SELECT payload, status::text FROM pgqueuer WHERE entrypoint = 'see_to_day' ORDER BY id")
    found = [(json.loads(row["payload"]), row["status"]) for row in rows]
    return sorted((ids["community"], ids["on"], state) for ids, state in found)


@asynccontextmanager
async def broken(admin: asyncpg.Connection, table: str, community: int) -> AsyncIterator[None]:
    """Nothing can be written to this table of one estate."""
    await admin.execute(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;"
        f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW"
        f" WHEN (NEW.community = {community}) EXECUTE FUNCTION broken()"
    )
    try:
        yield
    finally:
        await admin.execute("DROP FUNCTION broken() CASCADE")


# --- what is asked for


async def test_every_estate_gets_one_job_for_the_day_of_its_own_zone(
    admin: asyncpg.Connection, as_worker: None, on_day: dict[str, date]
) -> None:
    east, west = await two()
    await admin.execute("UPDATE community SET timezone = 'Asia/Urumqi' WHERE id = $1", west)
    on_day["Asia/Shanghai"] = NEXT
    await asyncio.gather(*(ask_for_days() for _ in range(3)))
    assert await queued(admin) == [(str(east), str(NEXT), "queued"), (str(west), str(DAY), "queued")]
    on_day["Asia/Urumqi"] = NEXT
    await see_to_day(str(east), str(NEXT))
    assert await days_to_see_to() == {west: NEXT}
    await ask_for_days()
    assert (str(west), str(NEXT), "queued") in await queued(admin)


async def test_an_estate_is_first_looked_at_on_the_day_after_its_import(
    tmp_path: Path, as_worker: None, on_day: dict[str, date], admin: asyncpg.Connection
) -> None:
    report = await import_estate(write(tmp_path, GOOD), "qinghe", actor="test")
    assert not report.errors
    await ask_for_days()
    assert await queued(admin) == []
    on_day["Asia/Shanghai"] = NEXT
    await ask_for_days()
    assert [day for _, day, _ in await queued(admin)] == [str(NEXT)]


async def test_what_is_held_begins_anew_and_what_came_later_makes_earlier_days_good(
    admin: asyncpg.Connection, as_worker: None, on_day: dict[str, date]
) -> None:
    estate, other = map(str, await two())
    await ask_for_days()
    await admin.execute("UPDATE pgqueuer SET status = 'failed', attempts = $1", TRIES)
    await ask_for_days()
    await ask_for_days()
    assert await queued(admin) == [(estate, str(DAY), "queued"), (other, str(DAY), "queued")]
    await admin.execute("UPDATE pgqueuer SET status = 'failed', attempts = $1", TRIES)
    await see_to_day(estate, str(NEXT))
    assert await queued(admin) == [(other, str(DAY), "failed")]


# --- what is done


async def test_a_job_that_fails_keeps_no_other_and_its_day_is_not_done(
    monkeypatch: pytest.MonkeyPatch, as_worker: None, on_day: dict[str, date]
) -> None:
    estate = await builders.community("mingxi", "明溪花园")
    ran: list[Any] = []

    async def bad(on: date, community: int) -> None:
        ran.append("bad")
        raise RuntimeError

    async def good(on: date, community: int) -> None:
        ran.append((on, community))
        assert re.fullmatch(r"good:[0-9a-f]{12}", present_request())

    monkeypatch.setattr(portal.run.worker, "DAILY", (bad, good))
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            await see_to_day(str(estate), str(DAY))
    assert ran == ["bad", (DAY, estate)] * 2
    assert await days_to_see_to() == {estate: DAY}
    monkeypatch.setattr(portal.run.worker, "DAILY", (good,))
    await see_to_day(str(estate), str(DAY))
    assert await days_to_see_to() == {}
    await see_to_day(str(estate), str(DAY - timedelta(days=3)))
    assert await days_to_see_to() == {}, "an old job that comes late takes nothing back"


async def test_every_job_of_a_day_looks_at_its_own_estate_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    community = (await populate()).here.estate.community
    scopes: dict[str, set[str]] = {}
    begin = UnitOfWork.__init__

    for job in DAILY:

        def noted(self: UnitOfWork, *args: Any, name: str = job.__name__, **how: Any) -> None:
            begin(self, *args, **how)
            scopes.setdefault(name, set()).add(self._opening.split("app.communities', ")[1])

        monkeypatch.setattr(UnitOfWork, "__init__", noted)
        await job(date(2027, 3, 1), community)
    assert set(scopes) == {job.__name__ for job in DAILY}
    assert set().union(*scopes.values()) == {f"'{{{community}}}', true)"}


async def test_trouble_in_one_estate_keeps_no_other_from_its_turn(admin: asyncpg.Connection) -> None:
    first, second = await two()
    for community in (first, second):
        await catalog.add_row(admin, "audit_entry", community=str(community))
    async with broken(admin, "audit_seal", first):
        with pytest.raises(ExceptionGroup):
            await seal(DAY)
    assert await admin.fetch("SELECT community FROM audit_seal") == [(second,)]
    assert await seal(DAY) == {"sealed": 1}


async def test_the_rounds_of_each_minute_go_on_after_trouble_in_one_estate(
    settings: Settings, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await two()
    looked: list[Any] = []

    async def settle(community: int, plan: Any, on: date) -> None:
        looked.append(community)
        if community == first:
            raise RuntimeError

    async def ask(settings: Settings, row: Any) -> bool:
        looked.append(row["community"])
        if row["community"] == first:
            raise RuntimeError
        return True

    monkeypatch.setattr(portal.care.plan_pages.jobs, "settle_plan", settle)
    monkeypatch.setattr(portal.people.delivery.jobs, "_ask", ask)
    for community, row in ((first, UUID(int=1)), (second, UUID(int=2))):
        given = {"id": f"'{row}'", "community": str(community)}
        await catalog.add_row(admin, "plan", **given, state="'active'")
        await catalog.add_row(
            admin,
            "delivery",
            **given,
            state="'sent'",
            channel="'sms'",
            receipt="'r'",
            changed_at="now() - interval '1h'",
        )
        await catalog.add_row(admin, "import_request", **given, state="'checked'", changed_at="'2026-01-01Z'")
    with pytest.raises(ExceptionGroup):
        await sweep_plans()
    assert looked == [first, second]
    assert await ask_receipts(replace(settings, sms_key_id="x")) == 1
    assert looked == [first, second] * 2
    async with broken(admin, "import_request", first):
        with pytest.raises(ExceptionGroup):
            await sweep_imports()
    assert await admin.fetchval("SELECT community FROM import_request WHERE state = 'expired'") == second


async def test_an_estate_that_is_behind_is_told(settings: Settings, as_worker: None) -> None:
    one, _ = await two()
    assert (await health(settings)).estates_behind == 2
    await see_to_day(str(one), str(clock.today("Asia/Shanghai")))
    assert (await health(settings)).estates_behind == 1


# --- by workers


async def picked(admin: asyncpg.Connection) -> list[asyncpg.Record]:
    return await admin.fetch("SELECT queue_manager_id AS worker, id FROM pgqueuer WHERE status = 'picked'")


async def test_workers_share_the_estates_and_what_a_killed_one_had_is_done_by_the_others(
    settings: Settings, database: Database, admin: asyncpg.Connection
) -> None:
    estates = [await builders.community(f"e{n}", f"小区{n}") for n in range(6)]
    wall = await asyncpg.connect(**database.config("admin"))
    async with worker(settings, Gateway()) as killed, worker(settings, Gateway()):
        async with wall.transaction():
            await wall.execute("LOCK TABLE plan IN ACCESS EXCLUSIVE MODE")

            async def both() -> bool:
                return len({row["worker"] for row in await picked(admin)}) == 2 and len(await picked(admin)) == 4

            await until(both)
            killed.kill()

        async def done() -> bool:
            return await admin.fetchval("SELECT count(*) FROM daily_look") == len(estates) and not await queued(admin)

        await until(done, seconds=60)
    await wall.close()
    assert await days_to_see_to() == {}


async def test_an_estate_that_fails_is_tried_again_and_holds_up_nobody(
    settings: Settings, admin: asyncpg.Connection
) -> None:
    first, second = await two()
    async with broken(admin, "daily_look", first), worker(settings, Gateway()):

        async def others() -> bool:
            return await admin.fetch("SELECT community FROM daily_look") == [(second,)]

        async def again() -> bool:
            tries = await admin.fetchval("SELECT max(attempts) FROM pgqueuer") or 0
            return tries > 0 and [community for community, _, _ in await queued(admin)] == [str(first)]

        await until(others)
        await until(again)

"""What machines are told: red only for database, migrations and worker; everything else as a number."""

from __future__ import annotations

from dataclasses import replace

import asyncpg
import pytest

from portal.overview.health.queries import as_metrics, health
from portal.platform.db import unit_of_work as db
from portal.platform.process.settings import Settings
from portal.run.worker import beat
from tests import cast, catalog
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_a_beating_worker_makes_it_ready(settings: Settings) -> None:
    found = await health(settings)
    assert found.database
    assert found.worker_age is None
    assert not found.ready
    await beat("worker:here:1")
    found = await health(settings)
    assert found.ready
    assert found.worker_age == 0


async def test_a_silent_worker_makes_it_red_after_half_a_minute(settings: Settings, admin: asyncpg.Connection) -> None:
    await beat("worker:here:1")
    await admin.execute("UPDATE worker_heartbeat SET beat_at = beat_at - interval '32 seconds'")
    found = await health(settings)
    assert found.database
    assert not found.ready


async def test_trouble_elsewhere_is_said_and_does_not_make_it_red(
    settings: Settings, admin: asyncpg.Connection
) -> None:
    estate = await cast.mingxi()
    await beat("worker:here:1")
    await catalog.add_row(admin, "stripe_event", state="'failed'")
    await catalog.add_row(admin, "audit_entry", community=str(estate.community))
    found = await health(replace(settings, sms_url=None, smtp_host="127.0.0.1"))
    assert found.ready
    assert found.events_stuck == 1
    assert found.unsealed_age
    assert found.channels_off == ("sms", "push", "wechat")


async def test_a_database_that_is_away_is_a_finding_and_no_error(settings: Settings) -> None:
    before = db.engine.config, db.engine.pool
    db.engine.config, db.engine.pool = {"host": "127.0.0.1", "port": 1, "user": "nobody"}, None
    try:
        found = await health(settings)
    finally:
        db.engine.config, db.engine.pool = before
    assert not found.database
    assert not found.ready
    assert "portal_worker 0" in as_metrics(found)


async def test_the_three_addresses_answer_without_signing_in(settings: Settings) -> None:
    async with browser(settings) as machine:
        assert (await machine.get("/healthz")).text == "ok\n"
        red = await machine.get("/readyz")
        assert (red.status_code, red.json()["ok"], red.json()["database"]) == (503, False, True)
        await beat("worker:here:1")
        green = await machine.get("/readyz")
        assert (green.status_code, green.json()["ok"]) == (200, True)
        assert green.json()["channels_off"] == ["sms", "email", "push", "wechat"]
        gauges = (await machine.get("/metrics")).text
    assert "portal_ok 1\n" in gauges
    assert 'portal_channel_off{channel="sms"} 1\n' in gauges

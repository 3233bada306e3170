"""What every start asks of an address: PostgreSQL itself is let in, a pooler that mixes sessions never."""

from __future__ import annotations

import logging
import socket
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from portal.kit import clock
from portal.platform.db.address import CONNECTS_WITHIN
from portal.platform.db.logins import Database, reach
from portal.platform.process.settings import Settings, Unusable
from portal.run.worker import run_worker
from tests.pooler import Mode, pooler_before

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


def at(settings: Settings, folder: str, role: str = "portal_app", **options: str) -> Database:
    more = "".join(f"&{name}={value}" for name, value in options.items())
    url = f"postgresql://{role}@/portal?host={quote(folder, safe='')}{more}"
    return Database(replace(settings, database_url=url, worker_url=None, admin_url=None))


async def test_the_server_itself_is_reached_in_every_role(database: Database) -> None:
    for role in ("admin", "portal_owner", "portal_app", "portal_worker"):
        await reach(database, role)  # type: ignore[arg-type]


@pytest.mark.embedded
@pytest.mark.timeout(30)
@pytest.mark.parametrize("role", ["portal_app", "portal_owner"])
@pytest.mark.parametrize("how", [{}, {"most": 1}, {"cleans": True}], ids=str)
async def test_a_pooler_in_transaction_mode_is_refused_in_one_sentence(
    how: dict[str, int], role: str, settings: Settings, database: Database
) -> None:
    async with pooler_before(database.host, Mode.transaction, **how) as folder:
        with pytest.raises(
            Unusable, match=r"^DATABASE_URL leads to a connection pooler that gives one session"
        ) as refused:
            await reach(at(settings, folder, role), role)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@pytest.mark.embedded
async def test_a_pooler_in_session_mode_is_fine_if_it_passes_settings_on(
    settings: Settings, database: Database
) -> None:
    async with pooler_before(database.host, Mode.session) as folder:
        await reach(at(settings, folder), "portal_app")
    async with pooler_before(database.host, Mode.session, forgets=True) as folder:
        with pytest.raises(Unusable, match=r"does not pass on the portal's settings \(role\)"):
            await reach(at(settings, folder), "portal_app")


@pytest.mark.embedded
async def test_the_worker_does_not_start_behind_a_pooler(settings: Settings, database: Database) -> None:
    async with pooler_before(database.host, Mode.transaction) as folder:
        with pytest.raises(Unusable, match=r"^DATABASE_URL leads to a connection pooler"):
            await run_worker(settings, at(settings, folder, "portal_worker"))


@pytest.mark.embedded
async def test_a_host_that_is_silent_does_not_keep_from_the_next(settings: Settings, database: Database) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{folder}/.s.PGSQL.5432")
        silent.listen()
        two = at(settings, f"{folder},{database.host}")
        began = time.monotonic()
        await reach(two, "portal_app")
        assert time.monotonic() - began < CONNECTS_WITHIN
        with pytest.raises(Unusable, match=r"nobody answered in time"):
            await reach(at(settings, f"{folder},{folder}"), "portal_app")
        assert time.monotonic() - began < 3 * CONNECTS_WITHIN


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://me:s3cret@127.0.0.1:1/x", "nobody listens there"),
        ("postgresql://me:s3cret@127.0.0.1:1,127.0.0.1:2/x", "nobody listens there"),
        ("postgresql://me:s3cret@nowhere.invalid/x", "there is no host of this name"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told_in_one_sentence(
    url: str, why: str, settings: Settings, database: Database
) -> None:
    nowhere = Database(replace(settings, database_url=url, worker_url=None, admin_url=None))
    with pytest.raises(Unusable, match=f"^DATABASE_URL leads to no database: {why}") as refused:
        await reach(nowhere, "portal_app")
    assert "s3cret" not in str(refused.value)


async def test_clocks_that_differ_by_an_hour_are_told(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await reach(database, "portal_app")
    assert not caplog.records
    behind = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(clock, "real_now", lambda: behind)
    with caplog.at_level(logging.WARNING, "portal.reaching"):
        await reach(database, "portal_app")
    assert "is +3600 s off this machine's" in caplog.text

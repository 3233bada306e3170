"""The worker as a process: it does what was committed, tries again, gives up, survives and stops."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from portal.kit.money import Money
from portal.overview.health.queries import health
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import TRIES, Driver, enqueue
from portal.platform.process.settings import Settings
from tests import cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

ROOT = Path(__file__).parents[1]


@dataclass
class Gateway:
    """A text gateway on a port of its own; `faults` answers are refused before it takes anything."""

    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    faults: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        self.asked += 1
        good = self.asked > self.faults
        if good:
            self.taken.append(body)
        writer.write(
            b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (b"200 OK" if good else b"500 No")
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    async with await asyncio.start_server(made.answer, "127.0.0.1", 0) as server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"
        yield made


@asynccontextmanager
async def worker(
    settings: Settings, gateway: Gateway, *, log: Path | None = None
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """`portal worker` on the database of the tests, ready when its heart beats; its log goes to a file if asked for."""
    environ = environment(settings) | {"SMS_URL": gateway.url} | ({"PORTAL_LOG": "info"} if log else {})
    words = [sys.executable, "-m", "portal.run.cli", "worker"]
    process = subprocess.Popen(words, env=environ, stderr=log.open("wb") if log else None)  # noqa: ASYNC220
    try:
        await until(lambda: beats())
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        await asyncio.to_thread(process.wait)


def environment(settings: Settings) -> dict[str, str]:
    """For a part of the portal as a process of its own."""
    return os.environ | {
        "PORTAL_DATA": str(settings.data), "PORTAL_ENV": "test", "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_BASE_URL": settings.base_url, "STRIPE_API_KEY": settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret, "STRIPE_API_BASE": str(settings.stripe_api_base),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip


async def beats() -> int:
    async with unit_of_work():
        return await fetch_value("SELECT count(*) FROM worker_heartbeat WHERE name LIKE 'worker:%'")


async def until(what: Callable[[], Any], seconds: float = 30) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await what()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return found


async def text_somebody(estate: cast.Estate, subject: str = "plan:1") -> None:
    async with unit_of_work(estate.community):
        await tell(
            estate["陈静"].persons, NoticeKind.plan_requested, community=estate.community, subject=subject,
            link="/plans/1", channels=(Channel.sms,), total=Money(90000),
        )  # fmt: skip


async def delivery(state: str) -> dict[str, Any] | None:
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one("SELECT state, tries, trouble FROM delivery WHERE channel = 'sms' AND state = $1", state)
        return dict(row) if row else None


async def test_a_probe_waits_until_somebody_listens(database: Database) -> None:
    """PgQueuer sends its first one before it listens, and would begin anew when nobody answers."""
    pool = await asyncpg.create_pool(**database.config("portal_worker"), min_size=2, max_size=2)
    driver, heard = Driver(pool), asyncio.Event()
    probe = asyncio.create_task(driver.notify("probe", "x"))
    await asyncio.sleep(0.2)
    await driver.add_listener("probe", lambda _said: heard.set())
    try:
        await asyncio.wait_for(heard.wait(), 5)
    finally:
        await probe
        pool.terminate()  # the listener keeps its connection


async def test_it_sends_what_was_committed_and_stops_politely(settings: Settings, gateway: Gateway) -> None:
    estate = await cast.mingxi()
    async with worker(settings, gateway) as process:
        await text_somebody(estate)
        await until(lambda: delivery("sent"))
        assert gateway.taken == [
            {
                "to": "+8619900000101",
                "text": "【青岚物业服务有限公司】明溪花园分期缴纳 ¥900.00 的申请已收到，审核后答复您。电话400-000-0000"
                " http://127.0.0.1:8000/plans/1",
            }
        ]
        assert (await health(settings)).ready
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0


async def test_a_refused_text_is_tried_again_and_sent_once(settings: Settings, gateway: Gateway) -> None:
    gateway.faults = 1
    estate = await cast.mingxi()
    async with worker(settings, gateway):
        await text_somebody(estate)
        sent = await until(lambda: delivery("sent"), seconds=90)  # the second try comes after ten
    assert sent["tries"] == 2
    assert len(gateway.taken) == 1


async def test_it_survives_losing_every_connection(
    settings: Settings, gateway: Gateway, admin: asyncpg.Connection
) -> None:
    estate = await cast.mingxi()
    async with worker(settings, gateway) as process:
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal_worker'")
        await text_somebody(estate)
        await until(lambda: delivery("sent"))
        assert process.poll() is None


async def test_a_job_that_cannot_be_done_is_held_and_keeps_no_other(settings: Settings, gateway: Gateway) -> None:
    estate = await cast.mingxi()
    async with worker(settings, gateway):
        async with unit_of_work(estate.community):
            await enqueue("send_notice", nonsense="1")
        await text_somebody(estate)
        await until(lambda: delivery("sent"))


async def test_what_the_queue_keeps_of_a_failure_quotes_nobody(
    settings: Settings, gateway: Gateway, admin: asyncpg.Connection
) -> None:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await enqueue("see_to_import", request=str(uuid4()), community="陈静")

    async def kept() -> str | None:
        return await admin.fetchval("SELECT traceback::text FROM pgqueuer_log WHERE traceback IS NOT NULL LIMIT 1")

    async with worker(settings, gateway):
        told = await until(kept)
    assert "ValueError" in told and "see_to_import" in told
    assert "陈静" not in told and json.dumps("陈静").strip('"') not in told


async def test_what_is_held_with_tries_left_is_done_after_all(
    settings: Settings, gateway: Gateway, admin: asyncpg.Connection
) -> None:
    """The database went away under a job, and was not back when the queue wanted to put the job back."""
    estate = await cast.mingxi()
    await text_somebody(estate)
    await admin.execute("UPDATE pgqueuer SET status = 'failed', attempts = $1", TRIES - 1)
    async with unit_of_work(estate.community):
        await enqueue("send_notice", nonsense="1")
    await admin.execute("UPDATE pgqueuer SET status = 'failed', attempts = $1 WHERE status = 'queued'", TRIES)

    async def left() -> bool:
        return await admin.fetch("SELECT status::text FROM pgqueuer") == [("failed",)]

    async with worker(settings, gateway):
        await until(lambda: delivery("sent"))
        await until(left)


async def test_what_was_rolled_back_is_never_sent(settings: Settings, gateway: Gateway) -> None:
    estate = await cast.mingxi()
    with pytest.raises(KeyError):
        async with unit_of_work(estate.community):
            await enqueue("send_notice", notice="x", community="1")
            raise KeyError
    async with unit_of_work():
        assert await fetch("SELECT id FROM pgqueuer") == []

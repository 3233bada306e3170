"""What web and worker write in normal work: that they began, each answer and each job, and nothing of whom."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from portal import VERSION
from portal.platform.process.settings import Settings
from tests import cast
from tests.logs import logged
from tests.populated import PHONES
from tests.ports import free_port
from tests.signin.doors import doors
from tests.test_worker import Gateway, delivery, environment, gateway, text_somebody, until, worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
used = gateway  # a fixture


async def test_the_worker_says_that_it_began_what_it_did_and_that_it_ended(
    settings: Settings, gateway: Gateway, tmp_path: Path
) -> None:
    estate, log = await cast.mingxi(), tmp_path / "log"
    async with worker(settings, gateway, log=log) as process:
        await text_somebody(estate)
        await until(lambda: delivery("sent"))
        await until(lambda: says(log, "job see_to_day"))
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 10)
    told = log.read_text()
    assert f"INFO portal.worker: portal worker {VERSION} is ready: test, database well, migrations well" in told
    assert re.search(r"INFO portal.worker: job send_notice is done, \d+ ms, tries 1\n", told)
    assert re.search(r"INFO portal.worker: job see_to_day is done, \d+ ms, tries 1\n", told)
    assert told.endswith("portal worker has ended\n")
    for mark in (PHONES["陈静"], PHONES["陈静"].removeprefix("+86"), "陈静", "900"):
        assert mark not in told


async def test_the_web_says_that_it_began_and_what_it_answered(settings: Settings, tmp_path: Path) -> None:
    await cast.mingxi()
    log, port = tmp_path / "log", free_port()
    words = [sys.executable, "-m", "portal.run.cli", "serve", "--port", str(port)]
    with log.open("wb") as errors:
        process = subprocess.Popen(words, env=environment(settings) | {"PORTAL_LOG": "info"}, stderr=errors)  # noqa: ASYNC220
    try:
        await until(lambda: says(log, "is ready"))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            await client.get("/healthz", headers={"Host": "127.0.0.1:8000"})
            await client.get("/e/mingxi?phone=13800138000", headers={"Host": "127.0.0.1:8000"})
        await until(lambda: says(log, "GET /e/{code} 200"))
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
    told = log.read_text()
    assert f"portal web {VERSION} begins on 127.0.0.1 port {port}, processes: 1\n" in told
    assert "test, database well, migrations well, worker missing, switched off: sms email push wechat\n" in told
    assert "13800138000" not in told and "healthz" not in told


async def says(log: Path, words: str) -> bool:
    """Whether it stands there by now."""
    return words in await asyncio.to_thread(log.read_text)


async def test_who_signs_in_cannot_be_read_from_the_lines(settings: Settings) -> None:
    await cast.mingxi()
    with logged() as log:
        async with doors(settings) as door:
            await door.client.post("/sign-in", data={"phone": PHONES["陈静"]})
            code = await door.code(PHONES["陈静"])
            await door.client.post("/sign-in/code", data={"code": code})
            token = door.client.cookies["sid"]
            await door.client.get("/bills")
    told = log.getvalue()
    assert told.count("portal.access: POST /sign-in/code 303") == 1 and "GET /bills 200" in told
    assert not [mark for mark in (PHONES["陈静"], PHONES["陈静"][-11:], code, token, "陈静") if mark in told]

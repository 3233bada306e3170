"""A line for each answer: which route, how it ended and how long it took, and nothing of who asked for what."""

from __future__ import annotations

import re

import httpx
import pytest

from portal.platform.process.settings import Settings
from portal.web.request.access_log import Access, asked
from tests import cast
from tests.client import ORIGIN, app_of
from tests.logs import logged

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
LINE = re.compile(r"^\S+ \S+ (\w+) portal\.access: (.+) \d+ ms$", re.M)


async def told(settings: Settings, *asks: tuple[str, str]) -> list[tuple[str, str]]:
    """The level and the text of every line that these requests leave, without how long they took."""
    with logged() as log:
        transport = httpx.ASGITransport(app=Access(app_of(settings)), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            for verb, path in asks:
                await client.request(verb, path)
    return LINE.findall(log.getvalue())


async def test_a_route_stands_in_the_log_and_never_a_path_or_a_query(settings: Settings) -> None:
    await cast.mingxi()
    lines = await told(
        settings,
        ("GET", "/sign-in?next=/bills/13800138000"),
        ("GET", "/desk/set-up/secret-token-of-a-link"),
        ("GET", "/e/mingxi/prices?phone=13800138000"),
        ("GET", "/no/such/13800138000"),
        ("SECRET", "/sign-in"),
        ("POST", "/sign-in?phone=13800138000"),
    )
    assert [text for _level, text in lines] == [
        "GET /sign-in 200",
        "GET /desk/set-up/{token} 404",
        "GET /e/{code}/prices 200",
        "GET - 404",
        "- - 405",
        "POST /sign-in 403",
    ]


async def test_what_is_asked_for_every_few_seconds_stays_silent_while_all_is_well(settings: Settings) -> None:
    lines = await told(settings, ("GET", "/healthz"), ("GET", "/sw.js"), ("GET", "/static/x.css"), ("GET", "/readyz"))
    assert lines == [("INFO", "GET /static/{name} 404"), ("INFO", "GET /readyz 503")]


async def test_what_breaks_has_its_line_too() -> None:
    async def breaks(_scope: object, _receive: object, _send: object) -> None:
        raise KeyError("陈静")

    scope = {"type": "http", "method": "GET", "path": "/x"}
    with logged() as log, pytest.raises(KeyError):
        await Access(breaks)(scope, None, None)  # type: ignore[arg-type]
    assert [text for _level, text in LINE.findall(log.getvalue())] == ["GET - 500"]


def test_a_route_that_nobody_knows_is_a_dash() -> None:
    assert asked({"method": "GET\nportal: forged", "path": "/"}) == "- -"  # type: ignore[typeddict-item]

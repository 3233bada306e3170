"""A browser without a window: the real application over ASGI, signed in as one of the cast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from portal.app import create_app
from portal.people.actions import start_session
from portal.people.principal import Principal
from portal.settings import Settings

ORIGIN = "http://127.0.0.1:8000"


@asynccontextmanager
async def browser(settings: Settings, who: Principal | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """An httpx client that follows no redirects and sends what a browser sends from our own pages."""
    transport = httpx.ASGITransport(app=create_app(settings))  # type: ignore[arg-type]
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "User-Agent": "tests"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        if who:
            client.cookies.set("sid", await start_session(who.human, who.audience, "tests"))
        yield client

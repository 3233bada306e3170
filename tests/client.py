"""A browser without a window: the real application over ASGI, signed in as one of the cast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httpx
from litestar import Litestar

from portal.money.stripe.gateway import gateway
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience, Principal
from portal.platform.process.settings import Settings
from portal.run.app import create_app
from portal.web.request.access_log import Access

ORIGIN = "http://127.0.0.1:8000"
HOST = "127.0.0.1"  # as the answers name it, so that a new cookie takes the place of the old one


@cache
def _made(settings: Settings) -> Litestar:
    return create_app(settings)


def app_of(settings: Settings) -> Litestar:
    """The application of these settings: made once, since making its routes takes longer than most tests.

    What making it does to the process is done each time: the gateway points to where these settings say.
    """
    gateway.point_at(settings)
    return _made(settings)


@asynccontextmanager
async def browser(
    settings: Settings, who: Principal | None = None, *, stepped_up: bool | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """An httpx client that follows no redirects and sends what a browser sends from our own pages.

    Staff have just signed in, which is proof enough for a while; an owner's code is not, unless `stepped_up`.
    """
    if stepped_up is None:
        stepped_up = who is not None and who.audience is Audience.staff
    transport = httpx.ASGITransport(app=Access(app_of(settings)))  # type: ignore[arg-type]
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "User-Agent": "tests"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        if who:
            client.cookies.set(
                "sid", await start_session(who.human, who.audience, "tests", stepped_up=stepped_up), HOST
            )
        yield client

"""A browser-like client on the sample application; nothing here needs a database."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.sample import Drawer, sample_app

HOST = "http://127.0.0.1:8000"


def browser(base: str = HOST, drawer: Drawer | None = None, **options: object) -> httpx.AsyncClient:
    """A client that sends Origin and Fetch-Metadata as a browser does, and follows nothing by itself."""
    app = sample_app(base, drawer)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=base,
        headers={"origin": base, "sec-fetch-site": "same-origin", "accept-language": "zh-CN,zh;q=0.9"},
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in."""
    async with browser() as client:
        yield client


@pytest.fixture
async def li() -> AsyncIterator[httpx.AsyncClient]:
    """An owner is signed in."""
    async with browser(cookies={"sid": "li"}) as client:
        yield client

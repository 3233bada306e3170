"""Every answer, whatever its status, carries the security headers; what is personal is never stored."""

import httpx
import pytest

from tests.web.conftest import browser

pytestmark = pytest.mark.anyio
PATHS = ["/sample", "/nope", "/raise/bug", "/raise/down", "/static/portal.js", "/note", "/desk/any", "/prices"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_guarded(client: httpx.AsyncClient, path: str) -> None:
    head = (await client.get(path)).headers
    policy = head["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://checkout.stripe.com;" in policy
    assert head["x-content-type-options"] == "nosniff"
    assert head["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in head


async def test_https_asks_for_https_for_a_year() -> None:
    async with browser("https://portal.example") as client:
        head = (await client.get("/sample")).headers
        assert head["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert "upgrade-insecure-requests" in head["content-security-policy"]


@pytest.mark.parametrize("path", ["/sample", "/nope", "/raise/bug", "/note"])
async def test_pages_are_not_stored(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-store"


async def test_a_public_page_may_be_kept_but_never_for_who_is_signed_in(
    client: httpx.AsyncClient, li: httpx.AsyncClient
) -> None:
    assert (await client.get("/prices")).headers["cache-control"] == "private, max-age=60"
    assert (await li.get("/prices")).headers["cache-control"] == "no-store"


async def test_pages_are_compressed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/sample", headers={"accept-encoding": "br"})).headers["content-encoding"] == "br"
    assert (await client.get("/sample", headers={"accept-encoding": "gzip"})).headers["content-encoding"] == "gzip"


async def test_text_says_its_charset(client: httpx.AsyncClient) -> None:
    for path in ("/sample", "/nope", "/static/css/all.css"):
        assert "charset=utf-8" in (await client.get(path)).headers["content-type"].lower()

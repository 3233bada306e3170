"""Only our own pages may make a browser change anything."""

import httpx
import pytest

from tests.web.conftest import HOST, browser

pytestmark = pytest.mark.anyio
EVIL, LOCAL = "https://evil.example", "http://localhost:8000"


@pytest.mark.parametrize(
    ("site", "origin", "passes"),
    [
        ("same-origin", HOST, True),
        ("same-origin", None, True),
        ("same-site", HOST, False),
        ("same-site", EVIL, False),
        ("cross-site", EVIL, False),
        ("cross-site", HOST, False),
        ("none", None, False),
        ("none", HOST, True),
        ("none", EVIL, False),
        ("nonsense", HOST, False),
        (None, HOST, True),
        (None, None, False),
        (None, "null", False),
        (None, EVIL, False),
        (None, HOST + ".evil.example", False),
        (None, "https://127.0.0.1:8000", False),
        (None, "http://127.0.0.1", False),
    ],
)
async def test_a_post_needs_our_own_origin(site: str | None, origin: str | None, passes: bool) -> None:
    async with browser() as client:
        client.headers.pop("origin")
        client.headers.pop("sec-fetch-site")
        given = {"sec-fetch-site": site, "origin": origin}
        answer = await client.post("/out", headers={k: v for k, v in given.items() if v is not None})
    assert answer.status_code == (303 if passes else 403)
    assert passes or "没有执行" in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_unsafe_methods_do_nothing_either(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/out", headers={"sec-fetch-site": "cross-site", "origin": EVIL})
    assert answer.status_code in (403, 405)


async def test_reading_is_open_to_links_from_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sample", headers={"sec-fetch-site": "cross-site", "origin": EVIL})
    assert answer.status_code == 200


async def test_only_an_exempt_route_takes_posts_from_elsewhere(client: httpx.AsyncClient) -> None:
    client.headers.pop("origin")
    client.headers.pop("sec-fetch-site")
    assert (await client.post("/hook", content=b"{}")).status_code == 201


async def test_nobody_is_looked_up_for_a_foreign_post() -> None:
    async with browser(cookies={"sid": "down"}) as client:
        assert (await client.post("/out", headers={"sec-fetch-site": "cross-site"})).status_code == 403


async def test_no_other_site_may_read_us(client: httpx.AsyncClient) -> None:
    asked = {"origin": EVIL, "access-control-request-method": "POST", "sec-fetch-site": "cross-site"}
    answer = await client.options("/sample", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_other_name_of_this_machine_works_only_off_production() -> None:
    async with browser() as client:
        client.headers.pop("sec-fetch-site")
        here = {"origin": LOCAL, "host": "localhost:8000"}
        assert (await client.post("/out", headers=here)).status_code == 303
    async with browser("https://portal.example") as client:
        client.headers.pop("sec-fetch-site")
        assert (
            await client.post("/out", headers={"origin": "https://localhost:8000", "host": "localhost:8000"})
        ).status_code == 403

"""Cookies, languages and text sizes."""

import httpx
import pytest

from tests.web.conftest import browser

pytestmark = pytest.mark.anyio


async def test_on_plain_http_the_cookie_is_sid(client: httpx.AsyncClient) -> None:
    cookie = (await client.post("/in")).headers["set-cookie"]
    assert cookie.startswith("sid=li;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


async def test_on_https_the_cookie_is_host_only_and_secure() -> None:
    async with browser("https://portal.example") as client:
        cookies = (await client.post("/in")).headers.get_list("set-cookie")
        taste = (await client.post("/language", data={"language": "en"})).headers["set-cookie"]
    assert cookies[0].startswith("__Host-sid=li;")
    assert all("Secure" in c and "HttpOnly" in c and "Domain" not in c for c in [*cookies, taste])
    async with browser("https://portal.example", cookies={"sid": "li"}) as client:
        assert (await client.get("/note")).status_code == 303


async def test_signing_out_clears_cookie_and_storage(li: httpx.AsyncClient) -> None:
    answer = await li.post("/out")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("cookies", "accepts", "lang"),
    [
        ({}, "", "zh-CN"), ({}, "en-GB,en;q=0.9", "en"), ({}, "en,zh;q=0.5", "zh-CN"), ({}, "fr,de", "zh-CN"),
        ({}, "zh-TW", "zh-CN"), ({"lang": "en"}, "zh-CN", "en"), ({"lang": "zh-CN"}, "en", "zh-CN"),
        ({"lang": "xx"}, "en", "en"), ({"sid": "ann"}, "zh-CN", "en"), ({"sid": "li", "lang": "en"}, "en", "zh-CN"),
    ],
)  # fmt: skip
async def test_the_language_follows_the_person_then_the_choice_then_the_browser(
    cookies: dict[str, str], accepts: str, lang: str
) -> None:
    async with browser(cookies=cookies) as client:
        for path in ("/sample", "/nope"):
            text = (await client.get(path, headers={"accept-language": accepts})).text
            if path == "/sample" or "sid" not in cookies:  # an unknown address asks nobody who is there
                assert f'<html lang="{lang}"' in text


async def test_anybody_may_choose_language_and_text_size(client: httpx.AsyncClient) -> None:
    answer = await client.post("/language", data={"language": "en", "next": "/sample?a=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sample?a=1")
    answer = await client.post("/text-size", data={"size": "large", "next": "//evil.example"})
    assert answer.headers["location"] == "/"
    text = (await client.get("/sample")).text
    assert '<html lang="en" class="large-text">' in text
    await client.post("/text-size", data={"size": "normal"})
    assert "large-text" not in (await client.get("/sample")).text


async def test_a_database_that_is_away_gives_the_calm_page_also_for_the_session() -> None:
    async with browser(cookies={"sid": "down"}) as client:
        answer = await client.get("/sample")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "您的数据是安全的" in answer.text


async def test_an_absurd_token_is_nobody() -> None:
    async with browser(cookies={"sid": "x" * 500}) as client:
        assert (await client.get("/sample")).status_code == 200

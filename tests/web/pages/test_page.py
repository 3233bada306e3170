"""Pages, fragments, flash and templates."""

import asyncio
import base64
import re

import httpx
import pytest

from tests.web.conftest import browser

pytestmark = pytest.mark.anyio
PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


async def test_a_page_is_whole_for_a_browser_and_a_fragment_for_htmx(li: httpx.AsyncClient) -> None:
    whole, part = await li.get("/note"), await li.get("/note", headers=PARTIAL)
    assert whole.text.startswith("<!doctype html>")
    assert "<html" not in part.text
    assert "<title>Note · 明白</title>" in part.text
    assert part.text.count('id="note"') == 1
    assert 'id="flash"' in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert "hx-swap-oob" not in whole.text
    for answer in (whole, part):
        assert "HX-Request-Type" in answer.headers["vary"]


async def test_going_back_in_the_browser_gets_the_whole_page(li: httpx.AsyncClient) -> None:
    back = {"hx-history-restore-request": "true", "hx-request-type": "full"}
    assert "<html" in (await li.get("/note", headers=back)).text


async def test_a_success_is_303_and_says_so_once(li: httpx.AsyncClient) -> None:
    answer = await li.post("/note", data={"text": "好"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/note")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "notice-good" in (await li.get("/note")).text
    assert "notice-good" not in (await li.get("/note")).text


async def test_a_poll_neither_shows_nor_eats_the_flash(li: httpx.AsyncClient) -> None:
    await li.post("/note", data={"text": "好"})
    polled = (await li.get("/poll", headers=PARTIAL)).text
    assert "flash" not in polled
    assert "<title>" not in polled
    assert "notice-good" in (await li.get("/note", headers=PARTIAL)).text


async def test_a_forged_or_spoilt_flash_is_nothing(li: httpx.AsyncClient) -> None:
    forged = base64.urlsafe_b64encode(b"0" * 32 + b'{"at":9999999999,"m":[{"text":"FORGED","tone":"good"}]}').decode()
    for value in (forged, "%%%", "a", "AAAA" * 50):
        li.cookies.set("flash", value)
        answer = await li.get("/note")
        assert answer.status_code == 200
        assert "FORGED" not in answer.text


async def test_a_mistake_is_422_twice_told_and_what_was_typed_comes_back(li: httpx.AsyncClient) -> None:
    answer = await li.post("/note", data={"text": "<b>x</b>", "amount": "1e3"})
    assert answer.status_code == 422
    assert answer.text.count("请填写金额，例如 120.50") == 2
    assert '<a href="#note-amount">' in answer.text
    assert "<title>错误：Note" in answer.text
    assert 'value="1e3"' in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text
    assert "<b>x" not in answer.text


async def test_what_an_action_refuses_stands_at_its_field(li: httpx.AsyncClient) -> None:
    answer = await li.post("/note", data={"text": "bad", "amount": "5"}, headers=PARTIAL)
    assert answer.status_code == 422
    assert 'id="note-amount-error"' in answer.text


async def test_every_form_carries_its_own_one_time_key_and_drops_a_second_click(li: httpx.AsyncClient) -> None:
    keys = [re.findall(r'name="_once" value="([\w-]+)"', (await li.get("/note")).text) for _ in range(2)]
    assert len(set(keys[0] + keys[1])) == len(keys[0] + keys[1]) == 2
    assert 'hx-sync="this:drop"' in (await li.get("/note")).text


async def test_a_name_is_escaped_also_inside_a_sentence(client: httpx.AsyncClient) -> None:
    text = (await client.get("/words")).text
    assert "<b>" not in text
    assert text.count("&lt;b&gt;x&lt;/b&gt;") == 2


async def test_a_typo_in_a_template_is_an_error_and_not_a_hole(client: httpx.AsyncClient) -> None:
    assert (await client.get("/typo")).status_code == 500


async def test_two_languages_at_once_do_not_mix() -> None:
    async with browser() as chinese, browser(cookies={"lang": "en"}) as english:
        texts = await asyncio.gather(*[c.get("/words") for c in (chinese, english) * 10])
    assert [t.text.split("|")[0] for t in texts] == ["首页", "Home"] * 10


async def test_path_for_works_in_a_page(client: httpx.AsyncClient) -> None:
    assert "<p>/note</p>" in (await client.get("/prices")).text

"""A session that ended mid-form: the words survive for the same person, secrets and files do not."""

import re

import httpx
import pytest
from litestar.datastructures import FormMultiDict

from portal.web.forms.unsent_forms import worth_keeping
from tests.web.conftest import HOST, browser
from tests.web.sample import Drawer

pytestmark = pytest.mark.anyio
TYPED = {"text": "楼道灯坏了", "amount": "12,5", "password": "secret", "_once": "k" * 24}


async def post_with(token: str, drawer: Drawer, **headers: str) -> httpx.Response:
    async with browser(drawer=drawer, cookies={"sid": token}) as client:
        return await client.post("/note", data=TYPED, headers=headers)


async def page_of(token: str, drawer: Drawer, path: str = "/note") -> str:
    async with browser(drawer=drawer, cookies={"sid": token}) as client:
        return (await client.get(path)).text


async def test_the_same_person_finds_what_they_typed_once() -> None:
    drawer = Drawer()
    answer = await post_with("old-li", drawer, referer=f"{HOST}/note?line=7")
    assert answer.headers["location"] == "/sign-in?next=/note%3Fline%3D7"
    again = await page_of("li", drawer, "/note?line=7")
    assert "楼道灯坏了" in again
    assert 'value="12,5"' in again
    assert "您之前填写的内容还在这里" in again
    assert "楼道灯坏了" not in await page_of("li", drawer)


async def test_nobody_else_ever_sees_it() -> None:
    drawer = Drawer()
    await post_with("old-li", drawer)
    assert "楼道灯坏了" not in await page_of("ann", drawer)


async def test_secrets_and_keys_are_not_kept() -> None:
    drawer = Drawer()
    await post_with("old-li", drawer)
    (fields,) = drawer.kept.values()
    assert set(fields) == {"text", "amount", "_posted"}


async def test_a_token_that_never_was_one_keeps_nothing() -> None:
    drawer = Drawer()
    assert (await post_with("made-up", drawer)).status_code == 303
    assert not drawer.kept


async def test_a_browser_that_lost_the_session_itself_brings_in_the_form_whose_it_was() -> None:
    drawer = Drawer()
    form = await page_of("li", drawer)
    whose = re.findall(r'name="_whose" value="([^"]+)"', form)[0]
    async with browser(drawer=drawer) as client:
        for wrong in ("", "x", whose[:-1] + ("0" if whose[-1] != "0" else "1"), "0" * 32 + whose[32:]):
            answer = await client.post("/note", data=TYPED | {"_whose": wrong})
            assert answer.headers["location"].startswith("/sign-in")
            assert "没有保存" in (await client.get("/sample")).text
        assert not drawer.kept
        answer = await client.post("/note", data=TYPED | {"_whose": whose})
        assert "两小时内" in (await client.get("/sample")).text
    assert "楼道灯坏了" not in await page_of("ann", drawer)
    assert "楼道灯坏了" in await page_of("li", drawer)


async def test_htmx_is_sent_to_the_door_with_the_page_it_was_on() -> None:
    drawer = Drawer()
    hx = {"hx-request": "true", "hx-request-type": "partial", "hx-current-url": f"{HOST}/note?line=8"}
    answer = await post_with("old-li", drawer, **hx)
    assert answer.headers["hx-redirect"] == "/sign-in?next=/note%3Fline%3D8"
    assert "楼道灯坏了" in await page_of("li", drawer)


async def test_a_file_is_left_out_and_the_words_kept() -> None:
    drawer = Drawer()
    async with browser(drawer=drawer, cookies={"sid": "old-li"}) as client:
        await client.post("/note", data={"text": "字"}, files={"photos": ("a.jpg", b"\xff\xd8\xff" + b"0" * 1000)})
    (fields,) = drawer.kept.values()
    assert fields == {"text": ["字"], "_posted": ["note"], "_files": ["a.jpg"]}
    again = await page_of("li", drawer)
    assert "请重新选择：a.jpg" in again and "字</textarea>" in again


def test_what_cannot_be_stored_is_left_out_and_the_words_kept() -> None:
    assert worth_keeping(FormMultiDict([("text", "x"), ("note", "a\0b"), ("a\0b", "x")])) == {"text": ["x"]}


async def test_without_a_referer_the_way_back_names_what_the_form_was_about() -> None:
    drawer, line = Drawer(), "3f2b8c1e-5b7a-4d7e-9a53-0d8a6c1f2b11"
    async with browser(drawer=drawer, cookies={"sid": "old-li"}) as client:
        answer = await client.post("/note", data=TYPED | {"line": line})
        assert answer.headers["location"] == f"/sign-in?next=/note%3Fline%3D{line}"
        answer = await client.post("/note?line=7", data=TYPED | {"line": line})
        assert answer.headers["location"] == "/sign-in?next=/note%3Fline%3D7"

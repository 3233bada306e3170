"""Every no is a calm page in the reader's language that gives nothing away."""

import re

import asyncpg
import httpx
import pytest

from portal.platform.db.unit_of_work import CommitUnknown
from portal.platform.process.log_lines import Discreet
from portal.web.pages.errors import WORDS, status_of
from tests.web.conftest import HOST, browser

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("what", "status"),
    [("missing", 404), ("forbidden", 403), ("refused", 409), ("invalid", 422), ("bug", 500), ("file", 500),
     ("down", 503), ("socket", 503), ("slow", 503)],
)  # fmt: skip
async def test_the_domains_words_find_their_status(client: httpx.AsyncClient, what: str, status: int) -> None:
    answer = await client.get(f"/raise/{what}")
    assert answer.status_code == status
    assert f'data-status="{status}"' in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "busy",
    [asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, asyncpg.IdleInTransactionSessionTimeoutError,
     asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.TooManyConnectionsError, asyncpg.DiskFullError,
     asyncpg.CannotConnectNowError, CommitUnknown],
)  # fmt: skip
def test_a_database_that_is_busy_or_coming_up_is_no_fault_of_ours(busy: type[Exception]) -> None:
    assert status_of(busy("secret")) == 503


async def test_the_domains_sentence_is_shown_in_both_languages(client: httpx.AsyncClient) -> None:
    assert "请选择一项。" not in (await client.get("/raise/missing")).text
    assert "请选择一项。" in (await client.get("/raise/refused")).text
    client.cookies.set("lang", "en")
    assert "Please choose one." in (await client.get("/raise/refused")).text


async def test_an_unknown_address_has_a_page_without_asking_who_is_there() -> None:
    async with browser(cookies={"sid": "down"}) as client:
        answer = await client.get("/no/such/page")
    assert answer.status_code == 404
    assert "找不到这个页面" in answer.text


async def test_a_wrong_method_and_a_body_too_large_have_pages(client: httpx.AsyncClient) -> None:
    assert (await client.post("/words")).status_code == 405
    client.cookies.set("sid", "li")
    large = await client.post("/note", data={"text": "x" * 70_000})
    assert large.status_code == 413
    assert "10 MB" in large.text


async def test_a_busy_page_recovers_by_itself_only_for_reading(client: httpx.AsyncClient) -> None:
    answer = await client.get("/raise/down")
    assert (answer.headers["retry-after"], answer.headers["refresh"]) == ("5", "5")
    client.cookies.set("sid", "down")
    posted = await client.post("/note", data={"text": "x"})
    assert posted.status_code == 503
    assert "refresh" not in posted.headers
    assert "您填写的内容还在" in posted.text


async def test_what_was_written_is_shown_when_it_is_refused_and_to_nobody_else(client: httpx.AsyncClient) -> None:
    client.cookies.set("sid", "li")
    late = {"text": "late <b>不对</b>", "password": "a secret one"}
    for headers in ({}, {"hx-request": "true", "hx-request-type": "partial"}):
        refused = await client.post("/note", data=late, headers=headers)
        assert (refused.status_code, "late &lt;b&gt;不对" in refused.text) == (409, True)
        assert "请选择一项。" in refused.text and "a secret one" not in refused.text
    assert "late" not in (await client.post("/hook", content=b"x")).text
    for path in ("/raise/refused", "/raise/bug"):
        assert "不对" not in (await client.get(path)).text, "what another request brought is not of this one"


async def test_a_fault_has_a_number_and_nothing_else(client: httpx.AsyncClient) -> None:
    assert re.search(r"问题编号：[0-9a-f]{12}\b", (await client.get("/raise/bug")).text)


async def test_machines_get_a_short_text(client: httpx.AsyncClient) -> None:
    answer = await client.post("/hook", content=b"boom")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert "secret" not in answer.text


async def test_htmx_gets_the_panel_alone(client: httpx.AsyncClient) -> None:
    text = (await client.get("/raise/refused", headers={"hx-request": "true", "hx-request-type": "partial"})).text
    assert "<html" not in text
    assert 'id="problem"' in text


async def test_the_way_back_is_ours_or_none(client: httpx.AsyncClient) -> None:
    assert 'href="/bills/1"' in (await client.get("/raise/refused", headers={"referer": f"{HOST}/bills/1"})).text
    assert "evil" not in (await client.get("/raise/refused", headers={"referer": "https://evil.example/x"})).text


def test_every_status_we_answer_has_words() -> None:
    assert {400, 403, 404, 405, 409, 413, 422, 500, 503} <= set(WORDS)


async def test_a_fault_is_logged_without_what_the_address_said(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The path of a set-up link carries its token."""
    await client.get("/raise/a-token-in-the-path?code=123456")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    told = Discreet().format(record)
    assert "/raise/{what}" in told and "KeyError: …" in told
    assert "a-token" not in told and "123456" not in told

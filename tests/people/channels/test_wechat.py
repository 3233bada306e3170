"""Cards in WeChat: connected by WeChat's own word, sent once, and to nobody who left; to the sandbox's API by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from portal.people.channels.provider import NotSent
from portal.people.channels.wechat import Card, send_wechat
from portal.people.delivery.actions import send_notice
from portal.people.notices.actions import connect_wechat
from portal.people.notices.queries import ways_wanted
from portal.people.notices.states import Channel
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from sandbox.wechat import OPENID
from tests import cast
from tests.client import browser
from tests.people.channels.test_push import states, told
from tests.sandbox.running import RunningSandbox, running_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
ACCOUNT = {"wechat_app_id": "wx42", "wechat_app_secret": "s3cret", "wechat_template": "T1"}
CARD = Card(
    "1栋101 2026年11月账单：¥1,234.50（请于月底前缴纳）", "2026年11月20日 12:00", "https://portal.example/inbox/1"
)


@asynccontextmanager
async def with_wechat(settings: Settings) -> AsyncIterator[tuple[Settings, RunningSandbox]]:
    """Settings with an official account of a sandbox of their own."""
    async with running_sandbox(**ACCOUNT) as sandbox:
        yield replace(settings, wechat_base=sandbox.url, **ACCOUNT), sandbox


async def test_a_card_says_its_line_and_moment_and_comes_once(settings: Settings) -> None:
    async with with_wechat(settings) as (here, sandbox):
        for _try in range(2):
            assert await send_wechat(here, OPENID, CARD, key="k" * 32)
        [card] = sandbox.state.post.to("wechat", None)
    line, moment, link = card.text.split("\n")
    assert line == "1栋101 2026年11月账单…", "no half of a sum"
    assert (moment, link) == (CARD.moment, CARD.link)


async def test_a_token_that_is_over_is_asked_for_anew(settings: Settings) -> None:
    async with with_wechat(settings) as (here, sandbox):
        await send_wechat(here, OPENID, CARD, key="1" * 32)
        sandbox.state.token = "another", 0.0
        await send_wechat(here, OPENID, CARD, key="2" * 32)
        assert len(sandbox.state.post.to("wechat", None)) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"wechat_template": "T2"}, "errcode 40037"),
        ({"wechat_app_id": "wx43"}, "errcode 40125"),
        ({"wechat_app_id": ""}, "WECHAT_APP_ID is not set"),
        ({"wechat_base": "http://127.0.0.1:9"}, "ConnectError"),
    ],
)
async def test_what_wechat_refuses_is_not_sent(settings: Settings, changes: dict[str, str], code: str) -> None:
    async with with_wechat(settings) as (here, sandbox):
        with pytest.raises(NotSent, match=code):
            await send_wechat(replace(here, **changes), OPENID, CARD, key="k" * 32)
        assert sandbox.state.post.to("wechat", None) == []


async def test_connected_under_me_it_gets_the_news_until_they_leave_or_end_it(settings: Settings) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_wechat(settings) as (here, sandbox), browser(here, chen) as she:
        assert "绑定微信" in (await she.get("/settings/notices")).text
        away = await she.get("/settings/wechat")
        back = urlsplit(await from_wechat(away.headers["location"]))
        assert (await she.get(f"{back.path}?{back.query}")).status_code == 303
        assert 'data-state="on"' in (await she.get("/settings/notices")).text
        errand = await told(estate, chen)
        await send_notice(here, **errand)
        [card] = sandbox.state.post.to("wechat", OPENID)
        assert card.text.endswith(f"/inbox/{errand['notice']}")
        assert await states(estate, errand["notice"]) == {"inbox": "sent", "wechat": "sent"}
        said = (await she.get(f"/inbox/{errand['notice']}")).text
        assert "微信" in said
        sandbox.state.strangers.add(OPENID)
        errand = await told(estate, chen)
        await send_notice(here, **errand)
        assert (await states(estate, errand["notice"]))["wechat"] == "suppressed"
        assert (await she.post("/settings/wechat/end")).status_code == 303
        assert set(await states(estate, (await told(estate, chen))["notice"])) == {"inbox"}


async def from_wechat(address: str) -> str:
    """Where WeChat sends its visitor back to."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(address)).headers["location"]


async def test_a_link_that_somebody_else_made_connects_nothing(settings: Settings) -> None:
    """Cross-site request forgery of the return: it would send her messages to the forger."""
    estate = await cast.mingxi()
    async with with_wechat(settings) as (here, _sandbox), browser(here, estate["李明"]) as he:
        async with browser(here, estate["陈静"]) as she:
            forged = await from_wechat((await he.get("/settings/wechat")).headers["location"])
            asked = parse_qs(urlsplit(forged).query)
            for query in (f"code={asked['code'][0]}&state={asked['state'][0]}", f"code={asked['code'][0]}&state=", ""):
                await she.get(f"/settings/wechat/return?{query}")
                assert not (await ways_wanted(estate["陈静"]))[Channel.wechat]
            await she.get("/settings/wechat")
            await she.get(f"/settings/wechat/return?code={asked['code'][0]}&state={asked['state'][0]}")
            assert not (await ways_wanted(estate["陈静"]))[Channel.wechat]
            assert "未能从微信获取您的身份" in (await she.get("/settings/notices")).text


async def test_switched_off_it_leads_nowhere(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as she:
        assert "/settings/wechat" not in (await she.get("/settings/notices")).text
        assert (await she.get("/settings/wechat")).status_code == 404


async def test_an_account_of_wechat_is_one_persons() -> None:
    estate = await cast.mingxi()
    for name in ("陈静", "李明", "李明"):
        await connect_wechat(estate[name], OPENID)
    wanted = {name: (await ways_wanted(estate[name]))[Channel.wechat] for name in ("陈静", "李明")}
    assert wanted == {"陈静": False, "李明": True}
    async with unit_of_work():
        assert len(await fetch("SELECT id FROM human WHERE wechat_openid IS NOT NULL")) == 1

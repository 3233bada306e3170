"""Notices in a person's own browsers: encrypted and signed by the real library, to the sandbox by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.people.channels.push import new_key, public_key
from portal.people.delivery.actions import send_notice
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.actions import close_sessions, revoke_session, start_session
from portal.people.persons.devices import (
    BROKEN,
    MANY,
    STRANGE,
    add_device,
    devices_of,
    known_service,
    remove_device,
    usable,
)
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.queries import principal_of
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser
from tests.people.notices.test_words import FACTS
from tests.sandbox.running import RunningSandbox, running_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
KEY = new_key()


@asynccontextmanager
async def with_push(settings: Settings) -> AsyncIterator[tuple[Settings, RunningSandbox]]:
    """Settings that push to a sandbox of their own."""
    async with running_sandbox() as sandbox:
        here = replace(
            settings, vapid_private_key=KEY, vapid_subject="mailto:portal@example.com", vapid_push_base=sandbox.url
        )
        yield here, sandbox


async def subscribed(settings: Settings) -> dict[str, str]:
    """What a new browser says of itself, as the page's form."""
    async with httpx.AsyncClient(trust_env=False) as http:
        asked = await http.post(f"{settings.vapid_push_base}/sandbox/push/browsers", json={"key": public_key(settings)})
    said: dict[str, Any] = asked.json()
    return {"endpoint": said["endpoint"], **said["keys"]}


async def gone(device: dict[str, str]) -> None:
    """The browser leaves."""
    base, _, name = device["endpoint"].partition("/push/")
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(f"{base}/sandbox/push/browsers/{name}/gone")).status_code == 200


async def told(estate: cast.Estate, who: Principal, *channels: Channel) -> dict[str, str]:
    """Tell somebody of a new rate; what the job that sends it is called with."""
    async with unit_of_work(estate.community):
        await tell(
            who.persons, NoticeKind.rate_announced, community=estate.community, subject=f"tariff:{uuid4()}",
            channels=channels, **FACTS["rate_announced"],
        )  # fmt: skip
        row = (await fetch("SELECT id FROM notice ORDER BY created_at DESC, id DESC LIMIT 1"))[0]
    return {"notice": str(row["id"]), "community": str(estate.community)}


async def states(estate: cast.Estate, notice: str) -> dict[str, str]:
    """How far a notice came by each way."""
    async with unit_of_work(estate.community, read_only=True):
        rows = await fetch("SELECT channel, state FROM delivery WHERE notice = $1", notice)
    return {row["channel"]: row["state"] for row in rows}


async def test_what_goes_further_than_the_inbox_shows_up_in_the_browsers_where_it_is_on(settings: Settings) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_push(settings) as (here, sandbox):
        none = await told(estate, chen, Channel.email)
        assert set(await states(estate, none["notice"])) == {"inbox", "email"}, "nowhere turned on"
        two = [await subscribed(here) for _ in range(2)]
        await add_device(chen, **two[0], sandbox=sandbox.url)
        await add_device(await another(chen), **two[1], sandbox=sandbox.url)
        assert await _ways_of_a_receipt(estate, chen) == {"inbox"}, "they know that they paid"
        errand = await told(estate, chen, Channel.email)
        await send_notice(here, **errand)
        shown = sandbox.state.post.to("push", None)
        assert {message.to for message in shown} == {device["endpoint"] for device in two}
        title, body, path = shown[0].text.split("\n")
        assert "物业服务费" in title and body and path == f"/inbox/{errand['notice']}"
        assert await states(estate, errand["notice"]) == {"inbox": "sent", "email": "suppressed", "push": "sent"}
        async with unit_of_work(estate.community, read_only=True):
            [kept] = await fetch(
                "SELECT t.address, t.words FROM sent_text t JOIN delivery d ON d.id = t.delivery WHERE channel = 'push'"
            )
        assert kept["words"] == f"{title}\n\n{body}"
        assert kept["address"] == sandbox.url.removeprefix("http://"), "never the whole address: it is as good as a key"


async def _ways_of_a_receipt(estate: cast.Estate, who: Principal) -> set[str]:
    async with unit_of_work(estate.community):
        await tell(
            who.persons, NoticeKind.payment_posted, community=estate.community, subject="payment:1",
            **FACTS["payment_posted"],
        )  # fmt: skip
        rows = await fetch(
            "SELECT d.channel FROM delivery d JOIN notice n ON n.id = d.notice WHERE n.kind = 'payment_posted'"
        )
    return {row["channel"] for row in rows}


async def another(who: Principal) -> Principal:
    """The same human in another browser."""
    token = await start_session(who.human, Audience.owner, "Mozilla/5.0 (iPhone)")
    found = await principal_of(token)
    assert found
    return found


async def test_a_browser_that_is_gone_is_forgotten_and_without_any_the_notice_is_not_sent(settings: Settings) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_push(settings) as (here, sandbox):
        one, other = await subscribed(here), await subscribed(here)
        await add_device(chen, **one, sandbox=sandbox.url)
        await add_device(await another(chen), **other, sandbox=sandbox.url)
        errands = [await told(estate, chen, Channel.push) for _ in range(2)]
        await gone(one)
        await send_notice(here, **errands[0])
        assert [row.here for row in await devices_of(chen)] == [False]
        await gone(other)
        await send_notice(here, **errands[1])
        assert len(sandbox.state.post.to("push", None)) == 1
        assert [(await states(estate, errand["notice"]))["push"] for errand in errands] == ["sent", "suppressed"]
        assert await devices_of(chen) == []


async def test_a_push_service_takes_nothing_from_anybody_but_the_application_it_was_asked_by(
    settings: Settings,
) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_push(settings) as (here, sandbox):
        await add_device(chen, **await subscribed(here), sandbox=sandbox.url)
        errand = await told(estate, chen, Channel.push)
        await send_notice(replace(here, vapid_private_key=new_key()), **errand)
        assert "403" in await trouble(estate)
        await send_notice(replace(here, vapid_private_key=""), **errand)
        assert await trouble(estate) == "VAPID_PRIVATE_KEY is not set"
        await add_device(await another(chen), **await subscribed(here), sandbox=sandbox.url)
        errand = await told(estate, chen, Channel.push)
        await send_notice(replace(here, vapid_private_key=new_key()), **errand)
        assert "403" in await trouble(estate)
        assert sandbox.state.post.to("push", None) == []


async def trouble(estate: cast.Estate) -> str:
    """What the service said to the last try, which may be made again at once."""
    async with unit_of_work(estate.community):
        said = await fetch("SELECT trouble FROM delivery WHERE state = 'queued' ORDER BY changed_at DESC")
        await fetch("UPDATE delivery SET not_before = NULL")
    return said[0]["trouble"]


async def test_notifications_end_with_the_sign_in_that_somebody_ends_and_go_on_in_the_next_one(
    settings: Settings,
) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_push(settings) as (here, sandbox):
        token = await start_session(chen.human, Audience.owner, "phone")
        phone = await principal_of(token)
        assert phone
        await add_device(phone, **await subscribed(here), sandbox=sandbox.url)
        again = await principal_of(await start_session(chen.human, Audience.owner, "phone", instead_of=token))
        assert again and [row.here for row in await devices_of(again)] == [True], "signed in anew in the same browser"
        li = await start_session(estate["李明"].human, Audience.owner, "phone", instead_of=token)
        assert li and len(await devices_of(again)) == 1
        await revoke_session(chen, again.session)
        assert await devices_of(chen) == []
        await add_device(chen, **await subscribed(here), sandbox=sandbox.url)
        async with unit_of_work():
            await fetch("UPDATE web_session SET expires_at = $1", clock.real_now())
            await close_sessions(chen.human)
        assert await devices_of(chen) == []


async def test_ten_browsers_a_person_and_only_ones_own_can_be_removed(settings: Settings) -> None:
    estate = await cast.mingxi()
    chen = estate["陈静"]
    async with with_push(settings) as (here, sandbox):
        for _ in range(10):
            await add_device(replace(chen, session=uuid4()), **await subscribed(here), sandbox=sandbox.url)
        eleventh = await subscribed(here)
        with pytest.raises(Invalid, match=MANY[:20]):
            await add_device(chen, **eleventh, sandbox=sandbox.url)
        devices = await devices_of(chen)
        with pytest.raises(Missing):
            await remove_device(estate["李明"], devices[0].id)
        await remove_device(chen, devices[0].id)
        for _ in range(2):  # turned on again in the same browser it is one all the same
            await add_device(chen, **eleventh, sandbox=sandbox.url)
        assert len(await devices_of(chen)) == 10


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://wns2-by3p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com.evil.example/abc", False),
        ("https://evil.example/fcm.googleapis.com", False),
        ("https://fcm.googleapis.com@evil.example/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://fcm.googleapis.com:x/abc", False),
        ("https://notify.windows.com.evil.example/", False),
        ("https://127.0.0.1/abc", False),
        ("http://127.0.0.1:8421/push/abc", True),
        ("http://127.0.0.1:8421/sandbox/reset", False),
        ("", False),
        ("https://fcm.googleapis.com/" + "a" * 1000, False),
    ],
)
def test_only_push_services_that_browsers_use_are_called(endpoint: str, known: bool) -> None:
    """ASVS 1.3.6: a person's form decides an address that we call."""
    assert known_service(endpoint, "http://127.0.0.1:8421") is known
    if endpoint.startswith("http://127"):
        assert not known_service(endpoint)


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("!", "?"), ("BA" + "A" * 85, "A" * 22)])
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    assert not usable(p256dh, auth)


async def test_it_is_turned_on_and_off_under_me(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with with_push(settings) as (here, _sandbox), browser(here, estate["陈静"]) as she:
        shown = (await she.get("/settings/notices")).text
        assert public_key(here) in shown and "data-device" not in shown
        device = await subscribed(here)
        strange = await she.post("/settings/notices/devices", data=device | {"endpoint": "https://evil.example/"})
        assert strange.status_code == 422 and "推送服务暂不支持" in strange.text, STRANGE
        broken = await she.post("/settings/notices/devices", data=device | {"auth": ""})
        assert broken.status_code == 422 and "浏览器返回的信息不完整" in broken.text, BROKEN
        assert (await she.post("/settings/notices/devices", data=device)).status_code == 303
        shown = (await she.get("/settings/notices")).text
        identifier = shown.split('data-device="')[1].split('"')[0]
        assert "本机" in shown
        assert (await she.post(f"/settings/notices/devices/{identifier}/end")).status_code == 303
        assert "data-device" not in (await she.get("/settings/notices")).text
    async with browser(settings, estate["陈静"]) as she:
        assert 'id="devices"' not in (await she.get("/settings/notices")).text, "switched off: nothing to turn on"

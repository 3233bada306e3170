"""The inbox: everything one was told, in words, and nothing that others were told."""

from __future__ import annotations

from uuid import UUID

import pytest

from portal.kit.money import Money
from portal.people.delivery.jobs import notices
from portal.people.notices.actions import open_notice, tell
from portal.people.notices.queries import PAGE, inbox_of
from portal.people.notices.states import Channel, NoticeKind
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser
from tests.people.notices.test_words import FACTS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def told(estate: cast.Estate, name: str, subject: str = "plan:1", **more: object) -> UUID:
    async with unit_of_work(estate.community):
        await tell(
            estate[name].persons, NoticeKind.plan_requested, community=estate.community, subject=subject,
            link="/plans/1", total=Money(90000), **more,
        )  # type: ignore[arg-type]  # fmt: skip
        return await fetch_value("SELECT id FROM notice WHERE subject = $1", subject)


async def states() -> set[str]:
    async with unit_of_work(EVERYWHERE):
        return {row["state"] for row in await fetch("SELECT state FROM delivery WHERE channel = 'inbox'")}


async def test_the_inbox_says_what_one_was_told_and_marks_what_is_new(settings: Settings) -> None:
    estate = await cast.mingxi()
    notice = await told(estate, "陈静")
    async with browser(settings, estate["陈静"]) as she:
        page = (await she.get("/inbox")).text
        assert "已收到您的分期申请：¥900.00" in page
        assert f'data-notice="{notice}" data-state="sent"' in page
        assert page.count(f'data-notice="{notice}"') == 1
        opened = (await she.get(f"/inbox/{notice}")).text
        assert "工作人员审核后会在这里答复您" in opened
        assert 'href="/plans/1"' in opened
        assert f'data-notice="{notice}" data-state="read"' in (await she.get("/inbox")).text
    assert await states() == {"read"}


async def test_somebody_elses_message_is_missing_and_stays_unread(settings: Settings) -> None:
    estate = await cast.mingxi()
    notice = await told(estate, "陈静")
    async with browser(settings, estate["李明"]) as he:
        assert (await he.get(f"/inbox/{notice}")).status_code == 404
        assert str(notice) not in (await he.get("/inbox")).text
    await open_notice(estate["李明"], notice)
    assert await states() == {"sent"}


async def test_a_stranger_is_asked_to_sign_in(settings: Settings) -> None:
    async with browser(settings) as stranger:
        answer = await stranger.get("/inbox")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


async def test_pages_are_turned(settings: Settings) -> None:
    estate = await cast.mingxi()
    for number in range(PAGE + 1):
        await told(estate, "陈静", f"plan:{number}")
    first, beyond = await inbox_of(estate["陈静"]), await inbox_of(estate["陈静"], 99)
    assert (len(first.notes), first.pages, first.unread) == (PAGE, 2, PAGE + 1)
    assert (len(beyond.notes), beyond.number) == (1, 2)
    async with browser(settings, estate["陈静"]) as she:
        assert (await she.get("/inbox?page=2")).text.count("data-notice=") == 1


async def test_an_empty_inbox_says_what_will_be_in_it(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as she:
        assert "暂无消息" in (await she.get("/inbox")).text


async def test_every_kind_can_be_read_in_both_languages(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        for kind in NoticeKind:
            await tell(
                estate["陈静"].persons, kind, community=estate.community, subject=f"{kind}:1", **FACTS[kind.value]
            )  # type: ignore[arg-type]
    async with browser(settings, estate["陈静"]) as she:
        for language in ("zh-CN", "en"):
            she.cookies.set("lang", language)
            pages = [(await she.get(f"/inbox?page={number}")).text for number in (1, 2, 3)]
            assert sum(page.count("data-notice=") for page in pages) == len(NoticeKind)


async def test_a_person_is_told_once_of_the_same_thing() -> None:
    estate = await cast.mingxi()
    await told(estate, "陈静", channels=(Channel.sms,))
    await told(estate, "陈静", channels=(Channel.sms,))
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(*) FROM notice") == 1
        assert await fetch_value("SELECT count(*) FROM pgqueuer") == 1


async def test_what_is_stuck_is_queued_again(admin: object) -> None:
    from datetime import date

    estate = await cast.mingxi()
    await told(estate, "陈静", channels=(Channel.sms,))
    assert await notices(date(2026, 11, 20)) == {"queued_again": 0}
    await admin.execute("UPDATE delivery SET changed_at = changed_at - interval '11 minutes'")  # type: ignore[attr-defined]
    assert await notices(date(2026, 11, 20)) == {"queued_again": 1}

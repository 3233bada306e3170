"""What goes out is kept word for word, with where it went, before it goes: try by try."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from portal.arrears.climbing.jobs import arrears
from portal.collection.evidence.actions import evidence_of
from portal.people.delivery.actions import send_notice
from portal.people.notices.actions import choose_ways, tell, tell_by_sms
from portal.people.notices.queries import ways_of, ways_wanted
from portal.people.notices.states import Channel, DeliveryState, NoticeKind, Unsent
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests.arrears.cases.world import TODAY, World, on, world
from tests.builders import without_company
from tests.client import browser
from tests.people.notices.test_words import FACTS
from tests.sandbox.running import running_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def reminded() -> tuple[World, dict[str, str]]:
    """陈静 was reminded; what the job that sends it is called with."""
    debts = await world()
    await debts.bill(10)
    async with unit_of_work(debts.estate.community):
        await fetch("UPDATE person SET email = 'chen@example.com' WHERE name = '陈静'")
    await arrears(TODAY)
    async with unit_of_work(debts.estate.community):
        await fetch("UPDATE delivery SET not_before = NULL WHERE not_before IS NOT NULL")
    notice = (await debts.row("SELECT id FROM notice WHERE kind = 'arrears_reminder'"))["id"]
    return debts, {"notice": str(notice), "community": str(debts.estate.community)}


async def test_what_was_sent_is_kept_as_it_went_out_and_is_in_the_evidence(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        async with running_sandbox() as sandbox:
            here = replace(
                settings, sms_url=f"{sandbox.url}/sandbox/sms", smtp_host="127.0.0.1", smtp_port=sandbox.smtp_port
            )
            await send_notice(here, **errand)
            (text,), (mail,) = sandbox.state.post.to("sms", None), sandbox.state.post.to("mail", None)
        rows = await debts.rows(
            "SELECT d.channel, t.tried, t.address, t.words FROM sent_text t JOIN delivery d ON d.id = t.delivery"
            " ORDER BY d.channel DESC"
        )
        assert [tuple(row)[:3] for row in rows] == [("sms", 1, "+8619900000101"), ("email", 1, "chen@example.com")]
        assert text.text.startswith("【青岚物业服务有限公司】明溪花园1栋101") and "400-000-0000" in text.text
        assert "青岚物业服务有限公司 · 明溪花园 · 400-000-0000" in mail.text
        assert text.text == rows[0]["words"] and rows[1]["words"].startswith(mail.subject)
        case = (await debts.row("SELECT id FROM arrears_case"))["id"]
        pack = zipfile.ZipFile(io.BytesIO((await evidence_of(debts.estate["沈平"], case))[1]))
    said = "".join(pack.read(name).decode() for name in pack.namelist() if name.startswith("05-通知/"))
    assert all(row["words"] in said and row["address"] in said for row in rows)


async def test_a_try_that_fails_is_kept_too_and_one_without_an_address_is_none(settings: Settings) -> None:
    with on(date(2026, 11, 20)):
        debts, errand = await reminded()
        async with unit_of_work(debts.estate.community):
            await fetch("UPDATE person SET email = NULL WHERE name = '陈静'")
        for _again in range(2):
            await send_notice(replace(settings, sms_url="http://127.0.0.1:9/"), **errand)
            async with unit_of_work(debts.estate.community):
                await fetch("UPDATE delivery SET not_before = NULL")
    assert [tuple(row) for row in await debts.rows("SELECT tried, address FROM sent_text ORDER BY tried")] == [
        (1, "+8619900000101"), (2, "+8619900000101"),
    ]  # fmt: skip
    assert [row["state"] for row in await debts.rows("SELECT state FROM delivery WHERE channel = 'email'")] == [
        "suppressed"
    ]


async def test_what_somebody_does_not_want_is_not_sent_and_what_they_need_is(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        chen = debts.estate["陈静"]
        await choose_ways(chen, sms=False, email=False)
        async with unit_of_work(debts.estate.community):
            await tell(
                chen.persons, NoticeKind.rate_announced, community=debts.estate.community, subject="tariff:1",
                channels=(Channel.sms,), **FACTS["rate_announced"],
            )  # fmt: skip
        other = (await debts.row("SELECT id FROM notice WHERE kind = 'rate_announced'"))["id"]
        async with running_sandbox() as sandbox:
            here = replace(settings, sms_url=f"{sandbox.url}/sandbox/sms")
            for notice in (errand["notice"], str(other)):
                await send_notice(here, notice=notice, community=errand["community"])
            assert len(sandbox.state.post.to("sms", None)) == 1, "the reminder"
        reminder, rate = await ways_of(chen, UUID(errand["notice"])), await ways_of(chen, other)
    assert [(way.channel, way.state, way.why) for way in (*reminder, *rate)] == [
        (Channel.sms, DeliveryState.sent, None),
        (Channel.email, DeliveryState.suppressed, Unsent.not_wanted),
        (Channel.sms, DeliveryState.suppressed, Unsent.not_wanted),
    ]
    assert await ways_of(debts.estate["李明"], other) == []


async def test_no_text_goes_out_that_could_not_name_the_company_but_what_guards_a_sign_in(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        chen, here = debts.estate["陈静"], debts.estate.community
        await without_company(here, "company")
        async with unit_of_work(here):
            await tell_by_sms(
                chen.persons[0], NoticeKind.phone_left, "+8619900000101", community=here, subject="person:1",
                **FACTS["phone_left"],
            )  # fmt: skip
        other = (await debts.row("SELECT id FROM notice WHERE kind = 'phone_left'"))["id"]
        async with running_sandbox() as sandbox:
            gateway = replace(settings, sms_url=f"{sandbox.url}/sandbox/sms")
            for notice in (errand["notice"], str(other)):
                await send_notice(gateway, notice=notice, community=errand["community"])
            (text,) = sandbox.state.post.to("sms", None)
    assert text.text.startswith("【明白】明溪花园登录手机号已换为")
    reminder = await ways_of(chen, UUID(errand["notice"]))
    assert (Channel.sms, DeliveryState.suppressed, Unsent.no_company) in [(w.channel, w.state, w.why) for w in reminder]


async def test_the_choice_is_made_under_me_and_the_message_says_how_it_went(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        async with browser(settings, debts.estate["陈静"]) as she:
            assert "/settings/notices" in (await she.get("/settings")).text
            assert (await she.post("/settings/notices", data={"email": "1"})).status_code == 303
            shown = (await she.get("/settings/notices")).text
            assert (
                "checked" in shown.split('name="email"')[1][:80] and "checked" not in shown.split('name="sms"')[1][:80]
            )
            said = (await she.get(f"/inbox/{errand['notice']}")).text
            assert "199****0101" in said and "待发送" in said
    assert await ways_wanted(debts.estate["陈静"]) == {
        Channel.sms: False, Channel.email: True, Channel.wechat: False,
    }  # fmt: skip

"""The desk's first page, the audit trail and the list of staff: by role, within one's communities."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.overview.desk.queries import PER_PAGE, audit_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_staff_see_the_queues_of_their_roles(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["冯丽"]) as client:
        text = (await client.get("/desk")).text
    assert "待处理异议" in text and "分期申请" not in text


@pytest.mark.parametrize(("who", "status"), [("沈平", 200), ("冯丽", 403)])
@pytest.mark.parametrize("path", ["/desk/audit", "/desk/staff"])
async def test_only_managers_and_admins_look_behind_the_scenes(
    settings: Settings, path: str, who: str, status: int
) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi[who]) as client:
        assert (await client.get(path)).status_code == status


async def test_ways_to_people_that_are_off_are_named_loudly(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    given = {"smtp_host": "127.0.0.1", "vapid_private_key": "k", "sms_url": "http://127.0.0.1:9"}
    async with browser(replace(settings, **given), mingxi["冯丽"]) as client:
        shown = (await client.get("/desk")).text
        said = shown.split('id="channels-off"')[1].split("</span>")[0]
        assert "微信" in said and "短信" not in said and "notice-bad" in shown
    async with browser(replace(settings, **given, wechat_app_id="wx"), mingxi["冯丽"]) as client:
        assert "channels-off" not in (await client.get("/desk")).text


async def test_an_owner_has_no_business_at_the_desk(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["陈静"]) as client:
        assert (await client.get("/desk")).status_code == 403


async def test_staff_of_one_estate_see_nobody_of_another(settings: Settings) -> None:
    await cast.mingxi()
    donghu = await cast.donghu()
    async with browser(settings, donghu["韩冰"]) as client:
        text = (await client.get("/desk/staff")).text
    assert "韩冰" in text and "沈平" not in text


async def test_a_full_last_page_of_the_audit_leads_to_no_empty_one() -> None:
    mingxi = await cast.mingxi()
    pages = []
    for more in (PER_PAGE, 1):
        async with unit_of_work(mingxi.community):
            for n in range(more):
                await record("cli", AuditVerb.WORKING_DAY_SET, f"day:{n}", community=mingxi.community)
        found = await audit_of(mingxi["沈平"])
        pages.append((len(found.rows), found.pages))
    assert pages == [(PER_PAGE, 1), (PER_PAGE, 2)]
    assert len((await audit_of(mingxi["沈平"], page=2)).rows) == 1

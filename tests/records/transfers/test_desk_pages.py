"""The desk's pages for a change of owners: the form, what it means, the confirmation, its history."""

import re
from datetime import UTC, date, datetime

import pytest

from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.kit.period import Month
from tests import builders, cast
from tests.client import browser
from tests.populated import a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TYPED = {
    "starts_on": "2026-12-01", "basis": "sale", "document": "不动产权第0001号", "name_1": "何芳",
    "phone_1": "199 0000 0109", "share_1": "1/2", "name_3": "何强", "share_3": "50%",
}  # fmt: skip


@pytest.fixture
async def estate(database, clean):
    found = await cast.mingxi()
    await builders.tariff(found.community, await builders.charge_item(found.community))
    await publish_run(found.community, Month(2026, 11), date(2026, 11, 1), approver="staff:x")
    return found


def hidden(html):
    """What the confirming page sends."""
    return dict(re.findall(r'<input type="hidden" name="([a-z_0-9]+)" value="([^"]*)"', html))


async def test_the_desk_sees_who_owes_what_and_confirms_it(estate, settings):
    path = f"/desk/units/{estate.units['1栋101']}"
    async with browser(settings, estate["沈平"]) as client:
        assert f'{path}/transfer"' in (await client.get(path)).text
        assert "陈静" in (await client.get(f"{path}/transfer")).text
        shown = await client.post(f"{path}/transfer/preview", data=TYPED)
        assert shown.status_code == 200
        for words in (
            "陈静",
            "何芳",
            "何强",
            "50.0%",
            "199****0109",
            "新增入册",
            "¥250",
            "不向新业主收取",
            "2026年12月",
        ):
            assert words in shown.text, words
        sent = hidden(shown.text)
        assert {name: sent[name] for name in ("starts_on", "name_3", "share_1")} == {
            "starts_on": "2026-12-01", "name_3": "何强", "share_1": "1/2",
        }  # fmt: skip
        done = await client.post(f"{path}/transfer", data=sent, files={"photos": ("a.jpg", a_photo(), "image/jpeg")})
        assert (done.status_code, done.headers["location"]) == (303, path)
        page = (await client.get(path)).text
        assert "不动产权第0001号" in page and "陈静 → 何芳、何强" in page.replace("何强、何芳", "何芳、何强")
        photo = re.search(rf"{path}/transfers/[0-9a-f-]+/photos/[0-9a-f-]+", page)
        assert photo and (await client.get(photo[0])).headers["content-type"] == "image/jpeg"


async def test_what_changed_since_is_409_and_what_was_typed_wrongly_comes_back(estate, settings):
    path = f"/desk/units/{estate.units['1栋101']}/transfer"
    async with browser(settings, estate["沈平"]) as client:
        sent = hidden((await client.post(f"{path}/preview", data=TYPED)).text)
        assert (await client.post(path, data=sent | {"seen": "0" * 64})).status_code == 409
        for wrong, says in (
            ({"starts_on": "2026-11-01"}, "2026年11月2日"),
            ({"share_3": "1/3"}, "0.8333"),
            ({"share_3": "half"}, "1/2、50%"),
            ({"document": ""}, "请填写能证明变更的凭证"),
            ({"name_1": "", "phone_1": ""}, "请输入新业主姓名"),
        ):
            back = await client.post(f"{path}/preview", data=TYPED | wrong)
            assert (back.status_code, says in back.text) == (422, True), wrong
            assert 'value="何强"' in back.text
        assert (await client.post(path, data=TYPED)).status_code == 422


async def test_only_staff_with_the_role_and_of_the_estate_come_in(estate, settings):
    path = f"/desk/units/{estate.units['1栋101']}/transfer"
    other = await cast.donghu()
    for who, status in ((estate["冯丽"], 403), (estate["陈静"], 403), (other["韩冰"], 404)):
        async with browser(settings, who) as client:
            assert (await client.get(path)).status_code == status
            assert (await client.post(f"{path}/preview", data=TYPED)).status_code == status
            assert (await client.post(path, data=TYPED | {"seen": "x"})).status_code == status
    async with browser(settings) as client:
        assert (await client.get(path)).status_code == 303


async def test_who_sold_keeps_their_own_past_and_sees_nothing_later(estate, settings):
    path = f"/desk/units/{estate.units['1栋101']}/transfer"
    async with browser(settings, estate["陈静"]) as seller:
        bill = re.search(r"/bills/[0-9a-f-]{36}", (await seller.get("/bills")).text)[0]
        async with browser(settings, estate["沈平"]) as client:
            sent = hidden((await client.post(f"{path}/preview", data=TYPED)).text)
            assert (await client.post(path, data=sent)).status_code == 303
        clock.start_at(datetime(2026, 12, 1, 4, tzinfo=UTC))
        await publish_run(estate.community, Month(2026, 12), date(2026, 12, 1), approver="staff:x")
        assert (await seller.get(bill)).status_code == 200
        assert re.findall(r"/bills/[0-9a-f-]{36}", (await seller.get("/bills")).text).count(bill) >= 1
        assert "2026年12月" not in (await seller.get("/bills")).text
        assert "没有登记房屋" in (await seller.get("/household")).text

"""Owners file a vacancy with photos, the desk answers it from its queue."""

import re
from datetime import UTC, datetime

import pytest

from portal.kit import clock
from tests import cast
from tests.client import browser
from tests.pictures import a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
FILING = {"empty_since": "2026-10-01", "text": "长期在外地，水表没有走。"}


@pytest.fixture
async def estate(database, clean):
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield await cast.mingxi()
    clock.start_at(clock.real_now())


async def test_from_the_filing_to_the_answer_and_the_end(estate, settings):
    home = f"/homes/{estate.units['1栋101']}/vacancy"
    async with browser(settings, estate["陈静"]) as owner, browser(settings, estate["蒋涛"]) as desk:
        assert home in (await owner.get("/household")).text
        sent = await owner.post(home, data=FILING, files={"photos": ("a.jpg", a_photo(), "image/jpeg")})
        assert (sent.status_code, sent.headers["location"].rstrip("/")) == (303, home)
        page = (await owner.get(home)).text
        assert 'data-state="waiting"' in page and "申报空置</h2>" not in page
        photo = re.search(rf"{home}/[0-9a-f-]+/photos/[0-9a-f-]+", page)
        assert photo and (await owner.get(photo[0])).headers["content-type"] == "image/jpeg"
        assert "待审核空置" in (await desk.get("/desk")).text
        vacancy = re.search(r"/desk/vacancies/[0-9a-f-]{36}", (await desk.get("/desk/vacancies")).text)[0]
        assert "水表没有走" in (await desk.get(vacancy)).text
        early = await desk.post(f"{vacancy}/approval", data={"starts_on": "2026-11-01"})
        assert (early.status_code, "2026年11月20日" in early.text) == (422, True)
        assert (await desk.post(f"{vacancy}/approval", data={"starts_on": "2026-11-20"})).status_code == 303
        assert (await desk.post(f"{vacancy}/refusal", data={"text": "不行"})).status_code == 409
        assert 'data-occupancy="vacant"' in (await owner.get(home)).text
        assert (await owner.post(f"{home}/end", data={"lived_in_from": "2026-11-01"})).status_code == 422
        assert (await owner.post(f"{home}/end", data={"lived_in_from": "2026-12-01"})).status_code == 303
        assert "2026年11月30日" in (await owner.get(home)).text


async def test_the_desk_files_it_for_an_owner_and_another_answers(estate, settings):
    path = f"/desk/units/{estate.units['1栋101']}/vacancy"
    async with browser(settings, estate["冯丽"]) as desk:
        assert (await desk.post(path, data=FILING)).status_code == 303
        vacancy = re.search(r"/desk/vacancies/[0-9a-f-]{36}", (await desk.get(path)).text)[0]
        assert "须由其他同事审核" in (await desk.get(vacancy)).text
        assert (await desk.post(f"{vacancy}/approval", data={"starts_on": "2026-11-20"})).status_code == 403
        assert (await desk.post(path, data=FILING)).status_code == 409


async def test_what_is_missing_is_said_and_what_was_typed_comes_back(estate, settings):
    home = f"/homes/{estate.units['1栋101']}/vacancy"
    async with browser(settings, estate["陈静"]) as owner:
        back = await owner.post(home, data=FILING | {"empty_since": "2010-01-01"})
        assert (back.status_code, "2015年6月30日" in back.text, "水表没有走" in back.text) == (422, True, True)
        assert (await owner.post(home, data={})).status_code == 422


async def test_neighbours_tenants_and_staff_elsewhere_are_turned_away(estate, settings):
    other = await cast.donghu()
    home, desk = f"/homes/{estate.units['1栋103']}/vacancy", f"/desk/units/{estate.units['1栋103']}/vacancy"
    for who, path, status in (
        (estate["陈静"], home, 404), (estate["赵敏"], home, 404), (estate["冯丽"], home, 403), (None, home, 303),
        (other["韩冰"], desk, 404), (estate["孙强"], desk, 403), (None, desk, 303),
    ):  # fmt: skip
        async with browser(settings, who) as client:
            assert (await client.get(path)).status_code == status
            assert (await client.post(path, data=FILING)).status_code == status

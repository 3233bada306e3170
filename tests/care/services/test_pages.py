"""Service pages: residents read, staff add, everybody else is kept out."""

from __future__ import annotations

from uuid import uuid4

import pytest

from portal.care.services import queries
from portal.care.services.actions import Work, record_service
from portal.care.standards.states import ServiceArea
from portal.platform.process.settings import Settings
from portal.web.forms.choices import Upload
from tests import cast
from tests.client import browser
from tests.pictures import a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

TYPED = {"area": "cleaning", "title": "楼道清扫", "place": "1栋大堂", "note": "<script>alert(1)</script>"}


async def test_staff_record_and_residents_read(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["冯丽"]) as client:
        assert (await client.get("/desk/services/new")).status_code == 200
        files = [("photos", (f"{n}.jpg", a_photo(), "image/jpeg")) for n in range(2)]
        answer = await client.post("/desk/services/new", data=TYPED, files=files)
        assert answer.status_code == 303, answer.text[-2000:]
        record = answer.headers["location"].rpartition("/")[2]
        shown = await client.get(f"/desk/services/{record}")
        assert "冯丽" in shown.text and (await client.get("/desk/services")).status_code == 200
    for who in ("陈静", "赵敏"):
        async with browser(settings, mingxi[who]) as client:
            listed = await client.get("/services")
            assert f'data-service="{record}"' in listed.text and "冯丽" not in listed.text
            shown = await client.get(f"/services/{record}")
            assert "楼道清扫" in shown.text and "<script>alert" not in shown.text and "冯丽" not in shown.text
            photo = (await queries.record_of(mingxi[who], record)).photos[0].id
            for address in (f"/services/{record}/photos/{photo}", f"/services/{record}/photos/{photo}?thumb=1"):
                picture = await client.get(address)
                assert picture.headers["content-type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8\xff")
                assert picture.headers["cache-control"] == "no-store"
                assert "sandbox" in picture.headers["content-security-policy"]
                assert picture.headers["x-content-type-options"] == "nosniff"


async def test_the_form_comes_back_with_what_was_typed(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["冯丽"]) as client:
        for wrong in (
            {"title": ""}, {"area": "gardening"}, {"place": ""}, {"done_on": "2999-01-01"}, {"done_at": "25:00"},
            {"community": "999999"},
        ):  # fmt: skip
            answer = await client.post("/desk/services/new", data={**TYPED, "title": "楼道", **wrong})
            assert answer.status_code == 422, wrong
            assert "1栋大堂" in answer.text or wrong.get("place") == ""
        files = [("photos", ("a.jpg", b"no photo", "image/jpeg"))]
        assert (await client.post("/desk/services/new", data=TYPED, files=files)).status_code == 422
    assert (await queries.records_of(mingxi["陈静"])).found == 0


async def test_neighbours_find_nothing_and_others_do_not_get_in(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    work = Work(ServiceArea.cleaning, "楼道清扫", "1栋大堂")
    record = await record_service(mingxi["冯丽"], mingxi.community, work, [Upload("a.jpg", a_photo())])
    photo = (await queries.record_of(mingxi["陈静"], record)).photos[0].id
    paths = (f"/services/{record}", f"/services/{record}/photos/{photo}")
    async with browser(settings, donghu["郑伟"]) as client:
        for path in (*paths, f"/services/{uuid4()}"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/desk/services")).status_code == 403
    async with browser(settings, donghu["韩冰"]) as client:
        for path in paths:
            assert (await client.get(f"/desk{path}")).status_code == 404
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert (await client.get("/desk/services")).status_code == 200
        assert (await client.get("/desk/services/new")).status_code == 403
        assert (await client.post("/desk/services/new", data=TYPED)).status_code == 403
    async with browser(settings) as client:
        for path in ("/services", *paths):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


async def test_filters_take_nonsense_calmly(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    await record_service(mingxi["冯丽"], mingxi.community, Work(ServiceArea.cleaning, "楼道清扫", "1栋大堂"))
    async with browser(settings, mingxi["陈静"]) as client:
        assert "楼道清扫" in (await client.get("/services?area=nonsense&month=2026-99")).text
        assert "楼道清扫" not in (await client.get("/services?area=greening")).text
        assert "楼道清扫" not in (await client.get("/services?month=1999-01")).text
        assert (await client.get("/services?page=0")).status_code == 400

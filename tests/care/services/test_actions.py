"""Recording work: once, by who may, with photos, never from the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.care.services import queries
from portal.care.services.actions import Work, record_service
from portal.care.standards.states import ServiceArea
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.web.forms.choices import Upload
from tests import builders, cast
from tests.pictures import a_photo, with_exif

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

SWEPT = Work(ServiceArea.cleaning, "楼道清扫", "1栋大堂")


async def test_a_record_is_seen_by_residents_with_its_photos_and_leaves_a_trace() -> None:
    mingxi = await cast.mingxi()
    photos = [Upload("a.jpg", with_exif()), Upload("b.png", a_photo("PNG"))]
    record = await record_service(mingxi["冯丽"], mingxi.community, SWEPT, photos)
    found = await queries.record_of(mingxi["赵敏"], record)
    assert (found.title, found.place, len(found.photos)) == ("楼道清扫", "1栋大堂", 2)
    picture = await queries.photo_of_record(mingxi["陈静"], record, found.photos[0].id)
    thumbnail = await queries.photo_of_record(mingxi["陈静"], record, found.photos[0].id, small=True)
    assert picture.startswith(b"\xff\xd8\xff") and len(thumbnail) < len(picture)
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT verb FROM audit_entry WHERE subject = $1", f"service:{record}") == (
            "service_recorded"
        )


async def test_a_form_sent_twice_is_saved_once() -> None:
    mingxi = await cast.mingxi()
    first = await record_service(mingxi["冯丽"], mingxi.community, SWEPT, [Upload("a.jpg", a_photo())], "k" * 24)
    again = await record_service(mingxi["冯丽"], mingxi.community, SWEPT, [Upload("a.jpg", a_photo())], "k" * 24)
    assert first == again
    assert (await queries.records_of(mingxi["陈静"])).found == 1
    assert len((await queries.record_of(mingxi["陈静"], first)).photos) == 1


async def test_two_forms_are_two_records() -> None:
    mingxi = await cast.mingxi()
    for once in ("k" * 24, "m" * 24, None, None):
        await record_service(mingxi["冯丽"], mingxi.community, SWEPT, once=once)
    assert (await queries.records_of(mingxi["陈静"])).found == 4


async def test_only_service_stewards_and_managers_record() -> None:
    mingxi = await cast.mingxi()
    steward = await builders.staff(mingxi.community, "杨帆", "yang", Role.steward)
    assert await record_service(steward, mingxi.community, SWEPT)
    for who in (mingxi["蒋涛"], mingxi["陈静"], (await cast.donghu())["韩冰"]):
        with pytest.raises(Forbidden):
            await record_service(who, mingxi.community, SWEPT)


async def test_work_is_not_recorded_before_it_is_done() -> None:
    mingxi = await cast.mingxi()
    tomorrow = replace(SWEPT, done_on=clock.today("Asia/Shanghai") + timedelta(days=1))
    with pytest.raises(Invalid):
        await record_service(mingxi["冯丽"], mingxi.community, tomorrow)
    assert (await queries.records_of(mingxi["陈静"])).found == 0


async def test_a_photo_that_cannot_be_read_saves_nothing() -> None:
    mingxi = await cast.mingxi()
    with pytest.raises(Invalid):
        await record_service(mingxi["冯丽"], mingxi.community, SWEPT, [Upload("a.jpg", b"\xff\xd8\xff nothing")])
    assert (await queries.records_of(mingxi["陈静"])).found == 0


async def test_the_estate_next_door_sees_nothing() -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    record = await record_service(mingxi["冯丽"], mingxi.community, SWEPT, [Upload("a.jpg", a_photo())])
    photo = (await queries.record_of(mingxi["陈静"], record)).photos[0].id
    for who in (donghu["郑伟"], donghu["韩冰"]):
        assert (await queries.records_of(who)).found == 0
        with pytest.raises(Missing):
            await queries.record_of(who, record)
        with pytest.raises(Missing):
            await queries.photo_of_record(who, record, photo)


async def test_records_are_found_by_area_and_month_newest_first() -> None:
    mingxi = await cast.mingxi()
    today = clock.today("Asia/Shanghai")
    for days, area in ((70, ServiceArea.cleaning), (1, ServiceArea.greening), (2, ServiceArea.cleaning)):
        work = Work(area, f"{days} days ago", "花园", today - timedelta(days=days))
        await record_service(mingxi["冯丽"], mingxi.community, work)
    found = await queries.records_of(mingxi["陈静"])
    assert [record.title for record in found.records] == ["1 days ago", "2 days ago", "70 days ago"]
    cleaning = await queries.records_of(mingxi["陈静"], ServiceArea.cleaning)
    assert [record.title for record in cleaning.records] == ["2 days ago", "70 days ago"]
    old = await queries.records_of(mingxi["陈静"], None, found.months[-1])
    assert [record.title for record in old.records] == ["70 days ago"]

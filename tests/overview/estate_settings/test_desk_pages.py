"""The working calendar: kept by managers, followed by the next deadline, one answer for each day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from portal.kit import clock
from portal.people.estates.actions import set_working_day
from portal.people.estates.queries import terms_of
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_a_day_said_twice_is_kept_once_as_said_last() -> None:
    mingxi = await cast.mingxi()
    monday = date(2026, 11, 30)
    for working in (False, True, False):
        await set_working_day(mingxi.community, monday, working=working, note="社区停电", actor="staff:test")
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT count(*) FROM calendar_override") == 1
        assert not (await terms_of(mingxi.community)).calendar.is_working(monday)
        assert await fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'working_day_set'") == 3


async def test_a_manager_keeps_a_day_on_the_page(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    on = (clock.today("Asia/Shanghai") + timedelta(days=10)).isoformat()
    typed = {"community": "mingxi", "on": on, "kind": "resting", "note": "区里通知放假"}
    async with browser(settings, mingxi["沈平"]) as manager:
        assert (await manager.post("/desk/calendar", data=typed | {"on": "31/12"})).status_code == 422
        assert (await manager.post("/desk/calendar", data=typed)).status_code == 303
        assert "区里通知放假" in (await manager.get("/desk/calendar")).text


async def test_what_one_request_did_carries_its_id(settings: Settings) -> None:
    """I-U2: rows of one request have one id, those of another another."""
    mingxi = await cast.mingxi()
    typed = {"community": "mingxi", "kind": "resting", "note": "区里通知放假"}
    async with browser(settings, mingxi["沈平"]) as manager:
        for ahead in (10, 11):
            on = (clock.today("Asia/Shanghai") + timedelta(days=ahead)).isoformat()
            await manager.post("/desk/calendar", data=typed | {"on": on})
    async with unit_of_work(mingxi.community):
        ids = [row["request"] for row in await fetch("SELECT request FROM audit_entry WHERE verb = 'working_day_set'")]
    assert len(ids) == len(set(ids)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{12}", one) for one in ids)


async def test_nobody_keeps_the_calendar_of_another_estate_or_without_the_role(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    typed = {"community": "mingxi", "on": "2026-12-31", "kind": "resting", "note": "不归我们管"}
    async with browser(settings, donghu["韩冰"]) as foreign, browser(settings, mingxi["冯丽"]) as service:
        assert (await foreign.post("/desk/calendar", data=typed)).status_code == 404
        assert (await service.post("/desk/calendar", data=typed)).status_code == 403

"""The owner's first page says what is owed, by when, and what is held."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from portal.care.holds.actions import hold_line
from portal.fees.receivables.states import HoldReason
from portal.kit.money import Money
from portal.overview.home.queries import home_of
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_an_owner_with_nothing_to_pay_is_thanked(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["陈静"]) as client:
        answer = await client.get("/")
    assert answer.status_code == 200
    assert "费用已全部缴清" in answer.text


async def test_the_sum_on_the_first_page_is_the_sum_of_what_is_payable(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    for due in (date(2020, 1, 15), date(2099, 1, 15)):
        await builders.bill(
            mingxi.community,
            mingxi.units["1栋101"],
            [mingxi["陈静"]],
            [(item, 10050)],
            period=f"{due.year}-01",
            due_on=due,
            issued_on=date(due.year, 1, 1),
        )
    async with browser(settings, mingxi["陈静"]) as client:
        text = (await client.get("/")).text
    assert "201" in text and "其中 ¥100.50 已逾期" in text


async def test_a_stranger_is_shown_the_door(settings: Settings) -> None:
    async with browser(settings) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


async def test_the_first_page_names_the_homes_of_today_as_the_household_does(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    for unit, starts_on in (("1栋104", date(2020, 1, 1)), ("1栋102", date(2199, 1, 1))):
        await builders.occupies(mingxi.community, mingxi.units[unit], mingxi["陈静"], starts_on=starts_on)
    assert (await home_of(mingxi["陈静"])).homes == [("1栋101", "明溪花园"), ("1栋104", "明溪花园")]


async def test_a_sum_under_review_is_told_beside_what_is_to_pay_and_not_as_a_part_of_it(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 60000)])
    [line] = await builders.lines_of(mingxi.community, bill)
    for sum_, words in ((Money(25000), "核实中，先不用缴"), (Money(35000), "目前没有需要缴纳的费用")):
        async with unit_of_work(mingxi.community):
            debtor = await fetch_value("SELECT debtor FROM bill")
            await hold_line(mingxi.community, debtor, line, sum_, HoldReason.dispute, uuid4(), "staff:x")
        async with browser(settings, mingxi["陈静"]) as client:
            text = (await client.get("/")).text
        assert words in text and "其中 ¥250.00" not in text and "费用已全部缴清" not in text

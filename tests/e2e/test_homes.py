"""A home changes hands and stands empty, on a phone, with and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.kit import clock
from tests.e2e.conftest import Phone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

# Of the homes that the other journeys leave alone: one for each way, with script and without.
SOLD, EMPTY = {True: 112, False: 113}, {True: 114, False: 115}


def test_a_home_is_sold_and_the_bills_stay_with_the_seller(phone: Phone, other_phone: Phone, script: bool) -> None:
    home, desk = SOLD[script], other_phone.page
    on = (clock.today("Asia/Shanghai").replace(day=1) + timedelta(days=45)).replace(day=1)
    other_phone.sign_in_at_desk("jing" if script else "caiwu")
    desk.goto(f"{phone.portal.url}/desk/units?q=1栋{home}")
    desk.click(f"th a:has-text('1栋{home}')")
    desk.click("a[href$='/transfer']")
    desk.fill("input[name=starts_on]", on.isoformat())
    desk.select_option("select[name=basis]", "sale")
    desk.fill("input[name=document]", f"不动产权第{home}号")
    desk.fill("input[name=name_1]", f"买家{home}")
    desk.fill("input[name=phone_1]", f"18800003{home}")
    desk.click("form[action$='/transfer/preview'] button")
    desk.wait_for_selector("form[action$='/transfer'] input[name=seen]", state="attached")
    assert f"业主{home}" in desk.inner_text("#bills")
    assert "新业主" in desk.inner_text("#periods")
    desk.click("form[action$='/transfer'] button")
    desk.wait_for_selector(f"text=不动产权第{home}号")

    phone.sign_in(f"19900002{home}")
    phone.page.goto(f"{phone.portal.url}/bills")
    assert phone.page.locator("[data-bill]").count() >= 1
    phone.page.goto(f"{phone.portal.url}/inbox")
    assert "变更业主" in phone.page.inner_text("main")


def test_a_home_stands_empty_and_the_desk_approves_it(phone: Phone, other_phone: Phone, script: bool) -> None:
    home, today = EMPTY[script], clock.today("Asia/Shanghai")
    phone.sign_in(f"19900002{home}")
    phone.page.goto(f"{phone.portal.url}/household")
    phone.page.click("a[href^='/homes/'][href$='/vacancy']")
    phone.page.fill("input[name=empty_since]", (today - timedelta(days=30)).isoformat())
    phone.page.fill("textarea[name=text]", "长期在外地，水表没有走。")
    phone.page.click("form:has(textarea[name=text]) button")
    phone.page.wait_for_selector("[data-vacancy][data-state=waiting]")

    desk = other_phone.page
    other_phone.sign_in_at_desk("jing" if script else "caiwu")
    desk.goto(f"{phone.portal.url}/desk/vacancies")
    desk.click(f"th a:has-text('1栋{home}')")
    desk.click("form[action$='/approval'] button")
    desk.wait_for_selector("[data-vacancy][data-state=approved]")

    phone.page.reload()
    assert phone.page.locator("[data-occupancy=vacant]").count() == 1
    phone.page.fill("input[name=lived_in_from]", (today + timedelta(days=10)).isoformat())
    phone.page.click("form[action$='/end'] button")
    phone.page.wait_for_selector("[data-vacancy][data-state=approved]")
    assert phone.page.locator("input[name=lived_in_from]").count() == 0

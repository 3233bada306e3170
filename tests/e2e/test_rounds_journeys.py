"""A round recorded while the connection breaks: nothing is lost, nothing is saved twice, and owners see it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.e2e.conftest import Phone, _phone
from tests.e2e.estate import HOMES
from tests.pictures import a_photo
from tests.running import Portal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


@pytest.mark.parametrize("broken", ["before it arrives", "after it arrived"])
def test_a_round_survives_a_broken_connection(chrome: Browser, portal: Portal, tmp_path: Path, broken: str) -> None:
    phone = next(_phone(chrome, portal, True))
    page, title = phone.page, f"楼道清扫（{'未达' if broken.startswith('before') else '已达'}）"
    (tmp_path / "stairs.jpg").write_bytes(a_photo())
    phone.sign_in_at_desk("fuwu")
    page.goto(f"{portal.url}/desk/services/new")
    page.check("input[name=area][value=cleaning]")
    page.fill("input[name=title]", title)
    page.fill("input[name=place]", "1栋东单元")
    page.set_input_files("input[name=photos]", tmp_path / "stairs.jpg")

    def cut(route: Route) -> None:
        if broken.startswith("after"):
            route.fetch(max_redirects=0)  # the server has it, the phone never hears of it
        route.abort("connectionreset")

    page.route("**/desk/services/new", cut)
    page.click("#new-record button[type=submit]")
    page.wait_for_selector("#trouble:not([hidden])")
    assert page.input_value("input[name=title]") == title, "what was typed is still there"
    page.unroute("**/desk/services/new")
    page.click("#new-record button[type=submit]")
    page.wait_for_selector("[data-service]")
    page.goto(f"{portal.url}/desk/services")
    assert page.locator("main").inner_text().count(title) == 1, "once, however often it was sent"
    page.context.close()


def test_an_owner_compares_rates_and_disputes_it(phone: Phone, other_phone: Phone, script: bool) -> None:
    title = "垃圾房冲洗" + ("甲" if script else "乙")
    other_phone.sign_in_at_desk("fuwu")
    desk = other_phone.page
    desk.goto(f"{phone.portal.url}/desk/services/new")
    desk.check("input[name=area][value=cleaning]")
    desk.fill("input[name=title]", title)
    desk.fill("input[name=place]", "东门")
    desk.click("#new-record button[type=submit]")
    desk.wait_for_selector("[data-service]")

    phone.sign_in(f"19900002{HOMES[5]}")
    page = phone.page
    page.goto(f"{phone.portal.url}/services")
    page.click(f"main a:has-text('{title}')")
    page.check("input[name=stars][value='2']")
    page.fill("textarea[name=text]", "地面还是湿滑。")
    page.click("form[action$='/rating'] button[type=submit]")
    page.wait_for_selector("[data-service]")
    page.click("main a[href*='/disputes/new?service=']")
    page.check("input[name=reason][value=poor_quality]")
    page.fill("textarea[name=text]", "地面还是湿滑，老人差点摔倒。")
    page.click("main form:has(textarea[name=text]) button[type=submit]")
    page.wait_for_selector("[data-dispute]")
    assert re.search(title, page.inner_text("main"))

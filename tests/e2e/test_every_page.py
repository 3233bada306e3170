"""Every page that a link leads to, on a phone: readable by all, big enough to touch, quiet in the console."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, StorageState

from tests.e2e.conftest import CODE, Phone, Portal
from tests.e2e.crawl import Walk
from tests.e2e.estate import HOMES

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

OWNER, DESK, PUBLIC = r"/(?!desk|e/|sign-)", r"/desk", r"/(e/|sign-in|desk/sign-in)"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "locale": "zh-CN"}


@pytest.fixture(scope="module")
def owner(chrome: Browser, portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> StorageState:
    """The sign-in of an owner in arrears who disputes a line, has paid a part of another and asks for instalments."""
    context = chrome.new_context(**PHONE)
    page = context.new_page()
    Phone(page, portal, []).sign_in(f"19900002{HOMES[-1]}")
    page.goto(f"{portal.url}/bills")
    page.locator("[data-bill] a.row", has_text="月账单").last.click()
    lines = page.locator("[data-line]")
    paid, disputed = lines.nth(0).get_attribute("data-line"), lines.nth(1).get_attribute("data-line")
    page.goto(f"{portal.url}/disputes/new?line={disputed}")
    page.check("input[name=reason][value=not_provided]")
    page.fill("textarea[name=text]", "这个月有三天没有人来收垃圾。")
    page.fill("input[name=amount]", "5")
    page.set_input_files("input[name=photos]", _photo(tmp_path_factory.mktemp("photos")))
    page.click("main form:has(textarea[name=text]) button[type=submit]")
    page.wait_for_selector("[data-dispute]")
    page.goto(f"{portal.url}/payments/new?line={paid}")
    page.click("#pay summary")
    page.fill("input[name=amount]", "100")
    page.check("input[name=method][value=alipay]")
    page.click("main form:has(input[name=method]) button:not([name])")
    page.click("button[name=outcome][value=paid]")
    page.wait_for_url("**/payments/**")
    page.goto(f"{portal.url}/plans/new")
    page.click("main form:has(input[name=instalments]) button:not([name])")
    page.wait_for_selector("[data-plan]")
    state = context.storage_state()
    context.close()
    portal.run("run", "arrears", "--on", f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}")
    return state


@pytest.fixture(scope="module")
def manager(chrome: Browser, portal: Portal, owner: StorageState) -> StorageState:
    """The sign-in of a manager who has published a statement that finance signed, and recorded a piece of work."""
    for login in ("caiwu", "jing"):
        context = chrome.new_context(**PHONE)
        page = context.new_page()
        Phone(page, portal, []).sign_in_at_desk(login)
        page.goto(f"{portal.url}/desk/statements")
        page.click("[data-statement] h2 a")
        page.click("main form[action$='/publication'] button")
    page.wait_for_selector("[data-state=published]")
    page.goto(f"{portal.url}/desk/services/new")
    page.check("input[name=area][value=cleaning]")
    page.fill("input[name=title]", "楼道清扫")
    page.fill("input[name=place]", "1栋")
    page.click("#new-record button[type=submit]")
    page.wait_for_selector("[data-service]")
    state = context.storage_state()
    context.close()
    return state


def _photo(folder: Path) -> str:
    Image.new("RGB", (320, 240), "#7a8").save(path := folder / "bin.jpg")
    return str(path)


@pytest.fixture
def context(chrome: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A phone with somebody's sign-in, and the colours asked for."""
    who, look = getattr(request, "param", (None, {}))
    state = {"storage_state": request.getfixturevalue(who)} if who else {}
    context = chrome.new_context(**PHONE | look | state)
    yield context
    context.close()


def walk(context: BrowserContext, portal: Portal, **look: object) -> Walk:
    """A walk on a new page of this phone."""
    return Walk(context.new_page(), portal.url, **look)


def prefer(context: BrowserContext, portal: Portal, start: str, name: str, value: str) -> None:
    """Choose a language or a size of text by the button at the top of each page."""
    page = context.new_page()
    page.goto(portal.url + start)
    page.click(f"button[name={name}][value={value}]")
    page.wait_for_selector(f"button[name={name}]:not([value={value}])")
    page.close()


@pytest.mark.parametrize("context", [("owner", {})], indirect=True)
def test_every_page_of_an_owner(context: BrowserContext, portal: Portal, manager: StorageState) -> None:
    walked = walk(context, portal)
    seen = walked.all_from("/", within=OWNER)
    assert {
        "/", "/bills", "/bills/…", "/bills/…/lines/…", "/payments", "/payments/…", "/payments/new?line=", "/disputes",
        "/disputes/…", "/disputes/new?line=", "/plans", "/plans/…", "/plans/new", "/services", "/services/…",
        "/statements", "/statements/…", "/case", "/inbox", "/inbox/…", "/household", "/settings", "/settings/sessions",
    } <= seen, seen  # fmt: skip
    assert walked.wrong == []
    assert not {title: names for title, names in walked.titles.items() if len(names) > 2}


@pytest.mark.parametrize("context", [("manager", {})], indirect=True)
def test_every_page_of_a_manager(context: BrowserContext, portal: Portal) -> None:
    walked = walk(context, portal)
    seen = walked.all_from("/desk", within=DESK)
    assert {
        "/desk", "/desk/disputes", "/desk/disputes/…", "/desk/cases", "/desk/cases/…", "/desk/plans", "/desk/plans/…",
        "/desk/payments", "/desk/bills", "/desk/bills/…", "/desk/bills/…/lines/…", "/desk/bill-runs", "/desk/tariffs",
        "/desk/units", "/desk/units/…", "/desk/services", "/desk/services/new", "/desk/statements",
        "/desk/statements/…", "/desk/audit", "/desk/staff", "/desk/reports",
    } <= seen, seen  # fmt: skip
    assert walked.wrong == []


def test_every_page_of_nobody(context: BrowserContext, portal: Portal, manager: StorageState) -> None:
    walked = walk(context, portal)
    seen = walked.all_from(f"/e/{CODE}", "/sign-in", "/desk/sign-in", within=PUBLIC)
    assert {f"/e/{CODE}", f"/e/{CODE}/prices", f"/e/{CODE}/statements", f"/e/{CODE}/statements/…"} <= seen, seen
    assert walked.wrong == []


PAST_THE_EDGE = """[...document.querySelectorAll('a, button')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.innerText)"""
WIDE = {"viewport": {"width": 1280, "height": 900}}
MAIN = ("/", "/bills", "/case", "/statements", "/settings", "/plans/new")


@pytest.mark.parametrize("context", [("owner", {"color_scheme": "dark"})], indirect=True, ids=["dark"])
def test_the_main_pages_in_the_dark(context: BrowserContext, portal: Portal) -> None:
    walked = walk(context, portal)
    for address in MAIN:
        walked.look(portal.url + address)
    assert walked.wrong == []


@pytest.mark.parametrize("context", [("owner", {})], indirect=True, ids=["large"])
def test_the_main_pages_in_english_and_large(context: BrowserContext, portal: Portal) -> None:
    prefer(context, portal, "/", "language", "en")
    prefer(context, portal, "/", "size", "large")
    walked = walk(context, portal, lang="en")
    for address in (*MAIN, "/services", "/payments", "/disputes", f"/e/{CODE}/prices"):
        walked.look(portal.url + address)
    prefer(context, portal, "/", "size", "normal")
    prefer(context, portal, "/", "language", "zh-CN")
    assert walked.wrong == []


@pytest.mark.parametrize("context", [("manager", {})], indirect=True, ids=["tablet"])
def test_no_page_of_the_desk_scrolls_sideways_in_english_on_a_tablet(context: BrowserContext, portal: Portal) -> None:
    prefer(context, portal, "/desk", "language", "en")
    walked = walk(context, portal, lang="en", axe=False, widths=(768, 1024))
    assert len(walked.all_from("/desk", within=DESK)) > 20
    prefer(context, portal, "/desk", "language", "zh-CN")
    assert walked.wrong == []


@pytest.mark.parametrize("context", [("manager", WIDE)], indirect=True, ids=["desk"])
def test_the_desk_on_a_wide_screen_in_english(context: BrowserContext, portal: Portal) -> None:
    prefer(context, portal, "/desk", "language", "en")
    page = context.new_page()
    for address in ("/desk", "/desk/cases", "/desk/audit", "/desk/bills", "/desk/payments"):
        page.goto(portal.url + address)
        past = page.evaluate(PAST_THE_EDGE)
        assert past == [], f"{address}: {past}"
    prefer(context, portal, "/desk", "language", "zh-CN")

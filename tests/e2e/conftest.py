"""One portal for all journeys, started by `portal dev`; one browser; a phone for each journey."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from portal.kit import clock
from portal.signin.owners.rules import TOTP_STEP
from tests.browser import FLAGS, chromium
from tests.e2e import estate
from tests.running import Portal, beside, portal_dev

CODE = "linxi"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="package")  # no longer: it has work to look for as long as it runs
def portal() -> Iterator[Portal]:
    """The whole thing, with one small estate and its bills of this month."""
    with portal_dev(**beside(f"portal_journeys_{os.getpid()}")) as (running, _process):
        folder = running.data / "estate"
        folder.mkdir()
        assert running.run("import", str(estate.write(folder)), "--community", CODE)["errors"] == []
        month = f"{clock.today('Asia/Shanghai'):%Y-%m}"
        assert running.run("bill", "--community", CODE, "--period", month, "--on", f"{month}-01")["bills"]
        yield running


@pytest.fixture(scope="package")  # no longer: Playwright's loop would stand in the way of every async test after these
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chrome(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def whole_chrome(playwright: Playwright) -> Iterator[Browser]:
    """Another one, that shows notifications."""
    browser = playwright.chromium.launch(executable_path=chromium(whole=True), args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def script(request: pytest.FixtureRequest) -> bool:
    """Each journey once with and once without JavaScript."""
    return request.param


@dataclass
class Phone:
    """A phone in somebody's hand."""

    page: Page
    portal: Portal
    complaints: list[str]

    def sign_in(self, phone: str) -> None:
        """By the code that comes by SMS."""
        self.page.goto(f"{self.portal.url}/sign-in")
        self.page.fill("input[name=phone]", phone)
        self.page.click("main button[type=submit], main form button")
        self.page.wait_for_selector("input[name=code]")
        self.page.fill("input[name=code]", self.portal.code_for(phone))
        self.page.click("main form:has(input[name=code]) button")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def sign_in_at_desk(self, login: str) -> None:
        """With the sign-in that this login already has, else as on the first day of work."""
        if known := self.portal.at_desk.get(login):
            self.page.context.add_cookies(known)
            self.page.goto(f"{self.portal.url}/desk")
            if self.page.url == f"{self.portal.url}/desk":
                return
        self._begin_at_desk(login)
        self.portal.at_desk[login] = self.page.context.cookies()

    def _begin_at_desk(self, login: str) -> None:
        """By a one-time link, a password and a second factor."""
        link = self.portal.run("staff", "link", login)["link"]
        self.page.goto(link)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        secret = self.page.get_attribute("[data-totp-secret]", "data-totp-secret")
        assert secret
        first, second = _two_codes(secret)
        self.page.fill("input[name=code]", first)
        self.page.click("main form:has(input[name=code]) button")
        self.page.goto(f"{self.portal.url}/desk/sign-in")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_selector("input[name=code]")
        self.page.fill("input[name=code]", second)
        self.page.click("main form:has(input[name=code]) button")
        self.page.wait_for_url(f"{self.portal.url}/desk")


def _two_codes(secret: str) -> tuple[str, str]:
    """Codes of two steps, as none counts twice, that both stay good for 15 s: a busy machine is slow to send them."""
    step, spent = divmod(time.time(), TOTP_STEP)
    first = int(step) - (spent < TOTP_STEP / 2)
    return pyotp.TOTP(secret).at(first * TOTP_STEP), pyotp.TOTP(secret).at((first + 1) * TOTP_STEP)


@pytest.fixture
def phone(chrome: Browser, portal: Portal, script: bool) -> Iterator[Phone]:
    """360 px wide; at the end nothing may stand in the console."""
    yield from _phone(chrome, portal, script)


@pytest.fixture
def other_phone(chrome: Browser, portal: Portal, script: bool) -> Iterator[Phone]:
    """A second one, in somebody else's hand."""
    yield from _phone(chrome, portal, script)


def _phone(chrome: Browser, portal: Portal, script: bool) -> Iterator[Phone]:
    context = chrome.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=script, has_touch=True, locale="zh-CN"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield Phone(page, portal, complaints)
    context.close()
    expected = re.compile(r"status of (409|422|404)")
    assert [text for text in complaints if not expected.search(text)] == []

"""One portal for all journeys, started by `portal dev`; one browser; a phone for each journey."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from portal.kit import clock
from tests.browser import FLAGS, chromium
from tests.e2e import estate

CODE = "linxi"
PASSWORD = "correct horse battery"


@dataclass
class Portal:
    """A running portal and the commands that its operator has."""

    url: str
    sandbox: str
    data: Path

    def run(self, *words: str) -> dict:
        """One command with --json. Raises CalledProcessError when it refuses."""
        done = subprocess.run(
            [sys.executable, "-m", "portal", *words, "--json", "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def code_for(self, phone: str) -> str:
        """The six digits of the newest SMS to a phone."""
        for _ in range(50):
            with urlopen(f"{self.sandbox}/sandbox/sms?phone={phone}") as answer:
                sent = json.load(answer)
            if sent:
                return re.findall(r"\d{6}", sent[0]["text"])[0]
            time.sleep(0.1)
        raise AssertionError(f"no SMS came to {phone}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The whole thing, with one small estate and its bills of this month."""
    data = Path(tempfile.mkdtemp(prefix="portal-e2e-"))
    data.chmod(0o711)
    port, sandbox = _free_port(), _free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "STRIPE_", "SMS_"))}
    words = ["dev", "--data", str(data), "--port", str(port), "--sandbox-port", str(sandbox), "--no-demo"]
    with (data / "dev.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "portal", *words], stdout=log, stderr=log, env=environ)
    running = Portal(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox}", data)
    try:
        _wait(process, running)
        folder = data / "estate"
        folder.mkdir()
        assert running.run("import", str(estate.write(folder)), "--community", CODE)["errors"] == []
        today = clock.today("Asia/Shanghai")
        assert running.run("bill", "--community", CODE, "--period", f"{today:%Y-%m}", "--on", f"{today:%Y-%m}-01")[
            "bills"
        ]
        yield running
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], running: Portal) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError((running.data / "dev.log").read_text()[-3000:])
        try:
            with urlopen(f"{running.url}/readyz", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError((running.data / "dev.log").read_text()[-3000:])


@pytest.fixture(scope="package")  # no longer: Playwright's loop would stand in the way of every async test after these
def chrome() -> Iterator[Browser]:
    """One Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
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
        """By a one-time link, a password and a second factor, as on the first day of work."""
        link = self.portal.run("staff", "link", login)["link"]
        self.page.goto(link)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        secret = self.page.get_attribute("[data-totp-secret]", "data-totp-secret")
        assert secret
        self.page.fill("input[name=code]", pyotp.TOTP(secret).at(int(time.time()) - 30))
        self.page.click("main form:has(input[name=code]) button")
        self.page.goto(f"{self.portal.url}/desk/sign-in")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_selector("input[name=code]")
        self.page.fill("input[name=code]", pyotp.TOTP(secret).now())
        self.page.click("main form:has(input[name=code]) button")
        self.page.wait_for_url(f"{self.portal.url}/desk")


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

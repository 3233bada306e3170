"""What a newcomer meets: `portal dev` with its demo, the sandbox's first page, a port that is taken, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.ports import free_port
from tests.running import Portal, portal_dev

pytestmark = pytest.mark.journey
Running = tuple[Portal, "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def made() -> Iterator[Running]:
    """The whole thing with the demo estate."""
    with portal_dev(demo=True) as running:
        yield running


@pytest.fixture
def page(made: Running, chrome: Browser) -> Iterator[Page]:
    """The sandbox's first page on a phone."""
    context = chrome.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.goto(made[0].sandbox)
    yield page
    context.close()


def path(page: Page) -> str:
    return urlsplit(page.url).path


def greeting(running: Portal) -> str:
    for _ in range(100):
        if "Stop with Ctrl-C" in (told := (running.data / "dev.log").read_text()):
            return told
        time.sleep(0.1)
    raise AssertionError("it did not say that it is ready")


def test_it_says_where_everybody_can_be_tried_out(made: Running) -> None:
    running, _ = made
    told = greeting(running)
    assert f"{running.sandbox}/\n" in told
    assert re.search(r"^  manager +\S+  \d{6}$", told, re.M)


def test_everybody_who_is_printed_stands_on_the_page_with_a_link(made: Running, page: Page) -> None:
    printed = set(re.findall(r"^  (\w+)  +\S", greeting(made[0]), re.M))
    links = {link.get_attribute("href") for link in page.locator("li a").all()}
    assert len(printed) > 20
    assert links == {f"/sign-in/{one}" for one in printed}
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_an_owner_comes_in_by_a_link_and_again_without_another_code(made: Running, page: Page) -> None:
    for _ in range(2):
        page.goto(made[0].sandbox)
        page.locator('a[href="/sign-in/19900000102"]').click()
        assert page.url == f"{made[0].url}/"
        page.goto(f"{made[0].url}/bills")
        assert page.locator("[data-bill]").count() > 0
    page.goto(made[0].sandbox)
    codes = [text for text in page.locator("li:not(.person)").all_inner_texts() if "19900000102" in text]
    assert len([text for text in codes if re.search(r"(?<!\d)\d{6}(?!\d)", text)]) == 1


def test_a_code_on_the_page_is_the_one_that_was_sent(made: Running, page: Page) -> None:
    page.locator('a[href="/sign-in/19900000103"]').click()
    page.goto(made[0].sandbox)
    shown = page.locator("li.person", has_text="19900000103").inner_text()
    assert made[0].code_for("19900000103") in shown


def test_staff_come_in_by_a_link_and_by_what_the_page_shows(made: Running, page: Page) -> None:
    shown = page.locator("li.person", has_text="finance").locator("code").all_inner_texts()
    page.goto(f"{made[0].url}/desk/sign-in")
    page.locator("[name=login]").fill("finance")
    page.locator("[name=password]").fill(shown[0])
    page.locator("main form button:not([name])").first.click()
    page.locator("[name=code]").fill(shown[1])
    page.locator("main form button:not([name])").first.click()
    assert path(page) == "/desk"
    page.goto(made[0].sandbox)
    page.locator('a[href="/sign-in/legal"]').click()
    assert path(page) == "/desk"
    answer = page.goto(f"{made[0].url}/desk/legal")  # a manager and legal may
    assert answer is not None
    assert answer.status == 200


def test_a_stranger_to_the_demo_is_nobody(made: Running, page: Page) -> None:
    answer = page.goto(f"{made[0].sandbox}/sign-in/nobody")
    assert answer is not None
    assert answer.status == 404


def second(running: Portal, data: Path, port: int, sandbox_port: int) -> tuple[int, str]:
    """What a second `portal dev` ends with, and what it says."""
    words = ["dev", "--data", str(data), "--port", str(port), "--sandbox-port", str(sandbox_port), "--no-demo"]
    done = subprocess.run(
        [sys.executable, "-m", "portal.run.cli", *words],
        env=running.environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr.strip()


def test_a_second_one_is_refused_before_it_makes_anything(made: Running, tmp_path: Path) -> None:
    running, _ = made
    port, sandbox = urlsplit(running.url).port, urlsplit(running.sandbox).port
    assert port and sandbox
    settings = (running.data / "portal.env").read_text()
    for taken in ((port, free_port(above=4)), (free_port(), sandbox), (free_port(), sandbox - 4), (free_port(), port)):
        code, said = second(running, tmp_path / "other", *taken)
        assert (code, said.count("\n"), "cannot be used" in said) == (1, 0, True)
        assert not (tmp_path / "other").exists()
    code, said = second(running, running.data, free_port(), free_port(above=4))
    assert (code, f"another portal uses {running.data}" in said) == (1, True)
    assert (running.data / "portal.env").read_text() == settings


@pytest.mark.parametrize("part", ["serve", "sandbox"])
def test_a_part_alone_does_not_share_a_port(made: Running, part: str) -> None:
    running, _ = made
    port = urlsplit(running.url if part == "serve" else running.sandbox).port
    words = [sys.executable, "-m", "portal.run.cli", part, "--port", str(port), "--data", str(running.data)]
    done = subprocess.run(words, env=running.environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, f"port {port} of 127.0.0.1 cannot be used" in done.stderr) == (1, True)


def processes_of(folder: Path) -> list[str]:
    """Every process that works for a data folder: a part of the portal, or its database."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, named = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # ended, or somebody else's
            continue
        if str(folder).encode() in words + named:
            found.append(words.replace(b"\0", b" ").decode())
    return found


def left_of(folder: Path) -> list[str]:
    """What still works for a data folder; PostgreSQL gives its pid file back a moment before its process ends."""
    patience = time.monotonic() + 5
    while (left := processes_of(folder)) and time.monotonic() < patience:
        time.sleep(0.05)
    return left


def test_ctrl_c_twice_leaves_no_process(made: Running) -> None:
    running, process = made
    assert len(processes_of(running.data)) > 4
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        time.sleep(0.3)
    assert process.wait(20) == 0
    assert left_of(running.data) == []


@pytest.mark.parametrize("after", [0.5, 1.5, 3, 6])
def test_ctrl_c_in_the_middle_of_a_first_start_leaves_no_process(after: float) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-dev-") as folder:
        Path(folder).chmod(0o711)
        words = ["dev", "--data", folder, "--port", str(free_port()), "--sandbox-port", str(free_port(above=4))]
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.run.cli", *words], stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(after)
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.2)
        process.wait(20)
        assert left_of(Path(folder)) == []

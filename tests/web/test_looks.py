"""The sample page in a real browser: no axe finding, no CSP violation, nothing wider than the screen."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, chromium as system_chromium
from tests.ports import free_port

pytestmark = pytest.mark.journey
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "tests.web.sample:app"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    os.kill(server.pid, signal.SIGINT)
    server.wait(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=system_chromium(), args=list(FLAGS))
        yield browser
        browser.close()


def opened(chromium: Browser, address: str, *, width: int, scheme: str = "light", lang: str = "zh-CN",
           text: str = "normal", script: bool = True) -> tuple[Page, list[str]]:  # fmt: skip
    context = chromium.new_context(
        viewport={"width": width, "height": 780}, color_scheme=scheme, java_script_enabled=script  # type: ignore[arg-type]
    )  # fmt: skip
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in (("lang", lang), ("text", text))])  # type: ignore[list-item]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(f"{address}/sample")
    return page, said


@pytest.mark.parametrize(
    ("width", "scheme", "lang", "text"),
    [(360, "light", "zh-CN", "normal"), (360, "dark", "zh-CN", "large"), (360, "light", "en", "large"),
     (1280, "light", "zh-CN", "normal"), (1280, "dark", "en", "normal")],
)  # fmt: skip
def test_every_macro_is_accessible_and_fits(
    chromium: Browser, address: str, width: int, scheme: str, lang: str, text: str
) -> None:
    page, said = opened(chromium, address, width=width, scheme=scheme, lang=lang, text=text)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
    page.context.close()


def sizes(page: Page) -> dict[str, float]:
    return page.evaluate(
        "Object.fromEntries(['.money-huge', 'nav.bar a', '.who b', 'button.taste', 'main p', 'h1'].map("
        "one => [one, parseFloat(getComputedStyle(document.querySelector(one)).fontSize)]))"
    )


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_larger_text_makes_sums_menu_and_header_larger_too(chromium: Browser, address: str, lang: str) -> None:
    usual, _said = opened(chromium, address, width=360, lang=lang)
    large, _said = opened(chromium, address, width=360, lang=lang, text="large")
    before, after = sizes(usual), sizes(large)
    assert {one: after[one] / before[one] for one in before if after[one] < 1.18 * before[one]} == {}
    menu = "[...document.querySelectorAll('nav.bar a')].filter(a => a.scrollWidth > a.clientWidth).length"
    assert large.evaluate(menu) == 0, "every word of the menu fits"
    for page in (usual, large):
        page.context.close()


def test_a_mistake_is_swapped_in_and_takes_the_focus(chromium: Browser, address: str) -> None:
    page, said = opened(chromium, address, width=360)
    page.fill("#sample-amount", "1e3")
    page.click("#sample-form button >> nth=0")
    page.wait_for_selector("#sample-amount-error")
    assert page.title().startswith("错误：")
    assert page.input_value("#sample-amount") == "1e3"
    assert page.evaluate("document.activeElement.className").endswith("summary")
    assert not [s for s in said if "Content Security Policy" in s]
    assert not Axe().run(page).response["violations"]
    page.context.close()


def test_the_same_without_script(chromium: Browser, address: str) -> None:
    page, _said = opened(chromium, address, width=360, script=False)
    page.fill("#sample-amount", "1e3")
    page.click("#sample-form button >> nth=0")
    assert page.title().startswith("错误：")
    assert page.input_value("#sample-amount") == "1e3"
    page.context.close()


def twice(page: Page, button: str) -> None:
    """Click twice before any answer can come: with a pause between, the second click is meant for what came."""
    page.locator(button).evaluate("button => { button.click(); button.click(); }")


def test_a_double_click_sends_one_post(chromium: Browser, address: str) -> None:
    page, _said = opened(chromium, address, width=360)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    twice(page, "#sample-form button >> nth=0")
    page.wait_for_selector("#sample-amount-error")
    page.wait_for_timeout(200)
    assert len(posts) == 1
    page.context.close()


def test_a_native_form_drops_the_second_click_too(chromium: Browser, address: str) -> None:
    page, _said = opened(chromium, address, width=360)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    twice(page, 'form[action="/text-size"] button')
    page.wait_for_selector("html.large-text")
    assert len(posts) == 1
    page.context.close()


def test_targets_are_big_enough_for_a_thumb(chromium: Browser, address: str) -> None:
    page, _said = opened(chromium, address, width=360)
    small = page.evaluate(
        "[...document.querySelectorAll('button, [role=button], nav a, .links a, select, .choices label')]"
        ".map(e => [e.textContent.trim(), e.getBoundingClientRect()])"
        ".filter(([t, r]) => r.height && (r.height < 44 || r.width < 44)).map(([t]) => t)"
    )
    assert small == []
    page.context.close()

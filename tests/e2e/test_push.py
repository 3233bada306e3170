"""Notifications on a phone: turned on under Me, shown by the service worker, opened by a tap.

A browser without the internet cannot subscribe at its maker's service, so that the sandbox's subscribes in its place;
what it decrypts is handed to the real service worker.
"""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page

from portal.kit import clock
from tests.e2e.conftest import CODE, Phone
from tests.running import Portal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
SHOWN = """async () => {
  const shown = await (await navigator.serviceWorker.ready).getNotifications();
  return shown.length && shown.map((one) => [one.title, one.body]);
}"""
SUBSCRIBES = "PushManager.prototype.subscribe = async (asked) => {"
SUBSCRIBES += " const made = await window.subscribed(asked.applicationServerKey); return { toJSON: () => made }; };"


def subscribe(portal: Portal, key: str) -> dict[str, object]:
    """A browser of the sandbox."""
    asked = Request(
        f"{portal.sandbox}/sandbox/push/browsers",
        json.dumps({"key": key}).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(asked) as answer:
        return json.load(answer)


def shown(portal: Portal) -> list[str]:
    """What came to browsers, newest first."""
    with urlopen(f"{portal.sandbox}/sandbox/push") as answer:
        return [message["text"] for message in json.load(answer)]


def hand_over(page: Page, text: str) -> None:
    """Let the service worker have a push message as the browser would."""
    title, body, path = text.split("\n")
    said = json.dumps({"title": title, "body": body, "path": path, "tag": path})
    tools = page.context.new_cdp_session(page)
    found: list[str] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda seen: found.extend(
        one["registrationId"] for one in seen["registrations"]
    ))  # fmt: skip
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    origin = page.evaluate("location.origin")
    tools.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": said})


def test_a_message_shows_up_on_the_phone_and_a_tap_opens_it(chrome: Browser, portal: Portal) -> None:
    context = chrome.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    context.grant_permissions(["notifications"], origin=portal.url)
    context.expose_function("subscribed", lambda key: subscribe(portal, key))
    context.add_init_script(SUBSCRIBES)
    page = context.new_page()
    Phone(page, portal, []).sign_in("19900002118")
    page.goto(f"{portal.url}/settings/notices")
    page.click("#turn-on button")
    page.wait_for_selector("[data-device]")
    assert page.locator("[data-device]").inner_text().count("本机") == 1
    month = clock.today("Asia/Shanghai").replace(day=28) + timedelta(days=10)
    assert portal.run("bill", "--community", CODE, "--period", f"{month:%Y-%m}")["bills"]
    for _ in range(100):
        if came := shown(portal):
            break
        page.wait_for_timeout(100)
    hand_over(page, came[0])
    for _ in range(50):
        if seen := page.evaluate(SHOWN):
            break
        page.wait_for_timeout(100)
    [[title, body]] = seen
    assert "账单" in title and "¥" in title and "缴" in body
    page.goto(portal.url + came[0].split("\n")[2])
    page.wait_for_selector("[data-notice][data-state=read]")
    page.goto(f"{portal.url}/settings/notices")
    page.click("[data-device] button")
    page.wait_for_selector("#turn-on:not([hidden])")
    assert page.locator("[data-device]").count() == 0
    context.close()

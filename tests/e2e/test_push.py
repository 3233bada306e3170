"""Notifications on a phone: turned on under Me, shown by the service worker, opened by a tap.

A browser without the internet cannot subscribe at its maker's service, so that the sandbox's subscribes in its place;
what it decrypts is handed to the real service worker.
"""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Phone
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


def refuse_a_plan(page: Page, other_phone: Phone) -> None:
    """Ask for one and have the desk refuse it: news."""
    page.goto(f"{other_phone.portal.url}/plans/new")
    page.fill("input[name=instalments]", "3")
    page.click("button[name=preview]")
    page.wait_for_selector("#part-3")
    page.click("main form:has(input[name=first_on]) button:not([name])")
    plan = page.locator("[data-plan]").get_attribute("data-plan")
    other_phone.sign_in_at_desk("caiwu")
    other_phone.page.goto(f"{other_phone.portal.url}/desk/plans/{plan}")
    form = other_phone.page.locator(f"form[action='/desk/plans/{plan}/refusal']")
    form.locator("[name=text]").fill("请先缴清十月账单，再来申请。")
    form.locator("button").click()
    other_phone.page.wait_for_selector("[data-plan][data-state=refused]")


@pytest.mark.parametrize("script", [True], ids=["with script"])
def test_a_message_shows_up_on_the_phone_and_a_tap_opens_it(
    whole_chrome: Browser, portal: Portal, other_phone: Phone
) -> None:
    context = whole_chrome.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    context.grant_permissions(["notifications"], origin=portal.url)
    context.expose_function("subscribed", lambda key: subscribe(portal, key))
    context.add_init_script(SUBSCRIBES)
    page = context.new_page()
    Phone(page, portal, []).sign_in("19900002118")
    page.goto(f"{portal.url}/settings/notices")
    page.click("#turn-on button")
    page.wait_for_selector("[data-device]")
    assert page.locator("[data-device]").inner_text().count("本机") == 1
    refuse_a_plan(page, other_phone)
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
    assert "分期" in title and body
    page.goto(portal.url + came[0].split("\n")[2])
    page.wait_for_selector("[data-notice][data-state=read]")
    page.goto(f"{portal.url}/settings/notices")
    page.click("[data-device] button")
    page.wait_for_selector("#turn-on:not([hidden])")
    assert page.locator("[data-device]").count() == 0
    context.close()

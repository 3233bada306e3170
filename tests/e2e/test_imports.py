"""A manager brings homes in from a phone, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Phone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

HEAD = "unit,building,use,billable_area\n"


def until(page: Page, script: bool, state: str) -> None:
    """Wait for the worker; without JavaScript as people do: by loading the page again."""
    for _ in range(1 if script else 60):
        page.wait_for_selector("#import")
        if script or page.locator(f"#import[data-state={state}]").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.wait_for_selector(f"#import[data-state={state}]")


def send(page: Page, rows: str) -> None:
    page.click("a[href='/desk/imports']")
    file = {"name": "units.csv", "mimeType": "text/csv", "buffer": (HEAD + rows).encode()}
    page.set_input_files("input[name=files]", files=[file])  # type: ignore[list-item]
    page.click("form:has(input[name=files]) button[type=submit]")


def test_homes_come_in_from_the_desk(phone: Phone, script: bool) -> None:
    page, home = phone.page, "3栋301" if script else "3栋302"
    phone.sign_in_at_desk("jing")
    page.goto(f"{phone.portal.url}/desk/units")
    send(page, f"{home},3栋,residential,viele\n")
    until(page, script, "faulty")
    assert "billable_area" in page.inner_text("#error-1")
    send(page, f"{home},3栋,residential,88.8\n")
    until(page, script, "checked")
    page.click("form[action$='/confirmation'] button")
    until(page, script, "imported")
    page.goto(f"{phone.portal.url}/desk/units?q={home}")
    assert page.locator(f"th a:has-text('{home}')").count() == 1

"""People over time, on a phone: a tenant is bound, signs in, changes their number, and is out when it ends."""

from __future__ import annotations

import pytest

from portal.kit import clock
from tests.e2e.conftest import Phone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]


def code_into(phone: Phone, number: str) -> None:
    """The code that came to a number, into the form that asks for it."""
    phone.page.wait_for_selector("input[name=code]")
    phone.page.fill("input[name=code]", phone.portal.code_for(number))
    phone.page.click("main form:has(input[name=code]) button")


def test_a_tenant_is_bound_changes_the_number_and_is_signed_out_when_it_ends(
    phone: Phone, other_phone: Phone, script: bool
) -> None:
    home, old, new = (118, "18812340001", "18812340002") if script else (119, "18812340003", "18812340004")
    owner, other = phone.page, other_phone.page
    phone.sign_in(f"19900002{home}")
    owner.goto(f"{phone.portal.url}/household")
    owner.click("a[href^='/household/bindings/new']")
    owner.check("input[name=role][value=tenant]")
    owner.fill("input[name=name]", "租客甲")
    owner.fill("input[name=phone]", old)
    owner.fill("input[name=starts_on]", f"{clock.today('Asia/Shanghai'):%Y-%m-%d}")
    owner.click("main form button")
    owner.wait_for_selector("input[name=confirmed]", state="attached")
    assert f"1栋{home}" in owner.inner_text("main") and "林溪苑" in owner.inner_text("main")
    owner.check("input[name=informed]")
    owner.click("main form:has(input[name=confirmed]) button")
    owner.wait_for_selector("[data-binding][data-state=requested]")
    binding = owner.get_attribute("[data-binding]", "data-binding")

    other_phone.sign_in_at_desk("jing")
    other.goto(f"{phone.portal.url}/desk/bindings/{binding}")
    other.click(f"form[action='/desk/bindings/{binding}/approval'] button")
    other.wait_for_selector(f"[data-binding='{binding}'][data-state=approved]")
    other.context.clear_cookies()

    other_phone.sign_in(old)
    other.goto(f"{phone.portal.url}/household")
    assert f"1栋{home}" in other.inner_text("main")
    other.goto(f"{phone.portal.url}/settings/phone")
    other.wait_for_url("**/step-up?next=**")
    other.click("main form button")
    code_into(other_phone, old)
    other.wait_for_url("**/settings/phone")
    other.fill("input[name=phone]", new)
    other.click("main form:has(input[name=phone]) button")
    code_into(other_phone, new)
    other.wait_for_url(f"{phone.portal.url}/settings")

    owner.goto(f"{phone.portal.url}/household")
    owner.click("[data-role=tenant] a")
    owner.click("main form button")
    owner.wait_for_url(f"{phone.portal.url}/household")
    assert owner.locator("[data-role=tenant]").count() == 0
    other.goto(f"{phone.portal.url}/bills")
    other.wait_for_url("**/sign-in?next=/bills")

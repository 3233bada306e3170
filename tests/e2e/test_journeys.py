"""What people come for, from the first page to the last, on a phone, with and without JavaScript."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Phone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

GO_AND_PAY = (
    "main form:has(input[name=method]) button[type=submit]:not([name=preview]),"
    "main form:has(input[name=method]) button:not([name])"
)
NUMBERS = iter(range(101, 120))


@pytest.fixture
def home() -> int:
    """A home that no other journey has touched."""
    return next(NUMBERS)


def to_first_bill(phone: Phone, home: int) -> None:
    """Sign in and open the newest bill."""
    phone.sign_in(f"19900002{home}")
    phone.page.goto(f"{phone.portal.url}/bills")
    phone.page.click("[data-bill] a.row")
    phone.page.wait_for_selector("[data-line]")


def pay(phone: Phone, outcome: str = "paid") -> None:
    """From the choice of a method through the hosted page back to the payment."""
    phone.page.check("input[name=method][value=alipay]")
    phone.page.click(GO_AND_PAY)
    phone.page.wait_for_url("**/c/pay/**")
    phone.page.click(f"button[name=outcome][value={outcome}]")
    phone.page.wait_for_url("**/payments/**")
    phone.page.wait_for_selector("[data-payment][data-state=posted]")


def test_an_owner_signs_in_and_pays_the_bill(phone: Phone, home: int) -> None:
    to_first_bill(phone, home)
    bill = phone.page.locator("[data-bill]").first
    fen = bill.get_attribute("data-fen")
    assert bill.get_attribute("data-outstanding") == fen
    phone.page.click("a[href^='/payments/new?bill=']")
    pay(phone)
    assert phone.page.locator("[data-payment]").get_attribute("data-fen") == fen
    phone.page.goto(f"{phone.portal.url}/bills")
    assert phone.page.locator("[data-bill]").first.get_attribute("data-state") == "paid"


def test_whoever_goes_back_after_paying_reads_that_it_is_paid(phone: Phone, home: int, script: bool) -> None:
    to_first_bill(phone, home)
    phone.page.click("a[href^='/payments/new?bill=']")
    if script:  # without it a browser asks before it goes back to a form that was sent with a mistake
        phone.page.click("#pay summary")
        phone.page.fill("input[name=amount]", "1e3")
        phone.page.click(GO_AND_PAY)
        phone.page.wait_for_selector("#pay-amount-error")
        phone.page.fill("input[name=amount]", "")
    pay(phone)
    for _ in range(2):  # over the page of the payment service
        phone.page.go_back()
    assert "没有待缴费用" in phone.page.inner_text("h1")
    assert phone.page.locator("[data-payment] a[href$='receipt.pdf']").count() == 1


def test_an_owner_pays_a_part(phone: Phone, home: int) -> None:
    to_first_bill(phone, home)
    fen = int(phone.page.locator("[data-bill]").first.get_attribute("data-fen") or 0)
    phone.page.click("a[href^='/payments/new?bill=']")
    phone.page.click("#pay summary")
    phone.page.fill("input[name=amount]", "100.05")
    pay(phone)
    phone.page.goto(f"{phone.portal.url}/bills")
    bill = phone.page.locator("[data-bill]").first
    assert (bill.get_attribute("data-state"), bill.get_attribute("data-outstanding")) == ("part_paid", str(fen - 10005))


def test_a_dispute_is_upheld_and_accepted(phone: Phone, other_phone: Phone, home: int, script: bool) -> None:
    to_first_bill(phone, home)
    line = phone.page.locator("[data-line]").first
    line_id, fen = line.get_attribute("data-line"), line.get_attribute("data-fen")
    line.locator("a").click()
    phone.page.click("a[href^='/disputes/new']")
    phone.page.check("input[name=reason][value=not_provided]")
    phone.page.fill("textarea[name=text]", "这个月楼道没有打扫过。")
    phone.page.click("main form:has(textarea[name=text]) button")
    phone.page.wait_for_selector("[data-dispute]")
    dispute = phone.page.locator("[data-dispute]").first.get_attribute("data-dispute")
    assert phone.page.locator("[data-dispute]").first.get_attribute("data-held") == fen

    other_phone.sign_in_at_desk("jing" if script else "fuwu")
    desk = other_phone.page
    desk.goto(f"{phone.portal.url}/desk/disputes/{dispute}")
    desk.click(f"form[action='/desk/disputes/{dispute}/claim'] button")
    desk.wait_for_selector(f"form[action='/desk/disputes/{dispute}/decision']")
    decision = desk.locator(f"form[action='/desk/disputes/{dispute}/decision']")
    decision.locator("input[name=outcome][value=upheld]").check()
    decision.locator("[name=text]").fill("经核实属实，本月该项费用减免。")
    decision.locator("button").last.click()
    desk.wait_for_selector("[data-dispute][data-state=decided]")

    phone.page.goto(f"{phone.portal.url}/disputes/{dispute}")
    phone.page.locator(f"form[action='/disputes/{dispute}/acceptance'] button").click()
    phone.page.wait_for_selector("[data-dispute][data-state=accepted]")
    phone.page.goto(f"{phone.portal.url}/bills")
    phone.page.click("[data-bill] a.row")
    settled = phone.page.locator(f"[data-line='{line_id}']")
    assert (settled.get_attribute("data-outstanding"), settled.get_attribute("data-held")) == ("0", "0")


def test_a_plan_is_asked_for_countered_accepted_and_its_first_instalment_paid(
    phone: Phone, other_phone: Phone, home: int, script: bool
) -> None:
    phone.sign_in(f"19900002{home}")
    owner, url = phone.page, phone.portal.url
    owner.goto(f"{url}/plans/new")
    owner.fill("input[name=instalments]", "3")
    owner.click("button[name=preview]")
    owner.wait_for_selector("#part-3")
    owner.fill("textarea[name=hardship]", "上月住院，手头紧。")
    owner.click("main form:has(input[name=first_on]) button:not([name])")
    owner.wait_for_selector("[data-plan][data-state=requested]")
    plan = owner.locator("[data-plan]").get_attribute("data-plan")

    other_phone.sign_in_at_desk("caiwu" if script else "jing")
    desk = other_phone.page
    desk.goto(f"{url}/desk/plans/{plan}")
    form = desk.locator(f"form[action='/desk/plans/{plan}/counter']")
    form.locator("[name=instalments]").fill("4")
    form.locator("[name=text]").fill("分四期，每期轻一些。")
    form.locator("button").click()
    desk.wait_for_selector("[data-plan][data-state=countered]")

    owner.goto(f"{url}/plans/{plan}")
    assert owner.locator("#part-4").count() == owner.locator("#asked-3").count() == 1
    owner.check("input[name=agree]")
    owner.click(f"form[action='/plans/{plan}/acceptance'] button")
    owner.wait_for_selector("[data-plan][data-state=active]")
    owner.click("a[href*='/payments/new'][href*='amount=']")
    pay(phone)
    owner.goto(f"{url}/plans/{plan}")
    assert owner.locator("[data-plan]").get_attribute("data-state") == "active"
    assert "已缴" in owner.locator("#part-1").inner_text()
    assert "未到期" in owner.locator("#part-2").inner_text()

"""Arrears on a phone: from the reminder to a plan, a call that opens a dispute, a plan that breaks, two at the desk.

Reminders by SMS keep true time: they wait at night, so that this estate lies where it is noon now. On a public holiday
they wait for the next day, and the same message is read in the portal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.people.estates.worktime import public_holiday
from tests.e2e import estate
from tests.e2e.conftest import Phone
from tests.e2e.test_journeys import pay
from tests.running import Portal, beside, portal_dev

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

TODAY = date(2026, 11, 25)
# Two homes for each journey: with JavaScript and without. The age of their debt in days.
DEBTS = {101: 10, 102: 10, 103: 20, 104: 20, 105: 20, 106: 20, 107: 40, 108: 40}


def owes(home: int, days: int) -> str:
    """A row of opening_balances.csv."""
    due = TODAY - timedelta(days=days)
    return f"1栋{home},service,{due:%Y-%m},{due},431.20\n"


def where_it_is_noon() -> str:
    """A zone in which the time of day is between 11 and 13 now, if one is."""
    ahead = max(-11, min(11, 12 - datetime.now(UTC).hour))
    return f"Etc/GMT{-ahead:+d}"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """One of its own, on TODAY at ten, where the arrears job has looked."""
    env = beside(f"portal_arrears_journeys_{os.getpid()}") | {"PORTAL_NOW": f"{TODAY}T12:00:00+00:00"}
    with portal_dev(**env) as (running, _process):
        folder = running.data / "estate"
        folder.mkdir()
        estate.write(folder)
        head = (folder / "community.csv").read_text().replace("Asia/Shanghai", where_it_is_noon())
        (folder / "community.csv").write_text(head, encoding="utf-8")
        rows = "".join(owes(home, days) for home, days in DEBTS.items())
        (folder / "opening_balances.csv").write_text("unit,item,period,due_on,amount\n" + rows, encoding="utf-8")
        assert running.run("import", str(folder), "--community", "linxi")["errors"] == []
        running.run("staff", "add", "fu", "--community", "linxi", "--role", "manager")
        for day in (TODAY - timedelta(days=8), TODAY):
            running.run("run", "arrears", "--on", f"{day}")
        yield running


def number(home: int) -> str:
    """The mobile number of the owner of a home."""
    return f"19900002{home}"


def case_at_desk(desk: Phone, home: int) -> str:
    """Open the case of a home; its address."""
    desk.page.goto(f"{desk.portal.url}/desk/cases?q=1栋{home}")
    desk.page.locator("[data-case] a").first.click()
    desk.page.wait_for_url(re.compile(r"/desk/cases/[0-9a-f-]{36}"))
    return desk.page.url.split("?")[0]


def ask_for_a_plan(phone: Phone) -> str:
    """From the case to a request for three instalments; its id."""
    owner = phone.page
    owner.click("main a[href='/plans/new']")
    owner.fill("input[name=instalments]", "3")
    owner.click("button[name=preview]")
    owner.wait_for_selector("#part-3")
    owner.fill("textarea[name=hardship]", "上月住院，手头紧。")
    owner.click("main form:has(input[name=first_on]) button:not([name])")
    owner.wait_for_selector("[data-plan][data-state=requested]")
    return owner.get_attribute("[data-plan]", "data-plan") or ""


def answer(desk: Phone, plan: str, how: str, **typed: str) -> None:
    """Finance or a manager answers the request."""
    desk.page.goto(f"{desk.portal.url}/desk/plans/{plan}")
    form = desk.page.locator(f"form[action='/desk/plans/{plan}/{how}']")
    for name, text in typed.items():
        form.locator(f"[name={name}]").fill(text)
    form.locator("button").click()
    desk.page.wait_for_selector("[data-plan]:not([data-state=requested])")


def agree(phone: Phone, plan: str) -> None:
    """The owner agrees to the text."""
    phone.page.goto(f"{phone.portal.url}/plans/{plan}")
    phone.page.check("input[name=agree]")
    phone.page.click(f"form[action='/plans/{plan}/acceptance'] button")
    phone.page.wait_for_selector("[data-plan][data-state=active]")


def test_from_the_reminder_by_sms_to_the_first_instalment(phone: Phone, other_phone: Phone, script: bool) -> None:
    home = 101 if script else 102
    phone.sign_in(number(home))
    phone.page.goto(f"{phone.portal.url}/inbox")
    phone.page.locator("[data-notice] a").first.click()
    phone.page.wait_for_selector("[data-notice][data-state=read]")
    assert "431.20" in phone.page.inner_text("[data-notice]")
    told = phone.page.get_attribute("[data-notice] a[role=button]", "href")
    if not public_holiday(datetime.now(ZoneInfo(where_it_is_noon())).date()):
        assert phone.portal.link_for(number(home)) == f"{phone.portal.url}{told}"
    phone.page.goto(f"{phone.portal.url}{told}")
    phone.page.click("main a[href='/case']")
    phone.page.wait_for_selector("[data-case]")
    case = phone.page.locator("[data-case]")
    assert (case.get_attribute("data-stage"), case.get_attribute("data-chaseable")) == ("1", "43120")
    plan = ask_for_a_plan(phone)

    other_phone.sign_in_at_desk("caiwu" if script else "jing")
    answer(other_phone, plan, "counter", instalments="4", text="分四期，每期轻一些。")
    agree(phone, plan)
    phone.page.click("a[href*='/payments/new'][href*='amount=']")
    pay(phone)
    phone.page.goto(f"{phone.portal.url}/case")
    case = phone.page.locator("[data-case]")
    assert (case.get_attribute("data-state"), case.get_attribute("data-overdue")) == ("paused", str(43120 - 10780))


def test_a_call_opens_a_dispute_and_upheld_it_closes_the_case(phone: Phone, other_phone: Phone, script: bool) -> None:
    home = 103 if script else 104
    phone.sign_in_at_desk("fuwu")
    desk = phone.page
    address = case_at_desk(phone, home)
    desk.goto(f"{address}/call")
    desk.select_option("select[name=outcome]", "disputes")
    desk.fill("textarea[name=text]", "说楼道三个月没有打扫。")
    desk.click("main form:has(select[name=outcome]) button")
    desk.wait_for_url("**/desk/calls")
    desk.goto(f"{address}/disputes/new")
    desk.click("main a[href*='line=']")
    desk.check("input[name=reason][value=not_provided]")
    desk.fill("textarea[name=text]", "电话中说楼道三个月没有打扫。")
    desk.click("main form:has(textarea[name=text]) button")
    desk.wait_for_selector("[data-dispute]")
    dispute = desk.get_attribute("[data-dispute]", "data-dispute")
    assert desk.get_attribute("[data-case]", "data-chaseable") == "0"

    other_phone.sign_in_at_desk("jing")
    manager = other_phone.page
    manager.goto(f"{phone.portal.url}/desk/disputes/{dispute}")
    manager.click(f"form[action='/desk/disputes/{dispute}/claim'] button")
    manager.wait_for_selector(f"form[action='/desk/disputes/{dispute}/decision']")
    decision = manager.locator(f"form[action='/desk/disputes/{dispute}/decision']")
    decision.locator("input[name=outcome][value=upheld]").check()
    decision.locator("[name=text]").fill("经核实属实，该项费用减免。")
    decision.locator("button").last.click()
    manager.wait_for_selector("[data-dispute][data-state=decided]")
    manager.goto(address)
    assert manager.get_attribute("[data-case]", "data-state") == "closed"


def test_a_plan_that_is_not_kept_breaks_and_the_case_comes_back(phone: Phone, other_phone: Phone, script: bool) -> None:
    home = 105 if script else 106
    phone.sign_in(number(home))
    phone.page.goto(f"{phone.portal.url}/case")
    plan = ask_for_a_plan(phone)
    other_phone.sign_in_at_desk("jing")
    answer(other_phone, plan, "approval")
    agree(phone, plan)
    phone.page.goto(f"{phone.portal.url}/case")
    assert phone.page.get_attribute("[data-case]", "data-state") == "paused"
    later = TODAY + timedelta(days=30)
    phone.portal.run("run", "plans", "--on", f"{later}")
    phone.portal.run("run", "arrears", "--on", f"{later}")
    phone.page.goto(f"{phone.portal.url}/plans/{plan}")
    assert phone.page.get_attribute("[data-plan]", "data-state") == "broken"
    phone.page.goto(f"{phone.portal.url}/case")
    case = phone.page.locator("[data-case]")
    assert (case.get_attribute("data-state"), case.get_attribute("data-overdue")) == ("open", "43120")


def test_two_at_the_desk_take_one_step(phone: Phone, other_phone: Phone, script: bool) -> None:
    home = 107 if script else 108
    for one, login in ((phone, "jing"), (other_phone, "fu")):
        one.sign_in_at_desk(login)
    address = case_at_desk(phone, home)
    phone.page.goto(f"{address}/call")
    phone.page.select_option("select[name=outcome]", "reached")
    phone.page.click("main form:has(select[name=outcome]) button")
    phone.page.wait_for_url("**/desk/calls")
    for one in (phone, other_phone):
        one.page.goto(address)
        one.page.wait_for_selector(f"form[action='{address.removeprefix(phone.portal.url)}/step']")
    phone.page.click("form[action$='/step'] button")
    phone.page.wait_for_selector("[data-stage='3']")
    with other_phone.page.expect_response("**/step") as late:
        other_phone.page.click("form[action$='/step'] button")
    assert late.value.status == 409, "the gate that is shut now is named"
    other_phone.page.goto(address)
    assert other_phone.page.get_attribute("[data-case]", "data-stage") == "3"

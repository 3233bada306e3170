"""Accounts on a phone: stopped by a check, explained, published by a second person, asked about in public."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.kit import clock
from tests.e2e.conftest import CODE, Phone
from tests.e2e.estate import HOMES

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

HEAD = "statement,title,from,to,fund,side,category,item_zh,item_en,amount,budget,prior,note\n"
FAULTY = (
    "{code},{title},2026-10-01,2026-10-31,service_fee,income,收费,物业服务费收入,Service fees,9000.00,,,\n"
    "{code},,,,service_fee,expense,工程,外墙翻新,Facade renovation,4800.00,,,\n"
)
WHY = "拟提交业主大会表决，表决前不开工。"
REPLY = "按合同附件四支付，发票存服务中心。"


def test_from_a_fault_to_a_public_answer(phone: Phone, other_phone: Phone, script: bool, tmp_path: Path) -> None:
    code, title = ("acc-js", "十月收支甲") if script else ("acc-plain", "十月收支乙")
    (tmp_path / "accounts.csv").write_text(HEAD + FAULTY.format(code=code, title=title), encoding="utf-8")
    assert phone.portal.run("import", str(tmp_path), "--community", CODE)["errors"] == []

    finance = phone.page
    phone.sign_in_at_desk("caiwu")
    finance.goto(f"{phone.portal.url}/desk/statements")
    finance.click(f"[data-statement]:has-text('{title}') h2 a")
    assert "属于大修改造工程" in finance.inner_text("main")
    assert not finance.locator("form[action$='/publication']").count(), "what is found stops it"
    finance.select_option("select[name=finding]", index=1)
    finance.fill("textarea[name=text]", WHY)
    finance.click("form[action$='/explanations'] button")
    finance.click("form[action$='/publication'] button")
    assert "已签署" in finance.inner_text("main")
    statement = finance.get_attribute("[data-statement]", "data-statement")

    second = other_phone.page
    other_phone.sign_in_at_desk("jing")
    second.goto(f"{phone.portal.url}/desk/statements/{statement}")
    second.click("form[action$='/publication'] button")
    second.wait_for_selector("[data-state=published]")
    second.context.clear_cookies()

    other_phone.sign_in(f"19900002{HOMES[3]}")
    second.goto(f"{phone.portal.url}/statements/{statement}")
    question = "这笔钱付给了谁，电话 13800138000？"
    for words in (question, "这笔钱付给了谁？"):
        second.select_option("select[name=line]", index=2)
        second.fill("textarea[name=text]", words)
        second.click("form[action$='/questions'] button")
        second.wait_for_selector("#questions")
        assert ("请检查填写的内容" in second.inner_text("main")) == (words == question)

    finance.goto(f"{phone.portal.url}/desk/questions")
    finance.click("main a:has-text('外墙翻新')")
    finance.fill("textarea[name=text]", REPLY)
    finance.click("form[action$='/answer'] button")

    second.context.clear_cookies()
    second.goto(f"{phone.portal.url}/e/{CODE}/statements/{statement}")
    said = second.inner_text("main")
    assert all(words in said for words in (WHY, "这笔钱付给了谁？", REPLY))
    assert not any(name in said for name in (f"业主{HOMES[3]}", "财务丙", "经理甲", "13800138000"))


def test_the_committee_votes_reads_and_takes_a_file(phone: Phone, other_phone: Phone, script: bool) -> None:
    purpose = "更换水泵" + ("甲" if script else "乙")
    finance = other_phone.page
    other_phone.sign_in_at_desk("caiwu")
    finance.goto(f"{phone.portal.url}/desk/expenses/new")
    finance.check("input[name=fund][value=common_area_revenue]")
    finance.fill("input[name=amount]", "8000")
    finance.fill("input[name=purpose]", purpose)
    finance.fill("textarea[name=reason]", "两台水泵已坏，三家比价取最低。")
    finance.click("main form[action$='/new'] button[type=submit]")
    finance.wait_for_selector("[data-expense][data-state=open]")

    phone.sign_in(f"19900002{HOMES[8]}")
    page = phone.page
    page.goto(f"{phone.portal.url}/settings")
    page.click("main a[href='/committee']")
    page.click(f"[data-expense]:has-text('{purpose}') h3 a")
    page.check("input[name=voice][value=in_favour]")
    page.click("#vote button[type=submit]")
    page.wait_for_selector("[data-expense][data-state=approved]")
    page.goto(f"{phone.portal.url}/committee")
    assert "欠费账龄" in page.inner_text("main") and f"业主{HOMES[-1]}" not in page.inner_text("main")
    with page.expect_download() as taken:
        page.click("main a[href*='report=collection'][href*='kind=csv']")
    assert taken.value.suggested_filename.startswith("collection-")
    page.reload()
    assert "collection.csv" in page.inner_text("main")

    finance.reload()
    finance.fill("input[name=amount]", "7900")
    finance.fill("input[name=on_day]", f"{clock.today('Asia/Shanghai'):%Y-%m-%d}")
    finance.fill("input[name=decided_by]", "业委会第 7 号纪要")
    finance.click("form[action$='/spending'] button[type=submit]")
    page.goto(f"{phone.portal.url}/e/{CODE}/common-areas")
    assert purpose in page.inner_text("main"), "everybody sees what it was spent on"

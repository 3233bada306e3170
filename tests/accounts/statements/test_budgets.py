"""A budget is a budget on every page, and what has not happened yet is never told as having happened."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from pypdf import PdfReader

from portal.accounts.publishing.drafts import Wish, draft_from_books
from portal.accounts.publishing.queries import kind_told
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import Basis, StatementKind
from portal.kit.errors import Invalid, Refused
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.records.reading.report import Report
from portal.records.saving.actions import import_estate
from portal.run.verify import verify
from tests import cast
from tests.accounts.statements import books
from tests.booked import booked
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

HEAD = "statement,title,from,to,kind,fund,side,category,item_zh,item_en,amount,budget,prior,note,line\n"
YEAR = "b1,{title},{year}-01-01,{year}-12-31,{kind},service_fee,income,,物业费,,1000.00,{budget},950.00,,\n"
LINES = "b1,,,,,service_fee,expense,,薪酬,,600.00,,,,\nb1,,,,,service_fee,income,,上年结转,,50.00,,,,\n"


async def bring(folder: Path, year: int, title: str = "年度收支", kind: str = "", budget: str = "") -> Report:
    text = HEAD + YEAR.format(title=title, year=year, kind=kind, budget=budget) + LINES
    (folder / "accounts.csv").write_text(text, encoding="utf-8")
    return await import_estate(folder, "mingxi", actor="cli")


async def drafted(estate: cast.Estate) -> tuple[UUID, StatementKind]:
    async with unit_of_work(estate.community):
        found: UUID = await fetch_value("SELECT id FROM statement WHERE code = 'b1' AND state = 'draft'")
    return found, (await queries.statement_at(estate["蒋涛"], found)).shown.row.kind


@pytest.mark.parametrize(
    ("year", "title", "kind", "read"),
    [
        (2027, "年度收支", "", "budget"), (2027, "预算", "预算", "budget"), (2026, "2026年度预算", "", "budget"),
        (2026, "年度收支", "budget", "budget"), (2025, "年度收支", "", "actual"),
        (2025, "预算执行情况", "实际", "actual"),
        (2025, "2025年度预算", "budget", "budget"), (2026, "年度收支", "", "actual"),
    ],
)  # fmt: skip
async def test_days_to_come_and_what_the_file_says_make_a_budget(
    year: int, title: str, kind: str, read: str, tmp_path: Path
) -> None:
    mingxi = await cast.mingxi()
    report = await bring(tmp_path, year, title, kind)
    assert report.as_json()["errors"] == []
    assert (await drafted(mingxi))[1] == read
    assert not sum((await bring(tmp_path, year, title, kind)).updated.values()), "again changes nothing"


@pytest.mark.parametrize(
    ("said", "column", "remedy"),
    [
        ({"year": 2027, "kind": "actual"}, "kind", "Enter budget"),
        ({"year": 2026, "kind": "实际"}, "kind", "Enter budget"),
        ({"year": 2025, "title": "2025年度预算"}, "kind", "Enter budget or actual"),
        ({"year": 2027, "budget": "999.00"}, "budget", "Leave this empty"),
    ],
)  # fmt: skip
async def test_what_cannot_be_or_is_not_clear_is_refused_with_row_and_remedy(
    said: dict[str, object], column: str, remedy: str, tmp_path: Path
) -> None:
    await cast.mingxi()
    (error,) = (await bring(tmp_path, **said)).as_json()["errors"]  # type: ignore[arg-type]
    assert (error["row"], error["column"]) == (2, column) and remedy in error["message"]


async def test_every_page_file_and_list_of_a_budget_says_so_and_none_says_actual(
    tmp_path: Path, settings: Settings
) -> None:
    mingxi = await cast.mingxi()
    await bring(tmp_path, 2027, "2027年度收支", budget="1000.00")
    budget, _kind = await drafted(mingxi)
    await books.publish(mingxi, budget)
    said, never = "本表为预算", ("实际", "与预算相差", "记账基础")
    async with browser(settings, mingxi["陈静"]) as client:
        whole = (await client.get(f"/statements/{budget}")).text
        listed = (await client.get("/statements")).text
        files = [(await client.get(f"/statements/{budget}.{kind}")) for kind in ("csv", "xlsx", "pdf")]
        notice = (await client.get("/inbox")).text
    async with browser(settings) as client:
        public = [(await client.get(f"/e/mingxi{path}")).text for path in ("", "/statements", f"/statements/{budget}")]
    for page in (whole, listed, *public):
        text = re.sub(r"本表为预算，是计划数，不是实际收支。", said, page)
        assert said in text and not any(word in text for word in never), text[:300]
    assert "收支明细" not in notice
    rows = list(csv.reader(io.StringIO(files[0].content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["小区", "资金", "收支", "类别", "项目", "预算（元）", "上期（元）", "备注"]
    assert [row[2:6:2] + row[5:7] for row in rows[1:]] == [
        ["上期结转", "上年结转", "50.00", ""], ["收入", "物业费", "1000.00", "950.00"], ["支出", "薪酬", "600.00", ""],
    ]  # fmt: skip
    paper = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files[2].content)).pages)
    assert "不是实际收支" in paper and "预算结余" in paper and "差额" not in paper


async def test_what_is_not_over_is_not_published_as_having_happened(tmp_path: Path) -> None:
    mingxi = await cast.mingxi()
    await bring(tmp_path, 2026)
    running, _kind = await drafted(mingxi)
    with pytest.raises(Refused):
        await books.publish(mingxi, running)
    with pytest.raises(asyncpg.CheckViolationError, match="not over"):
        async with unit_of_work(mingxi.community):
            await fetch(
                "UPDATE statement SET state = 'published', signed_sha256 = 'x', content_sha256 = 'x',"
                " signed_at = now(), published_at = now(), signed_by = (SELECT min(id::text)::uuid FROM staff),"
                " published_by = (SELECT max(id::text)::uuid FROM staff) WHERE id = $1",
                running,
            )
    await bring(tmp_path, 2026, kind="budget")
    await books.publish(mingxi, running)
    assert (await verify())["failed"] == []


@pytest.mark.parametrize(
    ("first", "last", "published", "kind"),
    [
        ("2026-01-01", "2026-12-31", "2026-03-01", "budget"), ("2026-01-01", "2026-12-31", "2027-01-01", "actual"),
        ("2026-12-01", "2026-12-31", "2026-12-31", "budget"), ("2999-01-01", "2999-12-31", None, "budget"),
        ("2026-01-01", "2026-01-31", None, "actual"),
    ],
)  # fmt: skip
def test_what_was_published_before_budgets_were_told_apart_is_one_if_its_days_were_not_over(
    first: str, last: str, published: str | None, kind: str
) -> None:
    at = published and datetime.fromisoformat(f"{published}T12:00:00+08:00")
    days = {"starts_on": date.fromisoformat(first), "ends_on": date.fromisoformat(last)}
    assert kind_told({"kind": None, "published_at": at, "timezone": "Asia/Shanghai", **days}) == kind


async def test_the_books_are_not_drafted_into_a_budget(tmp_path: Path) -> None:
    estate = await booked()
    await bring(tmp_path, 2027)
    with pytest.raises(Invalid) as refused:
        await draft_from_books(
            estate["蒋涛"],
            estate.community,
            Wish("b1", "十一月", date(2026, 11, 1), date(2026, 11, 30), Basis.cash),
        )
    assert refused.value.field == "code"


async def test_a_balance_and_sums_of_a_file_are_told_and_remarked_on(tmp_path: Path) -> None:
    mingxi = await cast.mingxi()
    text = HEAD + YEAR.format(title="收支", year=2025, kind="", budget="") + LINES
    text += "b1,,,,,service_fee,income,,其他,,50.00,,,,\nb1,,,,,service_fee,income,,全年收入,,1050.00,,,,\n"
    (tmp_path / "accounts.csv").write_text(text, encoding="utf-8")
    report = (await import_estate(tmp_path, "mingxi", actor="cli")).as_json()
    assert [(one["row"], one["column"]) for one in report["warnings"]] == [(4, "item_zh"), (6, "item_zh")]
    assert all("line" in one["message"] for one in report["warnings"]) and report["errors"] == []
    (tmp_path / "accounts.csv").write_text(
        text.replace("全年收入,,1050.00,,,,", "全年收入,,1050.00,,,,total"), encoding="utf-8"
    )
    assert [one["row"] for one in (await import_estate(tmp_path, "mingxi", actor="cli")).as_json()["warnings"]] == [4]
    (fund,) = (await queries.statement_at(mingxi["蒋涛"], (await drafted(mingxi))[0])).shown.funds
    assert [str(sum_) for sum_ in (fund.opening, fund.income.amount, fund.left)] == ["50.00", "1050.00", "500.00"]

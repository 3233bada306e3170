"""Statement pages for owners, the desk and the public: what each may see, and how it looks."""

from __future__ import annotations

import csv
import io
import re
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from portal.accounts.questions.actions import answer as answer_question, ask
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.accounts.statements import books
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_staff_publish_and_owners_read_and_download(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert f'data-statement="{statement}" data-state="draft"' in (await client.get("/desk/statements")).text
        assert "公示前核对" in (await client.get(f"/desk/statements/{statement}")).text
        answer = await client.post(f"/desk/statements/{statement}/publication")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/statements/{statement}")
        assert (await client.post(f"/desk/statements/{statement}/publication")).status_code == 409  # one alone
        assert "蒋涛 已签署，等待另一位签署" in (await client.get("/desk/statements")).text
        assert "蒋涛 已签署当前内容" in (await client.get(f"/desk/statements/{statement}")).text
        assert "待您签署的收支报表" not in (await client.get("/desk")).text
    async with browser(settings, mingxi["沈平"]) as client:
        assert "待您签署的收支报表" in (await client.get("/desk")).text
        answer = await client.post(f"/desk/statements/{statement}/publication")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/statements/{statement}")
        assert (await client.post(f"/desk/statements/{statement}/publication")).status_code == 409
        assert "公示前核对" not in (await client.get(f"/desk/statements/{statement}")).text
    async with browser(settings, mingxi["陈静"]) as client:
        assert f'data-statement="{statement}" data-state="published"' in (await client.get("/statements")).text
        shown = (await client.get(f"/statements/{statement}")).text
        assert shown.count("data-statement=") == 1 and "9月工资" in shown and "沈平" in shown
        assert re.search(r"¥551,279<span class=\"fen\">\.41</span>", shown)  # income of the service fee, alone
        assert "556,279" not in shown  # two funds added up
        file = await client.get(f"/statements/{statement}.csv")
        assert file.content.startswith(b"\xef\xbb\xbf") and "attachment" in file.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == 1 + len(books.ROWS)
        assert rows[1][5:9] == ["308970.85", "327509.10", "", "-18538.25"]
        assert {row[0] for row in rows[1:]} == {"明溪花园"}
        assert rows[4][4] == "'=门禁维修" and rows[4][6] == "" and rows[4][9] == "'@内部备注"
        file = await client.get(f"/statements/{statement}.xlsx")
        [sheet] = [CalamineWorkbook.from_object(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()]
        assert sheet[1][5:9] == [308970.85, 327509.10, "", -18538.25]
        assert (sheet[4][4], sheet[4][6], sheet[4][9]) == ("=门禁维修", "", "@内部备注"), "text, not a formula"
        assert (await client.get(f"/statements/{statement}.xlsx")).content == file.content
        paper = await client.get(f"/statements/{statement}.pdf")
        assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
        assert (await client.get(f"/statements/{statement}.pdf")).content == paper.content


async def test_an_unknown_figure_is_a_dash_and_never_zero(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    row = ("service_fee", "expense", "维修", "门禁", 119000, None, None, None)
    fees = ("service_fee", "income", "收入", "物业费", 200000, 200000, 200000, None)
    statement = await books.draft(mingxi.community, [row, fees])
    await books.publish(mingxi, statement)
    async with browser(settings, mingxi["陈静"]) as client:
        shown = (await client.get(f"/statements/{statement}")).text
        line = re.search(r'<tr id="line-1">.*?</tr>', shown, re.S)
        assert line and line[0].count("–") == 3 and line[0].count("¥") == 1


async def test_drafts_and_other_estates_are_404_for_owners(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    draft, published = await books.draft(mingxi.community), await books.draft(mingxi.community, code="b")
    await books.publish(mingxi, published)
    async with browser(settings, mingxi["陈静"]) as client:
        wrong = ("nonsense", f"{published}.exe", f"{published}.", f"{{{published}}}", published.hex)
        for name in (draft, f"{draft}.csv", f"{draft}.xlsx", f"{draft}.pdf", uuid4(), *wrong):
            assert (await client.get(f"/statements/{name}")).status_code == 404, name
        assert (await client.get(f"/desk/statements/{published}")).status_code == 403
    async with browser(settings, donghu["郑伟"]) as client:
        for name in (published, f"{published}.csv", f"{published}.xlsx", f"{published}.pdf"):
            assert (await client.get(f"/statements/{name}")).status_code == 404
    async with browser(settings, donghu["韩冰"]) as client:
        assert (await client.get(f"/desk/statements/{draft}")).status_code == 404
        assert (await client.post(f"/desk/statements/{draft}/publication")).status_code == 404
    async with browser(settings, mingxi["冯丽"]) as client:
        assert (await client.get(f"/desk/statements/{draft}")).status_code == 200
        assert (await client.post(f"/desk/statements/{draft}/publication")).status_code == 403


async def test_the_public_reads_what_is_published_and_nothing_of_a_person(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    draft, published = await books.draft(mingxi.community, code="b"), await books.draft(mingxi.community)
    await books.publish(mingxi, published)
    item = await builders.charge_item(mingxi.community)
    await builders.tariff(mingxi.community, item)
    async with browser(settings) as client:
        pages = [
            await client.get(path)
            for path in ("/e/mingxi", "/e/mingxi/prices", "/e/mingxi/statements", f"/e/mingxi/statements/{published}")
        ]
        assert [answer.status_code for answer in pages] == [200] * 4
        text = "".join(answer.text for answer in pages)
        assert all('property="og:title"' in answer.text for answer in pages)
        assert 'property="og:image" content="http://127.0.0.1:8000/static/' in pages[0].text
        for name in [*mingxi.people, *mingxi.units, *donghu.people, "9月工资", "内部备注"]:
            assert name not in text, name
        assert not re.search(r"1[3-9]\d{9}", re.sub(r"[0-9a-f]{64}|[0-9a-f-]{36}", "", text))
        for word in ("明溪花园", "400-000-0000", "管理费", "2.80", "业主大会 2024 年第 3 号决议"):
            assert word in text, word
        for path in (
            f"/e/mingxi/statements/{draft}", f"/e/donghu/statements/{published}", f"/e/mingxi/statements/{uuid4()}",
            "/e/nowhere", "/e/nowhere/prices", "/e/nowhere/statements", "/e/Mingxi",
        ):  # fmt: skip
            assert (await client.get(path)).status_code == 404, path
        assert "管理费" not in (await client.get("/e/donghu/statements")).text


async def test_an_unchanged_public_page_is_not_sent_again(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    async with browser(settings) as client:
        for path in ("/e/mingxi", "/e/mingxi/prices", "/e/mingxi/statements"):
            first = await client.get(path)
            assert first.headers["cache-control"] == "private, max-age=300" and "Cookie" in first.headers["vary"]
            again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["cache-control"] == "private, max-age=300"
            english = await client.get(path, headers={"If-None-Match": first.headers["etag"], "Accept-Language": "en"})
            assert english.status_code == 200 and 'lang="en"' in english.text
        mark = (await client.get("/e/mingxi/statements")).headers["etag"]
        await books.publish(mingxi, statement)
        assert (await client.get("/e/mingxi/statements", headers={"If-None-Match": mark})).status_code == 200
        page = f"/e/mingxi/statements/{statement}"
        known = {"If-None-Match": (await client.get(page)).headers["etag"]}
        assert (await client.get(page, headers=known)).status_code == 304
        english = await client.get(page, headers=known | {"Accept-Language": "en"})
        assert english.status_code == 200 and 'lang="en"' in english.text
    asked = await ask(mingxi["陈静"], statement, "1", "这一项是怎么算的？")
    async with browser(settings) as client:
        now = await client.get(page, headers=known)
        assert now.status_code == 200 and "这一项是怎么算的？" in now.text
        known = {"If-None-Match": now.headers["etag"]}
        await answer_question(mingxi["沈平"], asked, "按合同附件二。")
        assert "按合同附件二。" in (await client.get(page, headers=known)).text
        known = {"If-None-Match": (await client.get(page)).headers["etag"]}
        corrected = [("service_fee", "income", "物业收入", "管理费", 30000000, None, None, None), *books.ROWS[1:]]
        await books.publish(mingxi, await books.draft(mingxi.community, corrected, version=2))
        assert (await client.get(page, headers=known)).status_code == 200, "a later version took its place"
    async with browser(settings, mingxi["陈静"]) as client:
        assert (await client.get("/e/mingxi")).headers["cache-control"] == "no-store"

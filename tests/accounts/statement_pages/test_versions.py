"""A later version of published accounts is told as what it is: a correction, with what was wrong and why."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding
from portal.accounts.statement_pages import queries
from portal.accounts.statement_pages.versions import say_correction
from portal.accounts.statements.states import FindingKind, FoundBy
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch, fetch_one, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import builders, cast
from tests.accounts.statements import books
from tests.client import browser
from tests.web.walk.told import pdf_text

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
LEFT_OUT, FEES, PARKING = books.ROWS[4], books.ROWS[0], books.ROWS[1]
MENDED = [
    (*FEES[:4], 30000000, *FEES[5:]), PARKING, books.ROWS[2], books.ROWS[3],
    ("common_area_revenue", "income", "经营", "电梯广告", 620000, None, None, None),
]  # fmt: skip


def later(days: int = 15) -> date:
    return clock.today("Asia/Shanghai") + timedelta(days=days)


async def two_versions(estate: cast.Estate) -> tuple[UUID, UUID]:
    first = await books.draft(estate.community)
    await books.publish(estate, first)
    return first, await books.draft(estate.community, MENDED, version=2)


async def kinds(estate: cast.Estate) -> dict[str, int]:
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT kind, count(*) AS n FROM notice GROUP BY kind")
    return {row["kind"]: row["n"] for row in rows}


async def test_each_line_may_have_its_reason_and_it_may_be_said_who_found_it() -> None:
    mingxi = await cast.mingxi()
    _first, second = await two_versions(mingxi)
    by = mingxi["蒋涛"]
    shown = (await queries.statement_at(by, second)).shown
    assert shown.open_findings == [], "nothing of it keeps a correction from being published"
    assert [(one.finding.kind, one.finding.other and one.finding.other.fen) for one in shown.explained] == [
        (FindingKind.corrected, 30897085), (FindingKind.corrected, None), (FindingKind.corrected, 500000),
    ]  # fmt: skip
    for one in shown.explained:
        await explain_finding(by, second, one.finding.key, books.WHY)
    with pytest.raises(Invalid):
        await say_correction(by, second, FoundBy.question, later(0))
    with pytest.raises(Missing):
        await say_correction(mingxi["冯丽"], second, FoundBy.question, later())
    await say_correction(by, second, FoundBy.question, later())
    await books.publish(mingxi, second)
    assert (await verify())["failed"] == []
    with pytest.raises(Refused):
        await say_correction(by, second, FoundBy.audit, later())


async def test_nothing_is_said_of_a_first_version_nor_of_a_day_that_is_over() -> None:
    mingxi = await cast.mingxi()
    first = await books.draft(mingxi.community)
    with pytest.raises(Refused):
        await say_correction(mingxi["蒋涛"], first, FoundBy.audit, later())
    await books.publish(mingxi, first)
    second = await books.draft(mingxi.community, MENDED, version=2)
    await books.correct(mingxi["蒋涛"], second)
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE statement SET objections_until = $2 WHERE id = $1", second, later(0))
    with pytest.raises(Refused):
        await sign_statement(second, mingxi["蒋涛"])


async def test_a_correction_of_which_nothing_more_is_said_is_published_and_told_too(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    first = await books.draft(mingxi.community)
    await books.publish(mingxi, first)
    second = await books.draft(mingxi.community, MENDED, version=2)
    await builders.without_company(mingxi.community)
    await sign_statement(second, mingxi["蒋涛"])
    await sign_statement(second, mingxi["沈平"])
    assert (await kinds(mingxi))[NoticeKind.statement_corrected] == 6
    async with browser(settings, mingxi["陈静"]) as client:
        page = (await client.get(f"/statements/{second}")).text
    assert "更正公告" in page and "308,970" in page and "异议期至" not in page
    assert (await verify())["failed"] == []


async def test_everybody_is_told_of_a_correction_and_not_of_a_first_publication() -> None:
    mingxi = await cast.mingxi()
    _first, second = await two_versions(mingxi)
    before = await kinds(mingxi)
    await books.publish(mingxi, second)
    after = await kinds(mingxi)
    assert after[NoticeKind.statement_published] == before[NoticeKind.statement_published] == 6
    assert after[NoticeKind.statement_corrected] == 6
    async with unit_of_work(mingxi.community):
        told = await fetch_one("SELECT facts FROM notice WHERE kind = $1 LIMIT 1", NoticeKind.statement_corrected.value)
    assert told and '"places": 3' in told["facts"] and f'"until_on": {{"$date": "{later()}"}}' in told["facts"]


async def test_the_notice_stands_on_every_page_with_the_old_version_behind_a_link(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    first, second = await two_versions(mingxi)
    await books.publish(mingxi, second)
    says = ("更正公告", books.WHY, "308,970", "300,000", "电梯广告", "商铺出租", "审计", "异议期至")
    for who, home in (
        (mingxi["陈静"], "/statements"),
        (mingxi["沈平"], "/desk/statements"),
        (None, "/e/mingxi/statements"),
    ):
        async with browser(settings, *([who] if who else [])) as client:
            page = (await client.get(f"{home}/{second}")).text
            assert not [word for word in says if word not in page], home
            assert f'href="{home}/{first}"' in page and (await client.get(f"{home}/{first}")).status_code == 200
            assert "青岚物业服务有限公司" in page
            assert ("蒋涛" in page) == (who is not None), "the public is told of no person"
            assert "更正公告" not in (await client.get(f"{home}/{first}")).text
    async with browser(settings, mingxi["陈静"]) as client:
        paper = "".join(pdf_text((await client.get(f"/statements/{second}.pdf")).content).split())
        plain = "".join(pdf_text((await client.get(f"/statements/{first}.pdf")).content).split())
    for word in ("更正公告", "更正前", "308,970.85", "300,000.00", "蒋涛、沈平", f"/e/mingxi/statements/{first}"):
        assert word in paper, word
    assert "青岚物业服务有限公司" in paper and "青岚物业服务有限公司" in plain and "更正公告" not in plain


async def test_the_desk_says_it_by_a_form(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    _first, second = await two_versions(mingxi)
    address = f"/desk/statements/{second}"
    good = {"found_by": "own_check", "until": later().isoformat()}
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert "本版更正第 1 版" in (await client.get(address)).text
        for wrong in ({"found_by": ""}, {"until": ""}, {"until": later(0).isoformat()}, {"found_by": "x"}):
            answer = await client.post(f"{address}/correction", data={**good, **wrong})
            assert answer.status_code == 422, wrong
        assert (await client.post(f"{address}/correction", data=good)).status_code == 303
        assert later().isoformat() in (await client.get(address)).text


async def test_the_company_that_publishes_is_named_or_what_is_missing_of_it(
    settings: Settings, admin: asyncpg.Connection
) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await builders.without_company(mingxi.community, "credit_code")
    async with browser(settings, mingxi["蒋涛"]) as client:
        page = (await client.get(f"/desk/statements/{statement}")).text
        assert "公司信息不全，缺：统一社会信用代码" in page
    other = await cast.donghu()
    published = await books.draft(other.community)
    await sign_statement(published, other["韩冰"])
    second = await builders.staff(other.community, "谢朗", "xie2", Role.finance)
    await sign_statement(published, second)
    await builders.without_company(other.community)
    kept = await queries.statement_of(other["郑伟"], published)
    assert kept.creditor.company and not kept.missing, "as it was known when it published"
    await admin.execute("UPDATE statement SET creditor = NULL WHERE id = $1", published)  # from before it was kept
    async with browser(settings, other["郑伟"]) as client:
        paper = "".join(pdf_text((await client.get(f"/statements/{published}.pdf")).content).split())
    assert "公司信息未登记，缺：" in paper

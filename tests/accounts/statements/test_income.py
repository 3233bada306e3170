"""What a file says of service fees is compared with the books, for the months that they know."""

from __future__ import annotations

from datetime import date

import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import FindingKind
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import builders, cast
from tests.accounts.statements import books
from tests.accounts.statements.books import Row
from tests.booked import booked
from tests.client import browser
from tests.web.walk.told import pdf_text

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def income(item: str, fen: int) -> Row:
    return ("service_fee", "income", "收入", item, fen, None, None, None)


async def november(
    estate: cast.Estate, *rows: Row, basis: str | None = None, first: str = "2026-11-01"
) -> list[Money | None]:
    """What a statement that ends with November is told of the books: what they say, or what they know nothing of."""
    statement = await books.draft(estate.community, rows, code=f"n{len(rows)}-{rows[0][4]}-{basis}-{first}")
    async with unit_of_work(estate.community):
        await fetch(
            "UPDATE statement SET starts_on = $2, ends_on = '2026-11-30', basis = $3 WHERE id = $1", statement,
            date.fromisoformat(first), basis,
        )  # fmt: skip
    found = (await queries.statement_at(estate["蒋涛"], statement)).shown.explained
    kinds = (FindingKind.books_differ, FindingKind.books_silent)
    return [one.finding.other for one in found if one.finding.kind in kinds]


async def test_an_income_that_the_books_do_not_have_is_found_and_needs_words_before_it_is_published() -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    owes = (mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 703472)])
    await builders.bill(mingxi.community, *owes, period="2026-10", issued_on=date(2026, 10, 1))
    statement = await books.draft(mingxi.community, [income("物业服务费", 703472)])
    (one,) = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings
    found = one.finding
    assert (found.kind, found.other) == (FindingKind.books_differ, Money(0)), "nothing was paid"
    with pytest.raises(Refused):
        await sign_statement(statement, mingxi["蒋涛"])
    await explain_finding(mingxi["蒋涛"], statement, found.key, "十月的款项由旧系统收取。")
    await books.publish(mingxi, statement)


async def test_it_equals_what_was_paid_or_fell_due_of_service_fees_alone() -> None:
    estate = await booked()  # 350.00 billed, 20.00 credited, 250.00 of it paid
    for basis, right in ((None, 25000), ("cash", 25000), ("accrual", 33000)):
        assert await november(estate, income("物业费", right), basis=basis) == []
        assert await november(estate, income("物业费", right + 1), basis=basis) == [Money(right)]
        assert await november(estate, income("物业费", right), income("停车费", 900), basis=basis) == []


async def test_parking_is_told_apart_or_with_the_fees_where_they_stand_alone() -> None:
    estate = await booked()
    bay = await builders.charge_item(estate.community, "bay", "parking")
    async with unit_of_work(estate.community):
        await fetch("UPDATE charge_item SET kind = 'parking' WHERE code = 'lift'")
    assert bay
    assert await november(estate, income("物业费", 25000), basis="accrual") == []
    assert await november(estate, income("物业费", 33000), basis="accrual") == [], "all that is the provider's"
    assert await november(estate, income("物业费", 33000), income("停车费", 8000), basis="accrual") == [Money(25000)]


async def test_income_of_months_that_the_books_do_not_know_is_told_and_keeps_nothing_from_being_published() -> None:
    estate = await booked()
    assert await november(estate, income("物业费", 999), first="2026-10-01") == [Money(999)], "before the first bills"
    assert await november(estate, income("物业费", 998), first="2026-11-02") == [Money(998)], "no whole month"
    (before,) = (await queries.statements_at(estate["蒋涛"])).statements[:1]
    shown = (await queries.statement_at(estate["蒋涛"], before.id)).shown
    assert FindingKind.books_silent in {one.finding.kind for one in shown.explained} and not shown.open_findings
    assert await november(estate, income("物业费", 25000), first="2026-11-01") == [], "which they know"


async def test_what_is_only_told_is_told_to_the_public_too(settings: Settings) -> None:
    estate = await booked()
    statement = await books.draft(estate.community, [income("物业费", 99900)])  # of October, before the first bills
    await books.publish(estate, statement)
    shown = await queries.statement_of(estate["陈静"], statement)
    assert [(one.finding.kind, one.words) for one in shown.checked] == [(FindingKind.books_silent, "")]
    async with browser(settings) as anyone:
        page = (await anyone.get(f"/e/mingxi/statements/{statement}")).text
    assert "没有与账簿核对" in page
    async with browser(settings, estate["陈静"]) as client:
        paper = "".join(pdf_text((await client.get(f"/statements/{statement}.pdf")).content).split())
    assert "没有与账簿核对" in paper and "说明Why：" not in paper
    assert (await verify())["failed"] == []


@pytest.mark.parametrize("name", ["物业管理服务费", "综合服务费", "主营业务收入", "Fees of owners", "其他收入"])
async def test_an_income_is_compared_whatever_it_is_called_until_somebody_says_that_it_is_no_service_fee(
    name: str,
) -> None:
    estate = await booked()
    assert await november(estate, income(name, 25000)) == []
    assert await november(estate, income(name, 25001)) == [Money(25000)]
    pages = [await queries.statement_at(estate["蒋涛"], row.id) for row in
             (await queries.statements_at(estate["蒋涛"])).statements]  # fmt: skip
    waits = any(one.finding.kind is FindingKind.books_differ for page in pages for one in page.shown.open_findings)
    assert waits == (name not in ("主营业务收入", "其他收入", "Fees of owners")), (
        "what is only thought to be the fee keeps nobody waiting"
    )
    async with unit_of_work(estate.community):
        await fetch("UPDATE statement_line SET kind = 'ordinary', said = true")
    found = [await queries.statement_at(estate["蒋涛"], row.id) for row in
             (await queries.statements_at(estate["蒋涛"])).statements]  # fmt: skip
    assert not any(one.finding.kind is FindingKind.books_differ for page in found for one in page.shown.explained)


async def test_what_the_books_cannot_know_is_not_asked() -> None:
    estate = await booked()
    assert await november(estate, ("common_area_revenue", "income", "", "广告", 997, None, None, None)) == []
    assert await november(estate, ("service_fee", "income", "代收", "代收水费", 996, None, None, None)) == []
    donghu = await cast.donghu()
    statement = await books.draft(donghu.community, [income("物业费", 996)])
    assert not (await queries.statement_at(donghu["韩冰"], statement)).shown.open_findings, "never billed"

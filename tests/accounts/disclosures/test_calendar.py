"""The job that keeps the calendar, what staff record, and the posters."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from pypdf import PdfReader

from portal.accounts.disclosures.actions import record_disclosure
from portal.accounts.disclosures.jobs import disclosures
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.accounts.statements import books
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def since_2025() -> cast.Estate:
    """In Shanghai, in the portal since the end of 2025: a quarter for common areas, a half-year for the fund."""
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await fetch(
            "UPDATE community SET created_at = '2025-12-20', jurisdiction = 'CN-shanghai' WHERE id = $1",
            estate.community,
        )
    return estate


async def calendar(estate: cast.Estate) -> list[tuple[str, str, date | None]]:
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT duty, starts_on, published_on FROM disclosure ORDER BY duty, starts_on")
    return [(row["duty"], f"{row['starts_on']:%Y-%m}", row["published_on"]) for row in rows]


DUE = (
    ("audit", ("2024-01", "2025-01")),
    ("budget", ("2025-01", "2026-01")),
    ("common_revenue", ("2025-07", "2025-10", "2026-01", "2026-04", "2026-07")),
    ("maintenance_fund", ("2025-01", "2025-07", "2026-01")),
    ("service_accounts", ("2024-01", "2025-01")),
)
ALL = [(duty, first, None) for duty, periods in DUE for first in periods]


async def test_the_accounts_of_the_year_before_an_estate_joined_are_due_too() -> None:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await fetch("UPDATE community SET created_at = '2026-05-20', jurisdiction = 'CN-beijing'")
    await disclosures(ON)
    found = [(duty, first) for duty, first, _on in await calendar(estate)]
    assert ("service_accounts", "2025-01") in found and ("service_accounts", "2024-01") not in found
    await disclosures(date(2027, 1, 5))
    found = [(duty, first) for duty, first, _on in await calendar(estate)]
    assert ("service_accounts", "2026-01") in found, "the year in which it joined counts whole"


async def test_what_came_due_is_written_down_once_however_often_it_looks() -> None:
    estate = await since_2025()
    assert await disclosures(ON) == {"due": len(ALL), "published": 0}
    assert await calendar(estate) == ALL
    await asyncio.gather(disclosures(ON), disclosures(ON), disclosures(date(2026, 5, 1)))
    assert await calendar(estate) == ALL


async def test_days_late_ends_as_days_in_time() -> None:
    estate = await since_2025()
    for month in range(1, 12):
        await disclosures(date(2026, month, 20))
    assert await calendar(estate) == ALL


async def test_a_budget_is_fulfilled_by_a_statement_published_within_its_year_and_accounts_only_after_it() -> None:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await fetch(
            "UPDATE community SET created_at = '2025-12-20', jurisdiction = 'CN-beijing' WHERE id = $1",
            estate.community,
        )
    statement = await books.draft(estate.community, [("service_fee", "income", "收入", "物业费", 100, 100, None, "")])
    async with unit_of_work(estate.community):
        await fetch(
            "UPDATE statement SET starts_on = '2026-01-01', ends_on = '2026-12-31', kind = 'budget' WHERE id = $1",
            statement,
        )
    await disclosures(ON)
    budget = ("budget", "2026-01", None)
    assert budget in await calendar(estate)
    await books.publish(estate, statement)
    await disclosures(ON)
    assert ("budget", "2026-01", ON) in await calendar(estate)
    await disclosures(date(2027, 1, 5))
    assert ("service_accounts", "2026-01", None) in await calendar(estate), "a budget tells nobody what was spent"


async def test_a_budget_of_a_year_that_is_over_is_no_account_of_it_and_its_poster_says_planned(
    settings: Settings,
) -> None:
    estate = await since_2025()
    for code, kind in (("late", "budget"), ("told", "actual")):
        fees = [("service_fee", "income", "收入", "物业费", 12300, None, None, "")]
        statement = await books.draft(estate.community, fees, code=code, title=f"2025年{code}")
        async with unit_of_work(estate.community):
            await fetch(
                "UPDATE statement SET starts_on = '2025-01-01', ends_on = '2025-12-31', kind = $2 WHERE id = $1",
                statement,
                kind,
            )
        await books.publish(estate, statement)
        await disclosures(ON)
        told = ("service_accounts", "2025-01", None if kind == "budget" else ON)
        assert told in await calendar(estate)
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT id, duty FROM disclosure WHERE starts_on = '2025-01-01'")
    ids = {row["duty"]: row["id"] for row in rows}
    async with browser(settings, estate["冯丽"]) as client:
        posters = [await client.get(f"/desk/disclosures/{ids[duty]}/poster") for duty in ("budget", "service_accounts")]
    budget, accounts = (
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(one.content)).pages) for one in posters
    )
    assert "预算收入" in budget and "2025年late" in budget and "2025年told" not in budget
    assert "预算收入" not in accounts and "2025年told" in accounts and "2025年late" not in accounts


async def test_a_published_statement_fulfils_what_it_tells_of(settings: Settings) -> None:
    estate = await since_2025()
    rows = [("common_area_revenue", "income", "经营", "商铺出租", 500000, None, None, "合同期 2026 年")]
    for n, (first, last) in enumerate([("2026-01-01", "2026-02-28"), ("2026-03-01", "2026-03-31")]):
        statement = await books.draft(estate.community, rows, code=f"c{n}")
        async with unit_of_work(estate.community):
            await fetch(
                "UPDATE statement SET starts_on = $2, ends_on = $3 WHERE id = $1", statement, date.fromisoformat(first),
                date.fromisoformat(last),
            )  # fmt: skip
        assert (await disclosures(ON))["published"] == 0
        await books.publish(estate, statement)
    assert await disclosures(ON) == {"due": 0, "published": 1}
    assert ("common_revenue", "2026-01", ON) in await calendar(estate)
    assert (await disclosures(date(2026, 11, 19)))["published"] == 0, "of a past day nothing is undone"
    async with browser(settings, estate["冯丽"]) as client:
        page = (await client.get("/desk/disclosures")).text
        assert page.count('data-state="overdue"') == len(ALL) - 1 and page.count('data-state="published"') == 1
        assert "上海市住宅物业管理规定" in (await client.get(f"/desk/disclosures/{await one(estate)}")).text


async def one(estate: cast.Estate, duty: str = "common_revenue") -> object:
    async with unit_of_work(estate.community):
        rows = await fetch("SELECT id FROM disclosure WHERE duty = $1 AND starts_on = '2026-01-01'", duty)
    return rows[0]["id"]


async def test_what_was_disclosed_elsewhere_is_said_once_with_its_day() -> None:
    estate, donghu = await since_2025(), await cast.donghu()
    await disclosures(ON)
    wanted = await one(estate, "maintenance_fund")
    for day in (date(2026, 11, 21), date(2026, 6, 30)):
        with pytest.raises(Invalid):
            await record_disclosure(estate["蒋涛"], wanted, day, "东门公告栏")  # type: ignore[arg-type]
    for who in (estate["冯丽"], estate["陈静"], donghu["韩冰"]):
        with pytest.raises(Missing):
            await record_disclosure(who, wanted, ON, "东门公告栏")  # type: ignore[arg-type]
    await record_disclosure(estate["蒋涛"], wanted, date(2026, 7, 9), "东门公告栏")  # type: ignore[arg-type]
    with pytest.raises(Refused):
        await record_disclosure(estate["沈平"], wanted, ON, "西门")  # type: ignore[arg-type]
    with pytest.raises(Missing):
        await record_disclosure(estate["蒋涛"], uuid4(), ON, "东门公告栏")


async def test_an_unknown_place_says_so_and_follows_the_country(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with unit_of_work(estate.community):
        await fetch("UPDATE community SET jurisdiction = 'CN-nowhere', created_at = '2024-12-20'")
    await disclosures(ON)
    assert {duty for duty, _first, _on in await calendar(estate)} == {
        "budget",
        "service_accounts",
        "common_revenue",
        "maintenance_fund",
    }
    async with browser(settings, estate["沈平"]) as client:
        assert "CN-nowhere" in (await client.get("/desk/disclosures")).text


async def test_posters_in_both_sizes_are_the_same_bytes_each_time(settings: Settings) -> None:
    estate, donghu = await since_2025(), await cast.donghu()
    await builders.tariff(estate.community, await builders.charge_item(estate.community))
    await disclosures(ON)
    async with browser(settings, estate["冯丽"]) as client:
        found = [
            await client.get(f"/desk/disclosures/{what}size={size}")
            for what in ("prices?estate=mingxi&", "standards?estate=mingxi&", f"{await one(estate)}/poster?")
            for size in ("a4", "a3", "a0")
        ]
        assert all(answer.content.startswith(b"%PDF-") for answer in found)
        assert found[0].content == found[2].content != found[1].content, "another size than ours is A4"
        again = await client.get("/desk/disclosures/prices?estate=mingxi&size=a3")
        assert again.content == found[1].content
        for wrong in ("prices?estate=donghu", "prices?estate=x", "standards", f"{uuid4()}/poster"):
            assert (await client.get(f"/desk/disclosures/{wrong}")).status_code == 404
    async with browser(settings, donghu["韩冰"]) as client:
        assert (await client.get(f"/desk/disclosures/{await one(estate)}/poster")).status_code == 404

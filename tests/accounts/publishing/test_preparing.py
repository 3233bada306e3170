"""Before two people sign: what the figures rest on is said, and what the checks find is explained in public."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest

from portal.accounts.common_areas.actions import Contract, register_contract
from portal.accounts.common_areas.states import Beneficiary, Rhythm
from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding, set_terms
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import Basis, RemunerationBase
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.words import say
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.accounts.statements import books
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
FAULTY = [
    ("service_fee", "income", "收入", "物业费", 10000000, None, None, None),
    ("service_fee", "expense", "工程", "外墙翻新", 480000000, None, None, None),
    ("service_fee", "expense", "酬金", "管理酬金", 43200000, None, None, None),
]
WHY = "拟提交业主大会表决，表决前不开工。"


async def test_what_is_found_stops_it_until_it_is_explained_in_public(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community, FAULTY)
    address = f"/desk/statements/{statement}"
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert (await client.post(f"{address}/publication")).status_code == 409
        page = (await client.get(address)).text
        assert "属于大修改造工程" in page and "签署</button>" not in page
        (found,) = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings
        told = {"finding": found.finding.key, "text": WHY}
        for wrong in ({"finding": "x"}, {"text": ""}, {"text": "请致电 13800138000"}, {"text": "陈静同意的"}):
            assert (await client.post(f"{address}/explanations", data={**told, **wrong})).status_code == 422, wrong
        assert (await client.post(f"{address}/explanations", data=told)).status_code == 303
        assert WHY in (await client.get(address)).text
    await books.publish(mingxi, statement)
    async with browser(settings) as client:
        shown = (await client.get(f"/e/mingxi/statements/{statement}")).text
        assert "属于大修改造工程" in shown and WHY in shown
        assert "陈静" not in shown and "蒋涛" not in shown
    read = await queries.statement_of(mingxi["陈静"], statement)
    assert read.intact and [one.words for one in read.explained] == [WHY]


async def test_a_changed_figure_needs_a_new_explanation_and_the_old_one_is_not_published() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community, FAULTY)
    key = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings[0].finding.key
    await explain_finding(mingxi["蒋涛"], statement, key, WHY)
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE statement_line SET amount = amount + 1 WHERE statement = $1 AND position = 2", statement)
    with pytest.raises(Refused):
        await explain_finding(mingxi["蒋涛"], statement, key, WHY)
    with pytest.raises(Refused):
        await sign_statement(statement, mingxi["蒋涛"])
    (found,) = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings
    await explain_finding(mingxi["沈平"], statement, found.finding.key, "新的说明")
    await explain_finding(mingxi["沈平"], statement, found.finding.key, "更清楚的说明")
    await books.publish(mingxi, statement)
    read = await queries.statement_of(mingxi["陈静"], statement)
    assert read.intact and [one.words for one in read.explained] == ["更清楚的说明"]
    with pytest.raises(Refused):
        await explain_finding(mingxi["沈平"], statement, found.finding.key, "后来的话")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statement_explanation SET body = 'x' WHERE statement = $1",
        "DELETE FROM statement_explanation WHERE statement = $1",
        "UPDATE statement SET basis = 'accrual' WHERE id = $1",
    ],
)
async def test_what_was_explained_is_as_final_as_the_figures(change: str) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community, FAULTY)
    key = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings[0].finding.key
    await explain_finding(mingxi["蒋涛"], statement, key, WHY)
    await books.publish(mingxi, statement)
    with pytest.raises(asyncpg.RestrictViolationError):
        async with unit_of_work(mingxi.community):
            await fetch(change, statement)


async def test_a_registered_lease_without_a_term_is_explained_by_its_name() -> None:
    mingxi = await cast.mingxi()
    gate = Contract("道闸广告", "Gate advertising", None, Rhythm.month, None, None, Beneficiary.estate, "", "")
    await register_contract(mingxi["蒋涛"], mingxi.community, gate)
    rows = [*books.ROWS[:4], ("common_area_revenue", "income", "经营", "道闸 广告", 500000, None, None, None)]
    statement = await books.draft(mingxi.community, rows)
    (found,) = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings
    assert found.finding.kind.value == "no_term"
    await explain_finding(mingxi["蒋涛"], statement, found.finding.key, WHY)
    await books.publish(mingxi, statement)
    await register_contract(mingxi["蒋涛"], mingxi.community, gate)  # later ones change nothing in what is published
    read = await queries.statement_of(mingxi["陈静"], statement)
    assert read.intact and [say(one.says) for one in read.explained] == ["“道闸广告”的合同没有约定期限。"]


async def test_the_remuneration_is_computed_from_what_the_terms_say(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community, FAULTY)
    address = f"/desk/statements/{statement}/terms"
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert (await client.get(address)).status_code == 200
        good = {"basis": "cash", "base": "paid", "rate": "9"}
        for wrong in ({"rate": ""}, {"base": ""}, {"basis": "accrual", "base": "received"}, {"base": "receivable"},
                      {"rate": "51"}, {"basis": "x"}, {"outside": "99"}):  # fmt: skip
            assert (await client.post(address, data={**good, **wrong})).status_code == 422, wrong
        assert (await client.post(address, data=good)).status_code == 303
    shown = (await queries.statement_at(mingxi["蒋涛"], statement)).shown
    assert shown.share and str(shown.share.due) == "432000.00" and len(shown.open_findings) == 1
    await set_terms(mingxi["蒋涛"], statement, Basis.cash, RemunerationBase.paid, Decimal("0.1"))
    kinds = {
        one.finding.kind.value for one in (await queries.statement_at(mingxi["蒋涛"], statement)).shown.open_findings
    }
    assert kinds == {"capital_works", "remuneration_differs"}


async def test_terms_and_explanations_are_for_finance_and_managers_of_the_estate() -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    statement = await books.draft(mingxi.community, FAULTY)
    for who in (donghu["韩冰"], mingxi["冯丽"], mingxi["陈静"]):
        with pytest.raises(Missing):
            await set_terms(who, statement, Basis.cash)
        with pytest.raises(Missing):
            await explain_finding(who, statement, "x", WHY)
    with pytest.raises(Invalid):
        await set_terms(mingxi["蒋涛"], statement, Basis.cash, RemunerationBase.paid)

"""A statement drafted from the books equals them to the fen, and says so when they move on."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import Wish, draft_from_books
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import Basis, FindingKind
from portal.fees.receivables.states import AdjustmentKind
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.money.corrections.actions import credit_line
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders
from tests.booked import TODAY, booked
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def wish(basis: Basis, code: str = "fees") -> Wish:
    return Wish(code, "2026年11月物业服务费收入", FIRST, LAST, basis)


async def ledger(community: int, account: str, *kinds: str) -> int:
    async with unit_of_work(community):
        found: int = await fetch_value(
            "SELECT -coalesce(sum(p.amount), 0)::bigint FROM posting p JOIN journal j ON j.id = p.journal"
            " WHERE p.account = $1 AND j.kind = ANY($2)",
            account,
            list(kinds),
        )
        return found


async def test_what_fell_due_and_what_was_paid_equal_the_ledger_to_the_fen() -> None:
    estate = await booked()
    for basis, account, kinds in (
        (Basis.accrual, "charged:service", ("bill", "adjustment")),
        (Basis.cash, "receivable:service", ("payment", "credit_use")),
    ):
        drafted = await draft_from_books(estate["蒋涛"], estate.community, wish(basis, basis.value))
        shown = (await queries.statement_at(estate["蒋涛"], drafted)).shown
        (fund,) = shown.funds
        assert fund.income.amount.fen == await ledger(estate.community, account, *kinds) > 0
        assert shown.reconciliation and shown.reconciliation.stated == shown.reconciliation.books == fund.income.amount
        assert not shown.open_findings and shown.terms.basis is basis


async def test_books_that_moved_on_are_found_and_drafting_again_mends_it() -> None:
    estate = await booked()
    drafted = await draft_from_books(estate["蒋涛"], estate.community, wish(Basis.accrual))
    async with unit_of_work(estate.community):
        line = await fetch_value("SELECT id FROM bill_line ORDER BY position LIMIT 1")
        await credit_line(
            line, Money(100), kind=AdjustmentKind.credit_note, reason="late", made_by="staff:x", approved_by=None,
            source=uuid4(), on=TODAY,
        )  # fmt: skip
    found = (await queries.statement_at(estate["蒋涛"], drafted)).shown
    assert [one.finding.kind for one in found.open_findings] == [FindingKind.books_differ]
    assert found.reconciliation and found.reconciliation.difference == Money(100)
    with pytest.raises(Refused):
        await sign_statement(drafted, estate["蒋涛"])
    async with unit_of_work(estate.community):
        await fetch_value(
            "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh, item_en,"
            " amount, is_total, kind) VALUES (gen_random_uuid(), $1, $2, 99, 'service_fee', 'income', '', '上年结转',"
            " '', 700, true, 'opening') RETURNING id",
            estate.community,
            drafted,
        )
    assert await draft_from_books(estate["沈平"], estate.community, wish(Basis.accrual)) == drafted
    (fund,) = (await queries.statement_at(estate["蒋涛"], drafted)).shown.funds
    assert fund.opening == Money(700), "what was carried over stays"
    assert not (await queries.statement_at(estate["蒋涛"], drafted)).shown.open_findings


async def test_days_without_books_wrong_days_and_strangers_are_refused() -> None:
    estate = await booked()
    empty = Wish("old", "旧", date(2020, 1, 1), date(2020, 1, 31), Basis.cash)
    turned = Wish("old", "旧", LAST, FIRST, Basis.cash)
    for wrong in (empty, turned):
        with pytest.raises(Invalid):
            await draft_from_books(estate["蒋涛"], estate.community, wrong)
    for who in (estate["冯丽"], estate["陈静"]):
        with pytest.raises(Missing):
            await draft_from_books(who, estate.community, wish(Basis.cash))


async def test_it_is_drafted_at_the_desk(settings: Settings) -> None:
    estate = await booked()
    typed = {"community": str(estate.community), "code": "fees", "title": "11月收入", "first": "2026-11-01",
             "last": "2026-11-30", "basis": "accrual"}  # fmt: skip
    async with browser(settings, estate["蒋涛"]) as client:
        assert "按账簿起草" in (await client.get("/desk/statements")).text
        assert (await client.get("/desk/statements/new")).status_code == 200
        for wrong in (
            {"first": "2026-12-01"},
            {"basis": ""},
            {"code": ""},
            {"first": "2020-01-01", "last": "2020-01-02"},
        ):
            assert (await client.post("/desk/statements/new", data={**typed, **wrong})).status_code == 422, wrong
        made = await client.post("/desk/statements/new", data=typed)
        assert made.status_code == 303
        shown = (await client.get(made.headers["location"])).text
        assert "与账簿核对" in shown and "权责发生制" in shown
    steward = await builders.staff(estate.community, "杨帆", "yang")
    async with browser(settings, steward) as client:
        assert (await client.get("/desk/statements/new")).status_code == 403

"""A claim is about the company's own money only, and about nothing that it holds already."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from portal.arrears.claims.states import ClaimKind
from portal.collection.court.actions import prepare_claim
from portal.collection.court.documents import claim_pdf
from portal.collection.court.queries import claim_at_desk
from portal.kit.money import Money
from tests import builders
from tests.arrears.cases.world import TODAY, on, world
from tests.collection.court.test_legal import LAST, at_law

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_no_claim_sums_the_fund_or_what_credit_covers() -> None:
    with on(TODAY):
        debts = await world()
        community, unit, chen = debts.estate.community, debts.estate.units["1栋101"], debts.estate["陈静"]
        fund = await builders.charge_item(community, "fund", "fund", "专项维修资金")
        due = {"due_on": TODAY - timedelta(days=20), "issued_on": TODAY - timedelta(days=30)}
        await builders.bill(community, unit, [chen], [(fund, 6600)], period="2026-08", **due)
        await debts.pay(settled := await debts.bill(60, 100), 100)
        await debts.pay(settled, 1000)
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, ClaimKind.mediation)
        found = await claim_at_desk(manager, claim)
        assert found.row.amount == Money(9000), "100.00 less the 10.00 of her credit"
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(await claim_pdf(found))).pages)
        assert "专项维修资金" not in said and "账户余额 ¥10.00 已先抵" in said
        assert await debts.broken_invariants() == []

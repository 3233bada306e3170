"""The desk's page of late charges: read by finance, set by a manager, wrong input told at its field."""

from __future__ import annotations

from datetime import date

import pytest

from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import on
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
TERMS = {
    "community": "mingxi",
    "starts_on": "2026-12-01",
    "daily_rate": "0.05",
    "multiple": "1.3",
    "start": "due",
    "demand_days": "15",
    "clause": "物业服务合同第十二条",
}


async def test_a_manager_sets_terms_and_enters_a_rate_and_finance_reads_them(settings: Settings) -> None:
    estate = await cast.mingxi()
    with on(date(2026, 11, 20)):
        async with browser(settings, estate["沈平"], stepped_up=True) as manager:
            assert "目前逾期不收违约金" in (await manager.get("/desk/late-charges")).text
            assert (await manager.post("/desk/late-charges/terms", data=TERMS)).status_code == 303
            rate = {"community": "mingxi", "starts_on": "2026-11-20", "rate": "3.00", "source": "公告"}
            assert (await manager.post("/desk/late-charges/prime-rates", data=rate)).status_code == 303
    with on(date(2026, 12, 2)):
        async with browser(settings, estate["蒋涛"]) as finance:
            said = (await finance.get("/desk/late-charges")).text
            assert "0.0500%" in said and "3.90%" in said and "第十二条" in said
            assert (await finance.post("/desk/late-charges/terms", data=TERMS)).status_code == 403


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("daily_rate", "5"), ("daily_rate", "1e-3"), ("multiple", "0"), ("multiple", "4.1"), ("demand_days", "6"),
        ("starts_on", "2026-11-20"), ("start", "never"), ("clause", ""),
    ],
)  # fmt: skip
async def test_wrong_terms_are_told_at_their_field_and_nothing_is_saved(
    settings: Settings, field: str, typed: str
) -> None:
    estate = await cast.mingxi()
    with on(date(2026, 11, 20)):
        async with browser(settings, estate["沈平"], stepped_up=True) as manager:
            answer = await manager.post("/desk/late-charges/terms", data=TERMS | {field: typed})
            assert answer.status_code == 422
            assert f'href="#terms-{field}' in answer.text
            assert "目前逾期不收违约金" in (await manager.get("/desk/late-charges")).text


async def test_nobody_sets_the_terms_of_another_estate(settings: Settings) -> None:
    await cast.mingxi()
    foreign = (await cast.donghu())["韩冰"]
    async with browser(settings, foreign, stepped_up=True) as manager:
        assert (
            await manager.post("/desk/late-charges/terms", data=TERMS | {"starts_on": "2099-01-01"})
        ).status_code == 404

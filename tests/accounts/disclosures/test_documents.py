"""What a poster of prices says: for which use of homes each rate is, and what vacant ones pay of it."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_of_two_rates_the_poster_says_who_pays_which_and_what_a_vacant_home_pays(settings: Settings) -> None:
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    await builders.tariff(estate.community, item, rate="2.80", use="residential", vacancy_rate="0.725")
    await builders.tariff(estate.community, item, rate="12.00", use="commercial")
    await builders.tariff(estate.community, item, rate="5.00")
    async with browser(settings, estate["冯丽"]) as client:
        poster = (await client.get("/desk/disclosures/prices?estate=mingxi")).content
        page = (await client.get("/e/mingxi/prices")).text
    said = "".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(poster)).pages).split())
    rows = said.split("业主大会2024年第3号决议")
    for use, rate in (("住宅", "2.80元/㎡·月"), ("商铺", "12.00元/㎡·月"), ("各类房屋", "5.00元/㎡·月")):
        (row,) = [row for row in rows if rate in row]
        assert use in row, f"{rate} without who pays it"
        assert ("空置房按72.5%收取" in row) == (rate[:4] == "2.80")
    assert "72.5%" in page, "a term of the contract is not rounded"

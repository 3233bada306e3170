"""The price list: what is in force and what is announced; the desk sees also what has ended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from portal.fees.tariffs.queries import price_books, price_list
from portal.fees.tariffs.states import TariffStanding
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def three_versions(community: int) -> None:
    item = await builders.charge_item(community)
    await builders.tariff(community, item, rate="2.5", ends_on=date(2025, 12, 31))
    await builders.tariff(community, item, rate="2.8", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    await builders.tariff(community, item, rate="3.125", starts_on=date(2027, 1, 1))


async def test_the_public_sees_what_holds_and_what_is_announced() -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    await three_versions(mingxi.community)
    (item,) = await price_list(mingxi.community, date(2026, 11, 23))
    assert [(price.rate_text, price.standing) for price in item.prices] == [
        ("2.80", TariffStanding.current),
        ("3.125", TariffStanding.announced),
    ]
    assert await price_list(donghu.community, date(2026, 11, 23)) == []


@pytest.mark.parametrize(
    ("on", "rates"),
    [
        (date(2025, 12, 31), ["2.5", "2.8", "3.125"]),
        (date(2026, 1, 1), ["2.8", "3.125"]),
        (date(2027, 1, 1), ["3.125"]),
    ],
)
async def test_a_version_counts_on_its_first_and_last_day(on: date, rates: list[str]) -> None:
    mingxi = await cast.mingxi()
    await three_versions(mingxi.community)
    (item,) = await price_list(mingxi.community, on)
    assert [price.rate for price in item.prices] == [Decimal(rate) for rate in rates]
    assert item.prices[0].standing is TariffStanding.current


async def test_the_desk_reads_every_version_of_its_own_estates(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    await three_versions(mingxi.community)
    (book,) = await price_books(mingxi["冯丽"])
    assert [price.rate_text for price in book.items[0].prices] == ["2.50", "2.80", "3.125"]
    assert (await price_books(donghu["韩冰"]))[0].items == []
    async with browser(settings, mingxi["冯丽"]) as client:
        shown = await client.get("/desk/tariffs")
        assert shown.status_code == 200 and "2.50" in shown.text and "东湖小筑" not in shown.text
    async with browser(settings, mingxi["陈静"]) as client:
        assert (await client.get("/desk/tariffs")).status_code == 403

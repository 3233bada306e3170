"""The desk announces a rate, and everybody reads it in the price list."""

import re
from datetime import UTC, datetime

import pytest

from portal.kit import clock
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
RISE = {"rate": "3.00", "starts_on": "2026-12-24", "source": "业主大会第 5 号决议"}


@pytest.fixture
async def estate(database, clean):
    clock.start_at(datetime(2026, 11, 24, 4, tzinfo=UTC))
    yield await cast.mingxi()
    clock.start_at(clock.real_now())


@pytest.fixture
async def path(estate):
    tariff = await builders.tariff(estate.community, await builders.charge_item(estate.community))
    return f"/desk/tariffs/{tariff}/successor"


async def test_the_new_rate_is_confirmed_and_public(estate, settings, path):
    async with browser(settings, estate["蒋涛"]) as desk, browser(settings) as anybody:
        assert path in (await desk.get("/desk/tariffs")).text
        assert "2026年12月24日" in (await desk.get(path)).text
        shown = await desk.post(f"{path}/preview", data=RISE)
        assert shown.status_code == 200 and "这是上调" in shown.text
        sent = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', shown.text))
        assert (await desk.post(path, data=sent)).status_code == 303
        prices = (await anybody.get("/e/mingxi/prices")).text
        for words in ("3.00", "2026年12月24日", "业主大会第 5 号决议", "公布于 2026年11月24日"):
            assert words in prices, words
        assert (await desk.get(path)).status_code == 409


async def test_a_rise_too_soon_names_the_first_day_and_keeps_what_was_typed(estate, settings, path):
    async with browser(settings, estate["沈平"]) as desk:
        for address in (path, f"{path}/preview"):
            back = await desk.post(address, data=RISE | {"starts_on": "2026-12-23"})
            assert (back.status_code, "最早可从 2026年12月24日 起执行" in back.text) == (422, True)
            assert 'value="3.00"' in back.text
        for rate in ("NaN", "1e3", "-1", "0", "2.8000001", "1_0", ""):
            assert (await desk.post(path, data=RISE | {"rate": rate})).status_code == 422


async def test_only_finance_and_managers_of_the_estate_may_announce(estate, settings, path):
    other = await cast.donghu()
    for who, status in ((estate["冯丽"], 403), (estate["陈静"], 403), (other["韩冰"], 404), (None, 303)):
        async with browser(settings, who) as client:
            assert (await client.get(path)).status_code == status
            assert (await client.post(path, data=RISE)).status_code == status

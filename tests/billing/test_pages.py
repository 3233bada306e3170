"""The owner's bill pages: whose they are, what they say, how few statements they take."""

from __future__ import annotations

import pytest

from portal.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_owner_reads_bill_and_line(settings: Settings) -> None:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024), (item, 11000)])
    lines = await builders.lines_of(mingxi.community, bill)
    async with browser(settings, mingxi["陈静"]) as client:
        for path in ("/bills", f"/bills/{bill}", f"/bills/{bill}/lines/{lines[0]}"):
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text[-3000:]
        assert 'data-fen="36024"' in (await client.get(f"/bills/{bill}")).text

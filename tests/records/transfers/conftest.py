"""The cast in November, with two months of bills."""

from datetime import UTC, date, datetime

import pytest

from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.kit.period import Month
from tests import builders, cast


@pytest.fixture(autouse=True)
def november():
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


@pytest.fixture
async def estate(database, clean):
    """The cast; 陈静 owes October and November of 1栋101."""
    found = await cast.mingxi()
    item = await builders.charge_item(found.community)
    await builders.tariff(found.community, item)
    for month in (10, 11):
        await publish_run(found.community, Month(2026, month), date(2026, month, 1), approver="staff:x")
    return found

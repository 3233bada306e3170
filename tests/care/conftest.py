"""The small worlds that tests of disputes and plans begin with."""

from collections.abc import AsyncIterator

import pytest

from portal.run.verify import verify
from tests.care.disputes.world import World, world
from tests.care.plans.world import debts_today


@pytest.fixture
async def w(database: object, clean: None) -> AsyncIterator[World]:
    """One line that can be disputed; every invariant holds when the test is over."""
    yield await world()
    assert (await verify())["failed"] == []


@pytest.fixture
async def debts(database: object, clean: None):  # type: ignore[no-untyped-def]
    async for begun in debts_today():
        yield begun

"""Every test of disputes leaves a world in which all invariants hold."""

from collections.abc import AsyncIterator

import pytest

from portal.verify import verify
from tests.disputes.world import World, world


@pytest.fixture
async def w(database: object, clean: None) -> AsyncIterator[World]:
    """One line that can be disputed."""
    yield await world()
    assert (await verify())["failed"] == []

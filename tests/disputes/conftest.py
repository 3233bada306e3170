"""Every test of disputes leaves a world in which all invariants hold."""

from collections.abc import AsyncIterator

import pytest

from tests.disputes.world import World, violations, world


@pytest.fixture
async def w(database: object, clean: None) -> AsyncIterator[World]:
    """One line that can be disputed."""
    yield await world()
    assert await violations() == []

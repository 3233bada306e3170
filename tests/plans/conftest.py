"""The small world that every test of plans starts from."""

from __future__ import annotations

import pytest

from tests.plans.world import debts_today


@pytest.fixture
async def debts(database: object, clean: None):  # type: ignore[no-untyped-def]
    async for world in debts_today():
        yield world

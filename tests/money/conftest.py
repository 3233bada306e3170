"""A sandbox and a till for each test; after each, every invariant of money is asked."""

from collections.abc import AsyncIterator

import pytest

from portal.platform.process.settings import Settings
from tests.money.checkout.till import Till, open_till
from tests.money.payments.books import assert_sound
from tests.sandbox.running import RunningSandbox, running_sandbox


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def till(settings: Settings, sandbox: RunningSandbox, database: object, clean: None) -> AsyncIterator[Till]:
    yield await open_till(settings, sandbox)
    await assert_sound()

"""The summary of a fault run: seed, counts, and what each test measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.kit import clock
from tests.faults.counts import LANDING, SEED, TRIED, times
from tests.faults.victim import Victim, running_victim, sign_in
from tests.faults.winding import Time
from tests.money.conftest import sandbox, till  # noqa: F401 - the fixtures of payments under fault
from tests.web.walk.conftest import app, business_clock, stage  # noqa: F401  # the populated world of the walks


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was tried, so that a closing note can quote it."""
    if TRIED:
        kind = "landing" if LANDING else "sample"
        terminalreporter.write_sep("-", f"faults: counts of a {kind}, seed {SEED}")
        for tried in TRIED:
            terminalreporter.write_line(str(tried))


@pytest.fixture(scope="package")
def portal_to_break() -> Iterator[Victim]:
    """One whole portal for all crash tests: its server flushes (fsync on), as on a machine that matters."""
    with running_victim(bills_each=times(sample=3, landing=36)) as victim:
        yield victim


@pytest.fixture(scope="package")
async def victim(portal_to_break: Victim, anyio_backend: str) -> AsyncIterator[Victim]:
    """The same with its owners signed in."""
    await sign_in(portal_to_break, times(sample=6, landing=20))
    yield portal_to_break
    for payer in portal_to_break.payers:
        await payer.http.aclose()


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock that only this test winds."""
    now = Time(datetime(2026, 11, 20, 4, tzinfo=UTC))
    monkeypatch.setattr(clock, "real_now", lambda: now.now)
    return now

"""The demo's story can be told on any day, and shows every rung of the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.demo.story import tell
from portal.kit import clock
from portal.settings import Settings
from portal.verify import verify

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture(params=[date(2026, 11, 27), date(2027, 1, 2)], ids=str)
def on(request: pytest.FixtureRequest) -> Iterator[date]:
    day: date = request.param
    clock.start_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
    yield day
    clock.start_at(clock.real_now())


async def test_it_leads_to_every_stage_and_breaks_nothing(on: date, settings: Settings) -> None:
    await tell(settings, on)
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT stage, count(*) FROM arrears_case WHERE state <> 'closed' GROUP BY stage")
        claims = await fetch("SELECT kind, state FROM claim")
        explained = await fetch("SELECT id FROM service_round WHERE reason IS NOT NULL")
    assert {row["stage"] for row in rows} >= {1, 2, 3, 4}
    assert [tuple(row) for row in claims] == [("mediation", "filed")]
    assert len(explained) == 1
    assert (await verify())["failed"] == []

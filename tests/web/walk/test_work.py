"""No page goes through an estate again for each of its rows, whatever else is in the database."""

from __future__ import annotations

from datetime import date

import asyncpg
import pytest

from portal.arrears.climbing.jobs import arrears
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests.past import estate_with_a_past, neighbours
from tests.web.walk.conftest import Stage
from tests.work import watch

pytestmark = pytest.mark.anyio

HOMES, MONTHS = 300, 2
MOST = 4  # times the rows of the largest table
MANAGER = "沈平"
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
async def largest(stage: Stage, admin: asyncpg.Connection) -> int:
    """A large estate that the manager looks after too, and small neighbours; how many rows its largest table has."""
    here = await estate_with_a_past(admin, HOMES, MONTHS, "large")
    await neighbours(admin)
    await admin.execute("ANALYZE")
    await arrears(TODAY)
    async with unit_of_work(here):
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles) VALUES (gen_random_uuid(), $1, $2, '经理', $3)",
            here,
            stage.world.people[MANAGER].human,
            ["manager", "finance", "service", "legal"],
        )
    await admin.execute("ANALYZE")
    rows: int = await admin.fetchval("SELECT count(*) FROM posting")
    return rows


async def test_no_list_of_the_desk_goes_over_an_estate_again_for_each_of_its_rows(
    stage: Stage, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = watch(monkeypatch)
    lists = [
        route.path
        for route in stage.routes
        if route.method == "GET" and route.path.startswith("/desk") and not route.parameters
    ]
    for path in lists:
        await stage[MANAGER].get(path)
    assert len(lists) > 40 and len(work.asked) > 200
    assert work.most[0] <= MOST * largest, work.most

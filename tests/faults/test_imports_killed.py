"""A worker killed while it checks an import from the desk, and another while it brings it in: all there, once."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from portal.platform.process.settings import Settings
from portal.records.import_requests.actions import confirm_import, upload_import
from tests import cast
from tests.faults.counts import SEED, note, times
from tests.records.imports.world import count, row_of, sent
from tests.test_worker import Gateway, until, worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(600)]

HOMES = times(sample=60_000, landing=200_000)
RESCUED = 240  # seconds until the next worker has taken the job over and done it


async def test_a_killed_import_is_begun_anew_and_comes_in_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    mingxi, chance = await cast.mingxi(), random.Random(SEED)
    rows = "".join(f"7栋{n},7,residential,80\n" for n in range(HOMES))
    asked = await upload_import(
        mingxi["沈平"], "mingxi", sent({"units.csv": "unit,building,use,billable_area\n" + rows})
    )

    async def killed_then_done(state: str) -> None:
        still = (await row_of(asked))["changed_at"]

        async def under_way() -> bool:
            return (await row_of(asked))["changed_at"] != still

        async with worker(settings, Gateway()) as process:
            await until(under_way, 60)
            await asyncio.sleep(chance.uniform(0, HOMES / 50_000))
            process.kill()
        assert (await row_of(asked))["state"] != state
        async with worker(settings, Gateway()):
            await until(lambda: is_now(state), RESCUED)

    async def is_now(state: str) -> bool:
        return (await row_of(asked))["state"] == state

    await killed_then_done("checked")
    assert await count("unit WHERE building = '7'") == 0
    await confirm_import(mingxi["沈平"], asked)
    await killed_then_done("imported")
    assert (await count("unit WHERE building = '7'"), await count("import_part")) == (HOMES, 0)
    assert await count("audit_entry WHERE verb = 'import_done'") == 1
    note("F-07", 2, way="import from the desk", homes=HOMES, kills=2)

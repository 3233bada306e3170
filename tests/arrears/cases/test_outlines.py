"""Lists know a case by its mark: one that did not change is not looked at again, and one that did is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from portal.arrears.case_file import rows as cases
from portal.arrears.case_file.rows import outlines_where
from portal.arrears.climbing.jobs import arrears
from portal.platform.db.unit_of_work import EVERYWHERE, unit_of_work
from tests.arrears.cases.world import TODAY, on, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_only_what_changed_since_the_look_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    look = cases._looked

    async def counted(live: Sequence[Any]) -> dict[Any, Any]:
        looked.append(len(live))
        return await look(live)

    async def stages() -> list[int]:
        looked.clear()
        async with unit_of_work(EVERYWHERE, read_only=True):
            return [outline.stage for outline in await outlines_where("true")]

    with on(TODAY):
        debts = await world()
        bill = await debts.bill(20)
        await debts.bill(20, 10_000, "1栋103", "孙强")
        await arrears(TODAY)
        monkeypatch.setattr(cases, "_looked", counted)
        assert (await stages(), looked) == ([2, 2], []), "nothing changed"
        await debts.pay(bill, 5_000)
        assert (len(await stages()), looked) == (2, [1]), "the one that was paid in part"
    with on(TODAY + timedelta(days=1)):
        assert await debts.broken_invariants() == []

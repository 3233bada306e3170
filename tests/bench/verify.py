"""The verification of a large estate beside twenty small ones against the same estate alone in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from portal.arrears.climbing.jobs import arrears
from portal.kit import clock
from portal.platform.audit.jobs import seal
from portal.run.verify import verify
from tests.bench.beside import TODAY, compare_with_alone
from tests.bench.bills import server, settle
from tests.past import estate_with_a_past

HOMES, MONTHS = 1_000, 6


async def verified() -> None:
    """The estate is sound."""
    found = await verify(["here"])
    assert found["ok"], found


async def main() -> None:
    """Tell the ratio."""
    async with server() as admin:
        clock.start_at(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC))
        await estate_with_a_past(admin, HOMES, MONTHS, "here")
        await settle(admin)
        await arrears(TODAY)
        await seal(TODAY)
        await compare_with_alone(admin, {"verification of an estate": verified})


if __name__ == "__main__":
    asyncio.run(main())

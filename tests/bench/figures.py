"""The figures of a large estate beside twenty small ones against the same estate alone in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from portal.arrears.case_file.queries import Filter, cases_on_desk
from portal.arrears.climbing.jobs import arrears
from portal.kit import clock
from portal.kit.period import Month
from portal.overview.reports.queries import reports_of
from portal.people.persons.permissions import Role
from tests import builders
from tests.bench.beside import TODAY, compare_with_alone
from tests.bench.bills import server, settle
from tests.past import estate_with_a_past

HOMES, MONTHS = 1_000, 12


async def main() -> None:
    """Tell the ratios."""
    async with server() as admin:
        clock.start_at(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC))
        here = await estate_with_a_past(admin, HOMES, MONTHS, "here")
        manager = await builders.staff(here, "经理", "boss", Role.manager)
        await settle(admin)
        await arrears(TODAY)
        calls = {
            "figures of a month": lambda: reports_of(manager),
            "figures of a year": lambda: reports_of(manager, Month(2025, 12), Month(2026, 11)),
            "the list of cases": lambda: cases_on_desk(manager, Filter()),
        }
        await compare_with_alone(admin, calls)


if __name__ == "__main__":
    asyncio.run(main())

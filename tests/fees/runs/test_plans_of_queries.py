"""A batch costs what its homes cost, whatever the planner believed while the tables were empty."""

from __future__ import annotations

from datetime import date

import asyncpg
import pytest

from portal.fees.runs import actions as running
from portal.fees.runs.actions import publish_run
from portal.fees.runs.facts import book_of, cases_of, units_of
from portal.fees.runs.schedule import Schedule
from portal.kit.period import Month
from portal.platform.db.planner import by_index
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from tests.large import CHARGES, PERIOD, large_estate

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]

HOMES, BATCH = 300, 10
OFTEN = 8  # a connection keeps the plan of a statement that it was asked more than five times
DAY = date(2026, 11, 1)

READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'bill_line'"


async def test_facts_are_read_unit_by_unit_without_statistics(admin: asyncpg.Connection) -> None:
    community = await large_estate(HOMES)
    await admin.execute("VACUUM ANALYZE bill_line, bill")  # of nothing yet
    async with unit_of_work(community):
        schedule = Schedule(Month.parse(PERIOD), DAY, (book := await book_of(community)).due_rule, book.tariffs)
        units = await units_of(community, DAY)
        await by_index()
        for _ in range(OFTEN):
            await cases_of(units[:BATCH], schedule)
        asked = await fetch_value("SELECT pg_backend_pid()")
    await publish_run(community, Month.parse(PERIOD), DAY, approver="test")
    async with unit_of_work(community):
        assert await fetch_value("SELECT pg_backend_pid()") == asked
        await by_index()
        before = await fetch_value(READ)
        cases = await cases_of(units[:BATCH], schedule)
        # The lines of these homes, once for each of their charges at the most: an ANALYZE by the server itself, between
        # the run and this, makes another plan. The estate has five times as many.
        assert 0 < await fetch_value(READ) - before <= BATCH * len(CHARGES) ** 2 < HOMES * len(CHARGES)
    assert [len(case.billed) for case in cases] == BATCH * [len(CHARGES)]


async def test_checking_keys_does_not_read_the_estate(
    admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, homes = 300, 1500
    monkeypatch.setattr(running, "BATCH", batch)
    monkeypatch.setattr(running, "FIRST_PART", batch)  # so many bills that the index of the community is the smallest
    community = await large_estate(homes)
    await admin.execute("VACUUM ANALYZE")
    read = (
        "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"
        " WHERE indexrelname IN ('bill_community', 'journal_community', 'debtor_community', 'debtor_member_community')"
    )
    before = await admin.fetchval(read)
    await publish_run(community, Month.parse(PERIOD), DAY, approver="test")
    async with unit_of_work(community):
        await fetch("SELECT pg_stat_force_next_flush()")
    # Of the first batch, and of the second where another connection had planned before; else 13 times that.
    assert await admin.fetchval(read) - before < homes * homes


async def test_only_what_has_grown_is_counted_after_a_run(admin: asyncpg.Connection) -> None:
    community = await large_estate(HOMES)
    await publish_run(community, Month.parse(PERIOD), DAY, approver="test")
    known = "SELECT reltuples FROM pg_class WHERE oid = 'bill'::regclass"
    await admin.execute("ANALYZE bill")
    await admin.execute("UPDATE pg_class SET reltuples = 7 WHERE oid = 'bill'::regclass")
    async with unit_of_work(community):
        await fetch("SELECT count_what_was_billed()")
    assert await admin.fetchval(known) == 7  # as large as when it was counted
    await admin.execute("UPDATE pg_class SET relpages = relpages / 2 WHERE oid = 'bill'::regclass")
    async with unit_of_work(community):
        await fetch("SELECT count_what_was_billed()")
    assert await admin.fetchval(known) == HOMES

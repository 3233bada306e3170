"""Twelve months of ten kinds of homes: each stands every day where an independent oracle says; the books balance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.arrears.case_file.queries import Filter, cases_on_desk
from portal.arrears.climbing.jobs import arrears
from portal.care.holds.jobs import holds
from portal.care.plan_pages.jobs import plans
from portal.kit import clock
from tests import builders
from tests.arrears.cases.world import World, world
from tests.year import homes
from tests.year.homes import YEAR, Home

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(300)]

# (name, a month's fee in fen, what they do, the months for which they are charged)
KINDS = (
    ("按时", 20_000, homes.punctual, range(1, 13)),
    ("健忘", 20_001, homes.forgetful, range(1, 13)),
    ("拖月", 15_003, homes.behind, range(1, 13)),
    ("跟进", 30_007, homes.worked, range(1, 13)),
    ("无人", 12_345, homes.ignored, range(1, 13)),
    ("半缴", 10_001, homes.halving, range(1, 13)),
    ("异议", 18_000, homes.disputing, range(1, 13)),
    ("守约", 20_000, homes.keeping, range(1, 13)),
    ("毁约", 20_000, homes.breaking, range(1, 13)),
    ("零头", 80, homes.nobody_pays, range(1, 13)),
    ("卖方", 25_000, homes.nobody_pays, range(1, 7)),
    ("买方", 25_000, homes.punctual, range(7, 13)),
)


@pytest.fixture
def year() -> Iterator[None]:
    yield
    clock.start_at(clock.real_now())


async def settle(debts: World) -> list[Home]:
    """The homes; seller and buyer own the same unit one after the other."""
    found, unit = [], None
    for number, (name, fee, acts, months) in enumerate(KINDS):
        community = debts.estate.community
        if name != "买方":
            unit = await builders.unit(community, f"9栋{number + 1:02d}1")
        owner = await builders.owner(community, name, f"199000009{number:02d}")
        assert unit
        since = date(YEAR, 7, 1) if name == "买方" else None
        until = date(YEAR, 6, 30) if name == "卖方" else None
        await builders.occupies(community, unit, owner, starts_on=since, ends_on=until)
        found.append(Home(debts, unit, owner, fee, acts, months))
    return found


async def compare(debts: World, found: list[Home], day: date, when: str) -> None:
    """Every home's case as the desk shows it, and as the oracle says."""
    shown = {
        case.debtor: ((case.state.value, case.stage), (case.overdue.fen, case.held.fen))
        for case in (await cases_on_desk(debts.estate["沈平"], Filter())).cases
    }
    debtors = {
        row["id"]: row["debtor"]
        for row in await debts.rows("SELECT l.id, b.debtor FROM bill_line l JOIN bill b ON b.id = l.bill")
    }
    for home in found:
        if not home.bills:
            continue
        expected = home.oracle.look(day)
        case = shown.get(debtors[home.bills[0][1]])
        assert (case and case[0]) == (expected if home.oracle.file else None), (home.owner.name, day, when)
        if case:
            assert case[1] == home.oracle.sums(day), (home.owner.name, day, when)


async def test_every_day_of_a_year_every_home_stands_where_it_should(year: None) -> None:
    clock.start_at(datetime(YEAR, 1, 1, 4, tzinfo=UTC))
    debts = await world()
    found = await settle(debts)
    day, reached = date(YEAR, 1, 1), set()
    while day.year == YEAR:
        clock.start_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        if day.day == 1:
            for home in found:
                if day.month in home.months:
                    await home.bill(day.month)
            assert await debts.broken_invariants() == []
        for home in found:
            await home.before_the_job(day)
        for job in (plans, holds, arrears):
            await job(day)
        for home in found:
            home.oracle.morning(day)
        await compare(debts, found, day, "after the job")
        for home in found:
            await home.acts(home, day)
        await compare(debts, found, day, "in the evening")
        reached |= {home.oracle.look(day) for home in found}
        day += timedelta(days=1)
    assert {stage for _state, stage in reached - {None}} == {1, 2, 3, 4} and ("paused", 2) in reached
    await _balance(debts, found)


async def _balance(debts: World, found: list[Home]) -> None:
    """What was issued is paid or owed, line by line, and the books say the same."""
    owed = {line: left.owed for home in found for line, left in home.oracle.lines.items()}
    rows = await debts.rows("SELECT line, outstanding FROM line_balance")
    assert {row["line"]: row["outstanding"] for row in rows} == owed
    issued = sum(home.fee * len(home.bills) for home in found)
    paid = await debts.row("SELECT coalesce(sum(amount), 0)::bigint AS fen FROM payment")
    told = await debts.rows(
        "SELECT p.name, (n.created_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day FROM notice n"
        " JOIN person p ON p.id = n.person WHERE n.kind = 'arrears_reminder' ORDER BY n.created_at"
    )
    for home in found:
        assert [row["on_day"] for row in told if row["name"] == home.owner.name] == home.oracle.reminders
    assert issued == paid["fen"] + sum(owed.values()) and paid["fen"] > 0
    assert await debts.broken_invariants() == []

"""A hold keeps a sum from being chased, never a fen twice, and ends by itself when it was to end."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from portal.care.holds import actions, queries
from portal.care.holds.jobs import holds
from portal.fees.receivables.states import HoldReason
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work
from tests import builders, cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


class Line:
    """陈静's line of ¥250.24 and her debtor."""

    def __init__(self, community: int, line: UUID, debtor: UUID) -> None:
        self.community, self.line, self.debtor = community, line, debtor

    async def hold(self, fen: int, source: UUID | None = None) -> UUID:
        async with unit_of_work(self.community):
            return await actions.hold_line(
                self.community, self.debtor, self.line, Money(fen), HoldReason.manual, source or uuid4(), "test"
            )

    async def held(self) -> int:
        async with unit_of_work(self.community):
            return await fetch_value("SELECT held FROM line_balance WHERE line = $1", self.line)


@pytest.fixture
async def owed(clean: None) -> Line:
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    bill = await builders.bill(estate.community, estate.units["1栋101"], [estate["陈静"]], [(item, 25024)])
    line = (await builders.lines_of(estate.community, bill))[0]
    async with unit_of_work(estate.community):
        debtor = await fetch_value("SELECT debtor FROM bill WHERE id = $1", bill)
    return Line(estate.community, line, debtor)


async def test_a_part_of_a_line_is_held_and_let_go(owed: Line) -> None:
    source = uuid4()
    hold = await owed.hold(10000, source)
    assert await owed.held() == 10000
    async with unit_of_work(owed.community):
        assert await actions.release(source, by="test", why="over") == Money(10000)
        assert await actions.release(source, by="test") == Money(0)
        verbs = await fetch("SELECT verb, subject FROM audit_entry WHERE subject = $1 ORDER BY at", f"hold:{hold}")
    assert await owed.held() == 0
    assert [row["verb"] for row in verbs] == ["hold_placed", "hold_released"]


async def test_more_than_the_line_owes_cannot_be_held(owed: Line) -> None:
    await owed.hold(25000)
    with pytest.raises(Refused):
        await owed.hold(25)
    await owed.hold(24)
    assert await owed.held() == 25024


async def test_two_holds_at_the_same_moment_never_count_a_fen_twice(owed: Line) -> None:
    for _ in range(10):
        sources = [uuid4() for _ in range(4)]
        ends = await asyncio.gather(*(owed.hold(12512, source) for source in sources), return_exceptions=True)
        assert sorted(isinstance(end, Refused) for end in ends) == [False, False, True, True]
        assert await owed.held() == 25024
        async with unit_of_work(owed.community):
            for source in sources:
                await actions.release(source, by="test")


async def test_the_database_itself_refuses_a_hold_beyond_the_line(owed: Line) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with unit_of_work(owed.community):
            await fetch(
                "INSERT INTO hold (id, community, debtor, line, amount, reason, source, placed_by, placed_at)"
                " VALUES (gen_random_uuid(), $1, $2, $3, 25025, 'manual', $4, 'test', now())",
                owed.community,
                owed.debtor,
                owed.line,
                uuid4(),
            )


async def test_a_whole_case_is_held_once_for_each_source(owed: Line) -> None:
    source = uuid4()
    async with unit_of_work(owed.community):
        ids = {
            await actions.hold_case(owed.community, owed.debtor, HoldReason.plan, source, "test", date(2026, 12, 31))
            for _ in range(2)
        }
        live = await queries.live_holds(owed.community, owed.debtor, date(2026, 12, 31))
    assert len(ids) == 1 and [(hold.id, hold.whole_case) for hold in live] == [(ids.pop(), True)]
    assert await owed.held() == 0


async def test_a_hold_ends_the_day_after_its_last(owed: Line) -> None:
    async with unit_of_work(owed.community):
        await actions.hold_case(owed.community, owed.debtor, HoldReason.manual, uuid4(), "test", date(2026, 11, 30))
    assert await holds(date(2026, 11, 30)) == {"released": 0}
    assert await holds(date(2026, 12, 1)) == {"released": 1}
    assert await holds(date(2026, 12, 1)) == {"released": 0}
    assert await queries.live_holds(owed.community, owed.debtor, date(2026, 11, 1)) == []
    async with unit_of_work(owed.community):
        row = await fetch_one("SELECT actor FROM audit_entry WHERE verb = 'hold_released'")
    assert row is not None and row["actor"] == "job:holds"

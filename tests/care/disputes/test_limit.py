"""What one person alone may credit: the limit counts all that a debtor was credited within a year."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.kit import clock
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests.care.disputes.world import World
from tests.client import browser

pytestmark = pytest.mark.anyio


async def limited(w: World, fen: int) -> UUID:
    """A dispute in an estate with this limit."""
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE community SET approval_limit = $2 WHERE id = $1", w.estate.community, fen)
    return await w.open()


async def test_a_credit_split_over_reopened_rounds_needs_a_second_person_above_the_limit(w: World) -> None:
    dispute = await limited(w, 10000)
    assert await w.decide(dispute, Outcome.partly, 6000) is True
    await actions.reopen(w.owner, dispute, "还是不认可")
    assert (await desk.dispute_at(w.finance, dispute)).credited_before == Money(6000)
    assert await w.decide(dispute, Outcome.partly, 4001, by=w.finance) is False
    await deciding.approve(w.manager, dispute, agree=False, text="请核对")
    assert await w.decide(dispute, Outcome.partly, 4000) is True
    await actions.reopen(w.owner, dispute, "还是不认可")
    assert await w.decide(dispute, Outcome.rejected) is True  # nothing credited, nothing to approve


async def test_a_credit_split_over_lines_and_deciders_at_once_stays_under_the_limit(w: World) -> None:
    first = await limited(w, 4000)
    second = await actions.open_dispute(
        w.owner, w.other_line, amount=None, reason=DisputeReason.poor_quality, body="水表读数不对"
    )
    ends = await asyncio.gather(w.decide(first, Outcome.partly, 3000), w.decide(second, Outcome.upheld, by=w.finance))
    assert sorted(ends) == [False, True]


async def test_what_was_credited_a_year_ago_counts_no_more(w: World) -> None:
    first = await limited(w, 10000)
    assert await w.decide(first, Outcome.partly, 10000) is True
    clock.start_at(clock.now() + timedelta(days=365))
    assert await w.decide(await w.open(1000), Outcome.upheld) is True


async def test_the_page_says_what_counts_towards_the_limit(w: World, settings: Settings) -> None:
    dispute = await limited(w, 10000)
    await w.decide(dispute, Outcome.partly, 6000)
    await actions.reopen(w.owner, dispute, "还是不认可")
    async with browser(settings, w.service) as client:
        page = (await client.get(f"/desk/disputes/{dispute}")).text
        assert "近 365 天内已为该户业主减收 ¥60.00，一并计入限额" in page

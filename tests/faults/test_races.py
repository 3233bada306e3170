"""Two people and a job at the same moment: one of two decisions counts, and nobody is chased for what was just held."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from portal.arrears.case_file.queries import Filter, cases_on_desk
from portal.arrears.climbing.jobs import arrears, look_at_cases
from portal.arrears.contacts import holding
from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.kit.errors import Invalid, Refused
from portal.kit.money import Money
from tests.arrears.cases.world import TODAY, World, on, world
from tests.conftest import Wipe
from tests.faults.counts import SEED, note, times

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(3600)]
ABOUT = {"reason": DisputeReason.poor_quality, "body": "没有清运"}


async def at_once(chance: random.Random, *acts: Awaitable[Any]) -> list[bool]:
    """Whether each act was done; Refused and Invalid are how one is told that another came first."""

    async def soon(act: Awaitable[Any], wait: float) -> bool:
        await asyncio.sleep(wait)
        try:
            await act
        except (Refused, Invalid):
            return False
        return True

    return await asyncio.gather(*(soon(act, chance.random() / 200) for act in acts))


async def test_of_two_who_end_a_dispute_at_once_one_does(wipe: Wipe) -> None:
    """F-42: two decide, one decides while the owner withdraws, one decides while the charge is paid."""
    chance, pairs, won = random.Random(SEED), times(sample=15, landing=3000), Counter[str]()
    with on(TODAY):
        debts = await world()
        await debts.rows("UPDATE community SET approval_limit = 100000000")  # all of it is one debtor's
        for n in range(pairs):
            bill = await debts.bill(20 + n)
            line = await debts.line(bill)
            dispute = await actions.open_dispute(debts.estate["陈静"], line, **ABOUT)
            kind = ("two decide", "the owner withdraws", "it is paid")[n % 3]
            first = deciding.decide(debts.estate["沈平"], dispute, Outcome.upheld, None, "同意")
            others: dict[str, Awaitable[Any]] = {
                "two decide": deciding.decide(debts.estate["蒋涛"], dispute, Outcome.rejected, None, "记录完整"),
                "the owner withdraws": actions.withdraw(debts.estate["陈静"], dispute),
                "it is paid": debts.pay(bill, 10_000),
            }
            second = others.pop(kind)
            for unused in others.values():
                unused.close()  # type: ignore[attr-defined]
            done = await at_once(chance, first, second)
            assert sum(done) == (2 if kind == "it is paid" else 1), kind
            won[f"{kind}: {'first' if done[0] else 'second'}"] += 1
            await _one_end(debts, dispute, line)
        assert await debts.broken_invariants() == []
    note("F-42", pairs, **dict(sorted(won.items())))


async def _one_end(debts: World, dispute: UUID, line: UUID) -> None:
    """One decision or none, its money with it, and no hold left."""
    rows = await debts.rows("SELECT outcome, amount, adjustment FROM decision WHERE dispute = $1", dispute)
    state = (await debts.row("SELECT state FROM dispute WHERE id = $1", dispute))["state"]
    assert len(rows) == (state == "decided")
    given = await debts.row("SELECT coalesce(sum(amount), 0)::bigint AS fen FROM adjustment WHERE line = $1", line)
    assert -given["fen"] == sum(row["amount"] for row in rows)
    assert not await debts.rows("SELECT FROM hold WHERE source = $1 AND released_at IS NULL", dispute)


async def test_the_daily_look_a_payment_and_a_hold_at_once_leave_what_one_after_another_would(wipe: Wipe) -> None:
    """F-43: whatever comes first, the next look finds nothing to mend, and no reminder names a sum that was held."""
    chance, tries, held_first = random.Random(SEED), times(sample=12, landing=3000), 0
    for n in range(tries):
        await wipe()
        with on(TODAY):
            debts = await world()
            bills = [await debts.bill(days) for days in (20, 10)]
            await arrears(TODAY - timedelta(days=18))  # the case is there, too young to be reminded of
            row = await debts.row("SELECT id, community, debtor FROM arrears_case")
            line = await debts.line(bills[1])
            hold: Awaitable[Any] = (
                actions.open_dispute(debts.estate["陈静"], line, amount=Money(4_000), **ABOUT)
                if n % 2
                else holding.hold_by_hand(debts.estate["沈平"], row["id"], "住院", TODAY + timedelta(days=9))
            )
            look = look_at_cases(row["community"], [row["debtor"]], TODAY)
            assert all(await at_once(chance, look, debts.pay(bills[0], 10_000), hold))
            await arrears(TODAY)
            settled = await debts.state_hash()
            await arrears(TODAY)
            assert await debts.state_hash() == settled
            [case] = (await cases_on_desk(debts.estate["沈平"], Filter())).cases
            assert (case.overdue.fen, case.held.fen) == (10_000, 4_000 if n % 2 else 10_000)
            told = await debts.rows(
                "SELECT (facts->'total'->>'$Money')::int AS fen FROM notice WHERE kind = 'arrears_reminder'"
            )
            assert {one["fen"] for one in told} <= {20_000, 16_000, 10_000, 6_000}
            held_first += not told
            assert await debts.broken_invariants() == []
    note("F-43", tries, not_reminded=held_first)

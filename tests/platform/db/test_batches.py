"""Portions keep every thing and its order; what comes next is made beside the work, and ends with it."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import aclosing

import pytest
from hypothesis import given, strategies as st

from portal.platform.db.batches import batches, growing, one_ahead, short_turns, uncollected

things = st.lists(st.integers(), max_size=60)
sizes = st.integers(1, 20)


@given(things, sizes)
def test_portions_together_are_the_whole(some: list[int], size: int) -> None:
    for portions in (list(batches(some, size)), list(growing(some, size))):
        assert [thing for portion in portions for thing in portion] == some
        assert all(portions)


def test_growing_portions_double() -> None:
    assert [len(portion) for portion in growing(range(1000), 100)] == [100, 200, 400, 300]


@pytest.mark.anyio
async def test_the_next_is_under_way_while_the_last_is_worked_on() -> None:
    begun: list[int] = []

    async def made(n: int) -> int:
        begun.append(n)
        return n

    seen = []
    async with aclosing(one_ahead(made(n) for n in range(3))) as answers:
        async for answer in answers:
            await asyncio.sleep(0)
            seen.append((answer, list(begun)))
    assert seen == [(0, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])]


@pytest.mark.anyio
async def test_a_failing_caller_leaves_nothing_under_way() -> None:
    ended = []

    async def made(n: int) -> int:
        try:
            await asyncio.sleep(60 * n)
        finally:
            ended.append(n)
        return n

    with pytest.raises(RuntimeError):
        async with aclosing(one_ahead(made(n) for n in range(2))) as answers:
            async for _ in answers:
                await asyncio.sleep(0)
                raise RuntimeError
    assert ended == [0, 1]


@pytest.mark.anyio
async def test_a_failing_call_is_told_in_its_turn() -> None:
    async def made(n: int) -> int:
        return 1 // n

    async with aclosing(one_ahead(made(n) for n in (1, 0))) as answers:
        assert await anext(answers) == 1
        with pytest.raises(ZeroDivisionError):
            await anext(answers)


def test_cycles_are_sought_again_afterwards_whatever_happened() -> None:
    with pytest.raises(RuntimeError), uncollected():
        assert not gc.isenabled()
        raise RuntimeError
    assert gc.isenabled()


def test_turns_are_as_long_as_before_afterwards() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(RuntimeError), short_turns():
        assert sys.getswitchinterval() < usual
        raise RuntimeError
    assert sys.getswitchinterval() == pytest.approx(usual)

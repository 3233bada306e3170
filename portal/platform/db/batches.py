"""Large work in batches; the next batch is prepared while the last one is processed."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """So many at a time, in their order."""
    waiting = iter(things)
    while batch := tuple(islice(waiting, size)):
        yield batch


def growing(things: Sequence[T], first: int) -> Iterator[Sequence[T]]:
    """A portion of `first` things, then each twice as large as the one before it: the first is soon there."""
    done = 0
    while done < len(things):
        portion = things[done : 2 * done + first]
        yield portion
        done += len(portion)


async def one_ahead(calls: Iterable[Coroutine[Any, Any, T]]) -> AsyncGenerator[T, None]:
    """What the calls answer, in their order; each is under way while the caller works on the answer before it.

    To be closed (`contextlib.aclosing`), so that a caller who fails leaves nothing under way.
    """
    waiting = iter(calls)
    coming = _begin(waiting)
    try:
        while coming:
            answer = await coming
            coming = _begin(waiting)
            yield answer
    finally:
        if coming:
            coming.cancel()
            with suppress(BaseException):  # what went wrong first is what is told
                await coming


def _begin(calls: Iterator[Coroutine[Any, Any, T]]) -> asyncio.Task[T] | None:
    call = next(calls, None)
    return None if call is None else asyncio.create_task(call)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for reference cycles: this work makes none, and it would visit every value of an estate."""
    begun = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if begun:
            gc.enable()


USUAL_TURN = sys.getswitchinterval()  # read once: of two at the same time the second would take the short one for it


@contextmanager
def short_turns() -> Iterator[None]:
    """Arithmetic in a thread that gives way to the event loop ten times as often as usual.

    Else each parcel for the database waits for its turn: a second of eight in a bill run.
    """
    sys.setswitchinterval(USUAL_TURN / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(USUAL_TURN)

"""So many at once, so many in line, and nobody else: a flood of one kind leaves room for everything else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Crowded(Exception):
    """The line is full: come again."""


class Turnstile:
    """`at_once` pass together, `in_line` may wait for them."""

    def __init__(self, at_once: int, in_line: int) -> None:
        self._room, self._free = asyncio.Semaphore(at_once), at_once + in_line

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Pass, after those who came before. Raises Crowded at once when the line is full."""
        if not self._free:
            raise Crowded
        self._free -= 1
        try:
            async with self._room:
                yield
        finally:
            self._free += 1

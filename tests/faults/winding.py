"""The real time as the portal reads it, wound by a test; and a wait for what is sent after an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.signin.owners import actions


@dataclass
class Time:
    """The real time as the portal reads it; it passes when a test says so."""

    now: datetime

    def passes(self, **by: float) -> None:
        """Some of it."""
        self.now += timedelta(**by)


async def all_sent() -> None:
    """Wait for every message that is still on its way."""
    await asyncio.gather(*actions._on_their_way)

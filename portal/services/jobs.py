"""The daily job that writes down what is promised."""

from __future__ import annotations

from datetime import date

from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.services.expecting import expect_rounds

JOB = "job:rounds"


async def expected(on: date) -> int:
    """What is promised in every estate up to a day; how many times that added."""
    async with unit_of_work(EVERYWHERE, read_only=True):
        communities = [row["id"] for row in await fetch("SELECT id FROM community ORDER BY id")]
    return sum([await expect_rounds(community, on, actor=JOB) for community in communities])

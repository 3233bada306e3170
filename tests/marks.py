"""Rows that a test of the unit of work leaves, to see which of them were saved."""

from __future__ import annotations

from portal.platform.db.unit_of_work import fetch, unit_of_work

MARK = "INSERT INTO rate_limit (id, key, window_from, count) VALUES (gen_random_uuid(), $1, now(), 0)"


async def marks() -> list[str]:
    """The keys of the marks that were saved."""
    async with unit_of_work():
        return sorted(row["key"] for row in await fetch("SELECT key FROM rate_limit"))

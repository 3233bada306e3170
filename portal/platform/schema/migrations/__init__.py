"""The history of the tables: the numbered SQL files beside this one, each run once and whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from portal.platform.process.settings import Unusable

FILES = tuple(sorted(Path(__file__).parent.glob("*.sql")))
NAMES = tuple(file.stem for file in FILES)
HISTORY = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, ran_at TIMESTAMPTZ NOT NULL DEFAULT now())"
# Row-level security holds for the owner too: a file that changes rows would find none.
EVERY_ESTATE = """
SELECT set_config('app.communities', format('{%s}', string_agg(id::text, ',')), true) FROM community
"""


async def migrate(owner: asyncpg.Connection, files: Sequence[Path] = FILES) -> None:
    """Run what was not run yet, as the owner of the tables: each file in one transaction that sees every estate.

    Raises Unusable for a database that another history has made.
    """
    await owner.execute(HISTORY)
    done = {row["name"] for row in await owner.fetch("SELECT name FROM migration")}
    if strange := done.difference(file.stem for file in files):
        raise Unusable(
            f"Another version of the program made the tables of this database: {max(strange)!r} is not known here. If"
            " that version is newer, take it. If it is from before 0001_baseline, nothing leads from there to this one:"
            " begin with an empty database (another DATABASE_URL, or another data folder in PORTAL_DATA)."
        )
    for file in files:
        if file.stem not in done:
            async with owner.transaction():
                if done:  # a new database has no estate, nor a table for it
                    await owner.execute(EVERY_ESTATE)
                await owner.execute(file.read_text())
                await owner.execute("INSERT INTO migration (name) VALUES ($1)", file.stem)

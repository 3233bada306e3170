"""How commands use the database: a small pool, an embedded server if none is running, one result to print."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from portal.kit import clock
from portal.kit.errors import Declined
from portal.platform.audit.actions import begin_request
from portal.platform.db.engine import CommitUnknown, engine, is_down
from portal.platform.db.logins import Database, assert_direct, reason
from portal.platform.process import log_lines as discreet
from portal.platform.process.settings import Settings, load, ready_for_data

OK, REFUSED, INTERRUPTED = 0, 1, 130
LOST = "The connection broke while saving. Check whether it was saved before you run it again."
NOT_SET_UP = (
    asyncpg.InvalidAuthorizationSpecificationError,  # no such role yet
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)
Answer = tuple[int, dict[str, Any]]


def with_database(given: argparse.Namespace, work: Callable[[Settings], Awaitable[Answer]]) -> int:
    """Do the work with a small pool, print its result and return the exit status.

    It uses an embedded server that is running, or starts one and stops it at the end.
    """
    settings = ready_for_data(load())
    discreet.set_up()
    if settings.starts_at:
        clock.start_at(settings.starts_at)
    database = Database(settings)

    async def run() -> Answer:
        begin_request("cli")
        await assert_direct(database, "portal_worker")
        engine.point_at(**database.config("portal_worker"))
        await engine.open(min_size=1, max_size=4)
        try:
            return await work(settings)
        finally:
            await engine.close()

    try:
        code, answer = asyncio.run(run())
    except NOT_SET_UP as wrong:
        print(f"portal: {wrong}", file=sys.stderr)
        code, answer = REFUSED, {"error": "The database is not set up for this version. Run portal setup first."}
    except Declined as error:
        code, answer = REFUSED, {"error": str(error.sentence.text % {**error.sentence.facts})}
    except Exception as gone:
        if not is_down(gone):
            raise
        print(f"portal: {reason(gone)}", file=sys.stderr)
        code, answer = (
            REFUSED,
            {"error": LOST if isinstance(gone, CommitUnknown) else "The database cannot be reached."},
        )
    finally:
        database.stop()
    show(given, answer)
    return code


def show(given: argparse.Namespace, answer: dict[str, Any]) -> None:
    """Print one JSON object, or one line for each of its values."""
    if given.json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        for name, value in answer.items():
            plain = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value
            print(f"{name}: {plain}")

"""The job that ends, each minute, what nobody confirmed in time, and forgets what people sent."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path

from asyncpg import Record

from portal.kit import clock
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.jobs.each import in_turn
from portal.records.import_requests.rules import KEPT
from portal.records.import_requests.states import OPEN
from portal.records.import_requests.trying import FOLDER
from portal.records.import_requests.uploads import forget

OPENED = [state.value for state in OPEN]


async def sweep_imports() -> dict[str, int]:
    """End imports in which nothing has moved for a day, and forget the mistakes of those that ended a day ago."""
    await asyncio.to_thread(_sweep_folders)
    before = clock.real_now() - KEPT
    async with unit_of_work(EVERYWHERE, read_only=True):
        old = await fetch(
            "SELECT id, community FROM import_request WHERE changed_at < $1"
            " AND (state = ANY($2) OR report ?| '{errors,warnings}') ORDER BY changed_at",
            before,
            OPENED,
        )
    swept = await in_turn("an old import", old, partial(_sweep, before=before))
    return {"expired": swept.count("expired"), "forgotten": swept.count("forgotten")}


async def _sweep(old: Record, *, before: datetime) -> str:
    """What was done, if nothing has moved in the meantime."""
    async with unit_of_work(old["community"]):
        if await fetch(
            "UPDATE import_request SET state = 'expired', changed_at = $3"
            " WHERE id = $1 AND state = ANY($4) AND changed_at < $2 RETURNING id",
            old["id"],
            before,
            clock.real_now(),
            OPENED,
        ):
            await forget(old["id"])
            subject = f"import_request:{old['id']}"
            await record("job:imports", AuditVerb.IMPORT_EXPIRED, subject, community=old["community"])
            return "expired"
        forgotten = await fetch(
            "UPDATE import_request SET report = report - 'errors' - 'warnings'"
            " WHERE id = $1 AND state <> ALL($3) AND changed_at < $2 RETURNING id",
            old["id"],
            before,
            OPENED,
        )
        return "forgotten" if forgotten else ""


def _sweep_folders() -> None:
    """Remove what a killed worker left: the files of an import in clear."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if folder.stat().st_mtime < (clock.real_now() - KEPT).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else was quicker

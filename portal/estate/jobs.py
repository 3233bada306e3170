"""The job that ends, each minute, what nobody confirmed in time, and forgets what people sent."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.db import EVERYWHERE, fetch, unit_of_work
from portal.estate.rules import KEPT
from portal.estate.states import OPEN
from portal.estate.trying import FOLDER
from portal.estate.uploads import forget
from portal.kit import clock


async def sweep_imports() -> dict[str, int]:
    """End imports in which nothing has moved for a day, and forget the mistakes of those that ended a day ago."""
    await asyncio.to_thread(_sweep_folders)
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE):
        ended = await fetch(
            "UPDATE import_request SET state = 'expired', changed_at = $1"
            " WHERE state = ANY($3) AND changed_at < $2 RETURNING id, community",
            now,
            now - KEPT,
            [state.value for state in OPEN],
        )
        for row in ended:
            await forget(row["id"])
            subject = f"import_request:{row['id']}"
            await record("job:imports", AuditVerb.IMPORT_EXPIRED, subject, community=row["community"])
        forgotten = await fetch(
            "UPDATE import_request SET report = report - 'errors' - 'warnings'"
            " WHERE state <> ALL($2) AND changed_at < $1 AND report ?| '{errors,warnings}' RETURNING id",
            now - KEPT,
            [state.value for state in OPEN],
        )
    return {"expired": len(ended), "forgotten": len(forgotten)}


def _sweep_folders() -> None:
    """Remove what a killed worker left: the files of an import in clear."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if folder.stat().st_mtime < (clock.real_now() - KEPT).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else was quicker

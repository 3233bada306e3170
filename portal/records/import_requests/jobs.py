"""The worker's part of an import: check it, import it, delete its files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.i18n import N_, Sentence
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.engine import alone, is_down, is_full
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import in_turn
from portal.records.import_requests.actions import Kept, forget, write_out
from portal.records.import_requests.rules import KEPT, needs_somebody_else
from portal.records.import_requests.states import IMPORT_MOVES, OPEN, WITH_WORKER, ImportState
from portal.records.reading.parsing import Tell
from portal.records.reading.report import MORE, MOST_FAULTS, Fault, Report
from portal.records.saving.actions import import_estate

BROKE = N_(
    "This import caused an error in our program, and nothing was saved. Inform the system "
    "administrator: the server log shows where it failed."
)

log = logging.getLogger("portal.estate")

BEAT = 1.0  # seconds between two signs of life of a running import
FOLDER = "portal-import-"  # prefix of the folders of imports; jobs.py removes those of a killed worker


class Overtaken(Exception):
    """Somebody cancelled the import meanwhile: nothing of it may be saved."""


class TakesAnother(Exception):
    """The estate has changed so that somebody else has to confirm the import: nothing of it may be saved."""


async def see_to_import(*, request: str, community: str) -> None:
    """Check an import, or save it. If it is killed, it starts again.

    What it saves and the record that it did so are one transaction, so there are both or neither.
    """
    where, which = int(community), UUID(request)
    async with alone(f"import-request:{request}"):
        async with unit_of_work(where, read_only=True):
            row = await fetch_one(
                "SELECT r.*, c.code FROM import_request r JOIN community c ON c.id = r.community WHERE r.id = $1", which
            )
        if row is None or row["state"] not in WITH_WORKER:
            return
        with tempfile.TemporaryDirectory(prefix=FOLDER) as folder, contextlib.suppress(Overtaken):
            files = [Kept(**file) for file in json.loads(row["files"])]
            try:
                await _see_to(row, files, Path(folder))
            except Exception as trouble:
                if not (isinstance(trouble, Overtaken) or is_down(trouble) or is_full(trouble)):
                    await _end_broken(row, files[0].name)
                raise


async def _see_to(row: Record, files: Sequence[Kept], folder: Path) -> None:
    path = await write_out(row["community"], row["id"], files, folder)
    if path:
        async with _telling(row) as tell:
            await (_try if row["state"] == ImportState.checking else _bring_in)(row, path, tell)


async def _end_broken(row: Record, file: str) -> None:
    """End an import on a fault of the program at once: it would fail on the next try as well."""
    report = Report(row["state"] == ImportState.checking, errors=(Fault(file, 1, "", Sentence(BROKE)),))
    await _end(row, ImportState.faulty, report)


async def _try(row: Record, path: Path, tell: Tell) -> None:
    report = await import_estate(path, row["code"], dry_run=True, actor=row["uploaded_by"], tell=tell)
    await _end(row, ImportState.checked if report.ok else ImportState.faulty, report)


async def _bring_in(row: Record, path: Path, tell: Tell) -> None:
    result: list[Report] = []

    async def ending(report: Report) -> None:
        result.append(report)
        if row["uploaded_by"] == row["confirmed_by"] and needs_somebody_else(report.created, report.updated):
            raise TakesAnother
        await _close(row, ImportState.imported, report)

    try:
        report = await import_estate(path, row["code"], actor=row["confirmed_by"], tell=tell, ending=ending)
    except TakesAnother:
        await _end(row, ImportState.checked, result[-1])
    else:
        if not report.ok:
            await _end(row, ImportState.faulty, report)


async def _end(row: Record, state: ImportState, report: Report) -> None:
    async with unit_of_work(row["community"]):
        await _close(row, state, report)


async def _close(row: Record, state: ImportState, report: Report) -> None:
    """Set an import's next state in the caller's transaction; at the end its bytes are deleted. Raises Overtaken."""
    which = row["id"]
    current = await fetch_value("SELECT state FROM import_request WHERE id = $1 FOR UPDATE", which)
    if current != row["state"]:
        raise Overtaken
    await fetch(
        "UPDATE import_request SET state = $2, report = $3, what = '', done = 0, whole = 0, changed_at = $4"
        " WHERE id = $1",
        which,
        IMPORT_MOVES.check(current, state).value,
        json.dumps(figures(report), default=str),
        clock.real_now(),
    )
    if state not in OPEN:
        await forget(which)
    if state is ImportState.imported:
        await record(
            row["confirmed_by"],
            AuditVerb.IMPORT_DONE,
            f"import_request:{which}",
            community=row["community"],
            new=sum(report.created.values()),
            changed=sum(report.updated.values()),
        )


def figures(report: Report) -> dict[str, Any]:
    """The part of a report that is stored: the counts for good, the mistakes with what they quote for a day."""
    return {
        "created": dict(report.created),
        "updated": dict(report.updated),
        "unchanged": dict(report.unchanged),
        "error_count": _number(report.errors),
        "errors": [_kept(one) for one in report.errors],
        "warnings": [_kept(one) for one in report.warnings],
    }


def _number(faults: tuple[Fault, ...]) -> int:
    """How many there are, including those that the last one only counts."""
    last = faults[-1].message if faults else None
    return MOST_FAULTS + int(str(last.facts["count"])) if last and last.text == MORE else len(faults)


def _kept(one: Fault) -> dict[str, Any]:
    message = {"text": one.message.text, "facts": dict(one.message.facts)}
    return {"file": one.file, "row": one.row, "column": one.column, "message": message}


@contextlib.asynccontextmanager
async def _telling(row: Record) -> AsyncIterator[Tell]:
    """Write the progress of the import every second, in transactions of its own, so that it can be seen."""
    so_far = ("", 0, 0)

    def tell(what: str, done: int, whole: int = 0) -> None:
        nonlocal so_far  # also from the thread that reads
        so_far = what, done, whole

    async def write() -> None:
        while True:
            try:
                async with unit_of_work(row["community"]):
                    await fetch(
                        "UPDATE import_request SET what = $3, done = $4, whole = $5, changed_at = $6"
                        " WHERE id = $1 AND state = $2",
                        row["id"],
                        row["state"],
                        *so_far,
                        clock.real_now(),
                    )
            except Exception as trouble:
                log.warning("how far an import is could not be written: %s", trouble)
            await asyncio.sleep(BEAT)

    writing = asyncio.create_task(write())
    try:
        yield tell
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


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
    """Expire an open import that has not moved, or forget the mistakes of one that is over; returns which, or empty."""
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
    """Remove the files that a killed worker left unencrypted."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if folder.stat().st_mtime < (clock.real_now() - KEPT).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # another worker was quicker

"""Imports from the desk: uploaded in parts, checked by the worker, confirmed or cancelled."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import enqueue
from portal.records.import_requests.rules import is_workbook, needs_somebody_else
from portal.records.import_requests.states import IMPORT_MOVES, ImportState

PART = 2**20


class Sent(Protocol):
    """A file as received, at its beginning; `size` in bytes."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def file(self) -> BinaryIO: ...


@dataclass(frozen=True)
class Kept:
    """The details of a file that are stored for good."""

    name: str
    bytes: int
    sha256: str

    @property
    def kilobytes(self) -> int:
        """Its size, rounded up."""
        return -(-self.bytes // 1024)

    def as_json(self) -> dict[str, Any]:
        """As the row of the import has it."""
        return asdict(self)


class Altered(Exception):
    """The bytes in the database are not those that were uploaded, so they must not be imported."""


async def described(files: Sequence[Sent]) -> list[Kept]:
    """Each file with its hash. Reads them once, in a thread."""
    return [Kept(sent.name, sent.size, await asyncio.to_thread(_hash_of, sent.file)) for sent in files]


def _hash_of(file: BinaryIO) -> str:
    seen = hashlib.sha256()
    file.seek(0)
    while content := file.read(PART):
        seen.update(content)
    return seen.hexdigest()


async def keep(community: int, request: UUID, files: Sequence[Sent]) -> None:
    """Store the bytes of an import in the caller's transaction."""
    for place, sent in enumerate(files):
        sent.file.seek(0)
        number = 0
        while content := sent.file.read(PART):
            await fetch(
                "INSERT INTO import_part (id, community, request, file, part, content)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)",
                community,
                request,
                place,
                number,
                content,
            )
            number += 1


async def forget(request: UUID) -> None:
    """Delete the bytes of an import in the caller's transaction."""
    await fetch("DELETE FROM import_part WHERE request = $1", request)


async def write_out(community: int, request: UUID, files: Sequence[Kept], folder: Path) -> Path | None:
    """Write the files into an empty folder; returns the workbook's path, or the folder's. None if the bytes are gone.

    Raises Altered if they are not what was uploaded.
    """
    paths = [folder / Path(kept.name).name for kept in files]
    for place, (kept, path) in enumerate(zip(files, paths, strict=True)):
        if not await _write(community, request, place, kept, path):
            return None
    return paths[0] if is_workbook(files[0].name) else folder


async def _write(community: int, request: UUID, place: int, kept: Kept, path: Path) -> bool:
    seen = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(-(-kept.bytes // PART)):
            async with unit_of_work(community, read_only=True):
                content = await fetch_value(
                    "SELECT content FROM import_part WHERE request = $1 AND file = $2 AND part = $3",
                    request,
                    place,
                    number,
                )
            if content is None:
                return False
            file.write(content)
            seen.update(content)
    if seen.hexdigest() != kept.sha256:
        raise Altered(f"file {place} of import {request}")
    return True


ONE_OPEN = N_("An import for this estate is already open. Confirm it or cancel it first.")
OWN = N_("Another manager has to confirm this import, because it changes people or staff and you uploaded it yourself.")


async def upload_import(by: Principal, code: str, files: Sequence[Sent], once: str | None = None) -> UUID:
    """Store the files, ask the worker to check them, and return the id. The same `once` again returns the first.

    Raises Missing for a community of others, Invalid while an import of it is open.
    """
    kept = await described(files)
    async with unit_of_work(by):
        community = await fetch_value(
            "SELECT id FROM community WHERE code = $1 AND id = ANY($2)", code, list(by.where(May.import_files))
        )
        if community is None:
            raise Missing
        # While another upload runs, refuse at once instead of waiting for the lock of the unique index.
        if not await fetch_value(
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"import-upload:{community}"
        ):
            raise Invalid("", ONE_OPEN)
        request = id_of(by.human, once)
        if not await _begin(by, community, request, json.dumps([one.as_json() for one in kept])):
            if await fetch_value("SELECT true FROM import_request WHERE id = $1", request):
                return request
            raise Invalid("", ONE_OPEN)
        await keep(community, request, files)
        await record(
            by.actor,
            AuditVerb.IMPORT_UPLOADED,
            f"import_request:{request}",
            community=community,
            files=len(kept),
            sha256=tuple(one.sha256 for one in kept),
        )
        await enqueue("see_to_import", request=str(request), community=str(community))
        return request


async def _begin(by: Principal, community: int, request: UUID, files: str) -> bool:
    """Write the row of a new import; False if another one is open."""
    return bool(
        await fetch_value(
            "INSERT INTO import_request (id, community, uploaded_by, state, files, what, done, whole, created_at,"
            " changed_at) VALUES ($1, $2, $3, $4, $5, '', 0, 0, $6, $6) ON CONFLICT DO NOTHING RETURNING true",
            request,
            community,
            by.actor,
            ImportState.checking.value,
            files,
            clock.real_now(),
        )
    )


async def confirm_import(by: Principal, request: UUID) -> None:
    """Confirm a checked import, which is then saved under the name of whoever confirmed it.

    Raises Missing, and Refused if it is not checked or somebody else has to confirm it.
    """
    async with unit_of_work(by):
        row = await _theirs(by, request)
        state = IMPORT_MOVES.check(row["state"], ImportState.importing)
        report = json.loads(row["report"])
        if row["uploaded_by"] == by.actor and needs_somebody_else(report["created"], report["updated"]):
            raise Refused(OWN)
        await fetch(
            "UPDATE import_request SET state = $2, confirmed_by = $3, changed_at = $4 WHERE id = $1",
            request,
            state.value,
            by.actor,
            clock.real_now(),
        )
        await record(by.actor, AuditVerb.IMPORT_CONFIRMED, f"import_request:{request}", community=row["community"])
        await enqueue("see_to_import", request=str(request), community=str(row["community"]))


async def cancel_import(by: Principal, request: UUID) -> None:
    """Cancel an import; if the worker is busy with it, it saves nothing. Raises Missing, Refused when it is over."""
    async with unit_of_work(by):
        row = await _theirs(by, request)
        state = IMPORT_MOVES.check(row["state"], ImportState.cancelled)
        await fetch(
            "UPDATE import_request SET state = $2, changed_at = $3 WHERE id = $1",
            request,
            state.value,
            clock.real_now(),
        )
        await forget(request)
        await record(by.actor, AuditVerb.IMPORT_CANCELLED, f"import_request:{request}", community=row["community"])


async def _theirs(by: Principal, request: UUID) -> Record:
    row = await fetch_one("SELECT * FROM import_request WHERE id = $1 FOR UPDATE", request)
    if row is None or row["community"] not in by.where(May.import_files):
        raise Missing
    return row

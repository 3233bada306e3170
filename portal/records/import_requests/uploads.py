"""The bytes of an import from the desk: in the database part by part, never whole in memory, gone when it is over."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.records.import_requests.rules import is_workbook

PART = 2**20


class Sent(Protocol):
    """A file as it came, at its beginning; `size` in bytes."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def file(self) -> BinaryIO: ...


@dataclass(frozen=True)
class Kept:
    """What is known of a file for good."""

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
    """The bytes in the database are not those that were uploaded: they must not be imported."""


async def described(files: Sequence[Sent]) -> list[Kept]:
    """Each file with its hash. Reads them once, beside the event loop."""
    return [Kept(sent.name, sent.size, await asyncio.to_thread(_hash_of, sent.file)) for sent in files]


def _hash_of(file: BinaryIO) -> str:
    seen = hashlib.sha256()
    file.seek(0)
    while content := file.read(PART):
        seen.update(content)
    return seen.hexdigest()


async def keep(community: int, request: UUID, files: Sequence[Sent]) -> None:
    """Write the bytes of an import in the running unit of work."""
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
    """Delete the bytes of an import in the running unit of work."""
    await fetch("DELETE FROM import_part WHERE request = $1", request)


async def write_out(community: int, request: UUID, files: Sequence[Kept], folder: Path) -> Path | None:
    """Write the files into an empty folder; the workbook's path, or the folder's. None when the bytes are gone.

    Raises Altered when they are not what was uploaded.
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

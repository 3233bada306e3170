"""Save the photos that people send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from portal.kit import clock
from portal.platform.db.unit_of_work import fetch
from portal.platform.files.photos import Encoded, re_encode


class Sent(Protocol):
    """A file as it came: the name it had, for messages only, and its bytes."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


async def encode(photos: Iterable[Sent]) -> list[Encoded]:
    """Re-encode each photo beside the event loop. Slow: call it before the unit of work. Raises Invalid."""
    return [await asyncio.to_thread(re_encode, photo.content, photo.name) for photo in photos]


async def keep_photos(community: int, subject: str, taken_by: str, photos: Sequence[Encoded]) -> list[UUID]:
    """Store photos of a subject (`dispute:<id>`) in the caller's transaction; their ids, in order."""
    kept = []
    for place, photo in enumerate(photos):
        rows = await fetch(
            "INSERT INTO photo"
            " (id, community, subject, taken_by, width, height, sha256, picture, thumbnail, created_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            community,
            subject,
            taken_by,
            photo.width,
            photo.height,
            photo.sha256,
            photo.picture,
            photo.thumbnail,
            clock.now() + timedelta(microseconds=place),  # so that they keep their order
        )
        kept.append(rows[0]["id"])
    return kept

"""Photos of a subject. Its own slice checks who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.kit.errors import Missing
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import Scope, fetch, fetch_value, reading


@dataclass(frozen=True)
class PhotoRow:
    """A stored photo without its bytes; sizes in pixels."""

    id: UUID
    width: int
    height: int


@reading
async def photos_of(scope: Scope, subject: str) -> list[PhotoRow]:
    """The photos of a subject in the order they came."""
    return (await photos_of_all(scope, [subject])).get(subject, [])


@reading
async def photos_of_all(scope: Scope, subjects: Sequence[str]) -> dict[str, list[PhotoRow]]:
    """The photos of several subjects at once."""
    rows = await fetch(
        "SELECT id, subject, width, height FROM photo WHERE subject = ANY($1) ORDER BY created_at, sha256",
        list(subjects),
    )
    result: dict[str, list[PhotoRow]] = {}
    for row in rows:
        result.setdefault(row["subject"], []).append(as_row(PhotoRow, row, leaving=("subject",)))
    return result


@reading
async def photo_of(scope: Scope, subject: str, photo: UUID, *, small: bool = False) -> bytes:
    """The JPEG of one photo, or its thumbnail. Raises Missing when it is not one of the subject's."""
    data = await fetch_value(
        "SELECT CASE WHEN $3 THEN thumbnail ELSE picture END FROM photo WHERE id = $1 AND subject = $2",
        photo,
        subject,
        small,
    )
    if data is None:
        raise Missing
    return bytes(data)

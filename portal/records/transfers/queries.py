"""Past changes of ownership for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, fetch_value, reading
from portal.platform.files.queries import PhotoRow, photo_of, photos_of_all
from portal.records.transfers.states import Basis


@dataclass(frozen=True)
class TransferRow:
    """A recorded change; `before` is None if nobody owned the home."""

    id: UUID
    starts_on: date
    basis: Basis
    document: str
    before: str | None
    after: str
    made_by: str
    made_at: datetime
    photos: Sequence[PhotoRow]


@reading
async def transfers_of(by: Principal, unit: UUID) -> list[TransferRow]:
    """The changes of owners of a home in the reader's communities, the latest first."""
    rows = await fetch(
        "SELECT t.id, t.starts_on, t.basis, t.document, o.names AS before, n.names AS after, s.name AS made_by,"
        " t.made_at FROM transfer t JOIN staff s ON s.id = t.made_by JOIN debtor_names n ON n.debtor = t.new_debtor"
        " LEFT JOIN debtor_names o ON o.debtor = t.old_debtor WHERE t.unit = $1 AND t.community = ANY($2)"
        " ORDER BY t.starts_on DESC, t.made_at DESC",
        unit,
        list(by.where(May.read_homes)),
    )
    photos = await photos_of_all(by, [f"transfer:{row['id']}" for row in rows])
    return [as_row(TransferRow, row, photos=photos.get(f"transfer:{row['id']}", ())) for row in rows]


@reading
async def photo_of_transfer(by: Principal, unit: UUID, transfer: UUID, photo: UUID, *, small: bool = False) -> bytes:
    """A photo of the document that a change is based on. Raises Missing."""
    there = "SELECT id FROM transfer WHERE id = $1 AND unit = $2 AND community = ANY($3)"
    if not await fetch_value(there, transfer, unit, list(by.where(May.read_homes))):
        raise Missing
    return await photo_of(by, f"transfer:{transfer}", photo, small=small)

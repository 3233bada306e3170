"""Pictures of the vouchers behind a statement's lines, shown to owners only."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from portal.accounts.publishing.actions import draft_for_update
from portal.accounts.publishing.queries import lines_of
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, reading, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos
from portal.platform.files.queries import photo_of

_SEEN = """
SELECT s.community FROM statement s WHERE s.id = $1 AND s.community = ANY($2) AND ($4 OR s.state <> 'draft')
 AND EXISTS (SELECT FROM statement_document d WHERE d.statement = s.id AND d.photo = $3)
"""


@retrying
async def add_documents(by: Principal, statement: UUID, position: int, photos: Sequence[Sent]) -> None:
    """Attach pictures to a line of a draft (its number).

    Raises Missing without a publishing role there, Refused for anything but a draft, Invalid without a picture, for one
    that cannot be read, or for a line that does not exist.
    """
    if not photos:
        raise Invalid("photos", N_("Please add a photo."))
    drawn = await encode(photos)
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        about = next((line.about for line in await lines_of(statement) if line.position == position), None)
        if about is None:
            raise Invalid("line", N_("Please choose one of the options."))
        community = draft["community"]
        for photo in await keep_photos(community, f"statement:{statement}", by.actor, drawn):
            await fetch(
                "INSERT INTO statement_document (id, community, statement, about, photo, by_staff, at)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
                community,
                statement,
                about,
                photo,
                await staff_of(by, community),
                clock.now(),
            )
        await record(
            by.actor, AuditVerb.STATEMENT_DOCUMENTED, f"statement:{statement}", community=community, position=position,
            photos=len(drawn),
        )  # fmt: skip


@retrying
async def remove_document(by: Principal, statement: UUID, document: UUID) -> None:
    """Remove a picture from a draft. Raises Missing if it does not exist, Refused for anything but a draft."""
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        gone = await fetch_value(
            "DELETE FROM statement_document WHERE id = $1 AND statement = $2 RETURNING id", document, statement
        )
        if gone is None:
            raise Missing
        await record(by.actor, AuditVerb.STATEMENT_UNDOCUMENTED, f"statement:{statement}", community=draft["community"])


@reading
async def document_of(by: Principal, statement: UUID, photo: UUID, *, desk: bool = False) -> bytes:
    """The JPEG of a picture. Raises Missing for another estate's, a draft's unless at the `desk`, a removed one."""
    seen = await fetch_value(_SEEN, statement, list(by.communities), photo, desk)
    if seen is None:
        raise Missing
    return await photo_of(by, f"statement:{statement}", photo)

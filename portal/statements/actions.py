"""Publish a statement: from then on it never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.db import advisory_lock, fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.kit import clock
from portal.kit.bilingual import Bilingual
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.notices.actions import tell
from portal.notices.states import NoticeKind
from portal.people.principal import Principal, Role
from portal.statements.rules import Head, Line, content_sha256
from portal.statements.states import STATEMENT_MOVES, Side, StatementFund, StatementState

PUBLISHERS = (Role.finance, Role.manager)


@retrying
async def publish_statement(statement: UUID, by: Principal) -> str:
    """Freeze a draft with its fingerprint, supersede the version before, tell everyone of the estate.

    Returns the SHA-256. Raises Missing without a publishing role in its estate, Refused for anything but a draft.
    """
    scope = by.with_role(*PUBLISHERS)
    async with unit_of_work(*scope):
        draft = await _draft_for_update(statement, scope)
        sha256 = await _freeze(draft)
        await fetch(
            "UPDATE statement SET state = $3 WHERE community = $1 AND code = $2 AND state = $4 AND id <> $5",
            draft["community"],
            draft["code"],
            StatementState.superseded.value,
            StatementState.published.value,
            statement,
        )
        await fetch(
            "UPDATE statement SET state = $2, content_sha256 = $3, published_at = $4,"
            " published_by = (SELECT id FROM staff WHERE community = $5 AND human = $6) WHERE id = $1",
            statement,
            StatementState.published.value,
            sha256,
            clock.now(),
            draft["community"],
            by.human,
        )
        await _tell(draft)
        await record(
            by.actor,
            AuditVerb.STATEMENT_PUBLISHED,
            f"statement:{statement}",
            community=draft["community"],
            code=draft["code"],
            version=draft["version"],
            content_sha256=sha256,
        )
        return sha256


async def _draft_for_update(statement: UUID, scope: tuple[int, ...]) -> Mapping[str, Any]:
    """The row, locked; after it every other version of its code waits."""
    row = await fetch_one(
        "SELECT s.*, c.code AS estate_code, c.name AS estate, c.timezone FROM statement s"
        " JOIN community c ON c.id = s.community WHERE s.id = $1 AND s.community = ANY($2) FOR NO KEY UPDATE OF s",
        statement,
        list(scope),
    )
    if row is None:
        raise Missing
    if not STATEMENT_MOVES.allows(row["state"], StatementState.published):
        raise Refused(N_("This statement is published already. A published statement never changes."))
    await advisory_lock(f"statement:{row['community']}:{row['code']}")
    return row


async def _freeze(draft: Mapping[str, Any]) -> str:
    lines = await lines_of(draft["id"])
    if not lines:
        raise Refused(N_("This statement has no lines. Import them first."))
    newer = await fetch_value(
        "SELECT 1 FROM statement WHERE community = $1 AND code = $2 AND version > $3 AND state <> 'draft'",
        draft["community"],
        draft["code"],
        draft["version"],
    )
    if newer:
        raise Refused(N_("A later version of this statement is published already."))
    return content_sha256(head_of(draft), lines)


async def _tell(draft: Mapping[str, Any]) -> None:
    """Everyone who lives in or owns something of the estate today."""
    persons = await fetch(
        "SELECT DISTINCT person FROM occupancy WHERE community = $1 AND revoked_at IS NULL"
        " AND (starts_on IS NULL OR starts_on <= $2) AND (ends_on IS NULL OR ends_on >= $2) ORDER BY person",
        draft["community"],
        clock.today(draft["timezone"]),
    )
    await tell(
        [row["person"] for row in persons],
        NoticeKind.statement_published,
        community=draft["community"],
        subject=f"statement:{draft['id']}",
        link=f"/statements/{draft['id']}",
        title=draft["title"],
        estate=draft["estate"],
        version=draft["version"],
        starts_on=draft["starts_on"],
        ends_on=draft["ends_on"],
    )


def head_of(row: Mapping[str, Any]) -> Head:
    """What a statement says of itself, from its row with `estate_code`."""
    return Head(row["estate_code"], row["code"], row["version"], row["title"], row["starts_on"], row["ends_on"])


async def lines_of(statement: UUID) -> list[Line]:
    """The lines of a statement by position; part of the caller's unit of work."""
    rows = await fetch(
        "SELECT position, fund, side, category, item_zh, item_en, amount, budget, prior, note FROM statement_line"
        " WHERE statement = $1 ORDER BY position",
        statement,
    )
    return [
        Line(
            row["position"],
            StatementFund(row["fund"]),
            Side(row["side"]),
            row["category"],
            Bilingual(row["item_zh"], row["item_en"]),
            Money(row["amount"]),
            None if row["budget"] is None else Money(row["budget"]),
            None if row["prior"] is None else Money(row["prior"]),
            row["note"] or "",
        )
        for row in rows
    ]

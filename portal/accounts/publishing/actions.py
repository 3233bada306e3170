"""Sign a statement, and publish it with the second signature. It never changes after that."""

from __future__ import annotations

import json
from uuid import UUID

from asyncpg import Record

from portal.accounts.findings.checks import Finding
from portal.accounts.publishing.queries import HEADS, Content, content_of
from portal.accounts.statements.states import STATEMENT_MOVES, FindingKind, StatementKind, StatementState
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.people.estates.creditor import Creditor
from portal.people.estates.queries import creditor_of
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, fetch_value, retrying, unit_of_work

NOT_OVER = N_("The period is not over yet, so actual figures are not possible. Import a plan as a budget.")
TOO_LATE = N_("The objection deadline has passed. Enter a later day.")
# Drafts of the estates {} that wait for a second signature, after somebody else than the human {} gave the first.
SIGNED = """
FROM statement s JOIN staff f ON f.id = s.signed_by WHERE s.community = ANY({}) AND s.state = 'draft' AND f.human <> {}
"""


@retrying
async def sign_statement(statement: UUID, by: Principal) -> StatementState:
    """Sign a draft as it is, and return its state. The second person's signature publishes it.

    Publishing freezes it with its fingerprint, supersedes the version before, and notifies everybody in the estate.
    A signature holds for what was signed: once anything has changed, the next one is a first signature again.
    Raises Missing without a publishing role in its estate; Refused for anything but a draft, for a second signature of
    the same person, before the period is over (except for a budget), while a finding is neither fixed nor explained,
    and for a correction whose last day to object is over.
    """
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        content = await content_of(draft)
        await _ready(draft, content)
        creditor = await creditor_of(draft["community"])
        signer = await staff_of(by, draft["community"])
        if draft["signed_sha256"] != content.sha256:
            await _sign(draft, content.sha256, signer, by)
            return StatementState.draft
        if draft["signed_by"] == signer:
            raise Refused(N_("You have already signed. A second person, from finance or a manager, has to publish it."))
        await _publish(draft, content, creditor, signer, by)
        return StatementState.published


async def draft_for_update(statement: UUID, scope: tuple[int, ...]) -> Record:
    """A draft's row of HEADS, locked: first its code, as drafting does, then the row. Raises Missing, Refused."""
    known = await fetch_one(
        "SELECT community, code FROM statement WHERE id = $1 AND community = ANY($2)", statement, list(scope)
    )
    if known is None:
        raise Missing
    await advisory_lock(f"statement:{known['community']}:{known['code']}")
    row = await fetch_one(f"{HEADS} WHERE s.id = $1 FOR NO KEY UPDATE OF s", statement)
    if row is None:
        raise Missing
    if not STATEMENT_MOVES.allows(row["state"], StatementState.published):
        raise Refused(N_("This statement has been published. Published statements cannot be changed."))
    return row


async def _ready(draft: Record, content: Content) -> None:
    if not content.lines:
        raise Refused(N_("This statement has no lines yet. Import them first."))
    if content.terms.kind is StatementKind.actual and draft["ends_on"] >= clock.today(draft["timezone"]):
        raise Refused(NOT_OVER)
    if content.open_findings:
        raise Refused(N_("Some findings are still open. Correct or explain them first."))
    if draft["objections_until"] and draft["objections_until"] <= clock.today(draft["timezone"]):
        raise Refused(TOO_LATE)
    newer = await fetch_value(
        "SELECT 1 FROM statement WHERE community = $1 AND code = $2 AND version > $3 AND state <> 'draft'",
        draft["community"],
        draft["code"],
        draft["version"],
    )
    if newer:
        raise Refused(N_("A later version of this statement has already been published."))


async def _sign(draft: Record, sha256: str, signer: UUID, by: Principal) -> None:
    await fetch(
        "UPDATE statement SET signed_sha256 = $2, signed_by = $3, signed_at = $4 WHERE id = $1",
        draft["id"],
        sha256,
        signer,
        clock.now(),
    )
    await _record(by, AuditVerb.STATEMENT_SIGNED, draft, sha256)


async def keep_finding(community: int, statement: UUID, finding: Finding, words: str, staff: UUID) -> None:
    """Save a finding of the checks with its explanation, which may be empty; in the caller's transaction."""
    await fetch(
        "INSERT INTO statement_explanation (id, community, statement, finding, kind, position, fund, other, body,"
        " explained_by, explained_at, name_zh, name_en)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (statement, finding) DO UPDATE SET body = excluded.body,"
        " explained_by = excluded.explained_by, explained_at = excluded.explained_at",
        community,
        statement,
        finding.key,
        finding.kind.value,
        finding.line.position if finding.line else None,
        finding.fund,
        None if finding.other is None else finding.other.fen,
        words,
        staff,
        clock.now(),
        finding.name.zh if finding.name else None,
        (finding.name.en or None) if finding.name else None,
    )


async def _publish(draft: Record, content: Content, creditor: Creditor, signer: UUID, by: Principal) -> None:
    await fetch(
        "UPDATE statement SET state = $3 WHERE community = $1 AND code = $2 AND state = $4 AND id <> $5",
        draft["community"],
        draft["code"],
        StatementState.superseded.value,
        StatementState.published.value,
        draft["id"],
    )
    # A finding that is gone needs no explanation.
    await fetch(
        "DELETE FROM statement_explanation WHERE statement = $1 AND finding <> ALL($2)",
        draft["id"],
        [one.finding.key for one in content.explained],
    )
    for one in content.explained:
        if not one.words:
            await keep_finding(draft["community"], draft["id"], one.finding, "", signer)
    await fetch(
        "UPDATE statement SET state = $2, content_sha256 = $3, published_at = $4, published_by = $5, basis = $6,"
        " fee_mode = $7, kind = $8, creditor = $9 WHERE id = $1",
        draft["id"],
        StatementState.published.value,
        content.sha256,
        clock.now(),
        signer,
        content.terms.basis.value,
        content.terms.fee_mode,
        content.terms.kind.value,
        json.dumps(creditor.as_facts(), ensure_ascii=False),
    )
    await _tell(draft, content)
    await _record(by, AuditVerb.STATEMENT_PUBLISHED, draft, content.sha256)


async def _record(by: Principal, verb: AuditVerb, draft: Record, sha256: str) -> None:
    await record(
        by.actor,
        verb,
        f"statement:{draft['id']}",
        community=draft["community"],
        code=draft["code"],
        version=draft["version"],
        content_sha256=sha256,
    )


async def _tell(draft: Record, content: Content) -> None:
    """Notify everybody who lives in or owns part of the estate today; a correction has a notice of its own."""
    places = sum(one.finding.kind is FindingKind.corrected for one in content.explained)
    correction = {"places": places, "until_on": draft["objections_until"]}
    persons = await fetch(
        "SELECT DISTINCT person FROM occupancy WHERE community = $1 AND revoked_at IS NULL"
        " AND (starts_on IS NULL OR starts_on <= $2) AND (ends_on IS NULL OR ends_on >= $2) ORDER BY person",
        draft["community"],
        clock.today(draft["timezone"]),
    )
    await tell(
        [row["person"] for row in persons],
        NoticeKind.statement_corrected if content.corrects else NoticeKind.statement_published,
        community=draft["community"],
        subject=f"statement:{draft['id']}",
        link=f"/statements/{draft['id']}",
        title=draft["title"],
        estate=draft["estate"],
        version=draft["version"],
        starts_on=draft["starts_on"],
        ends_on=draft["ends_on"],
        **(correction if content.corrects else {}),
    )

"""What all actions on a dispute share: access, locks, recording a step, ending a pause."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Record

from portal.care.disputes.states import DISPUTE_MOVES, DisputeState, PhotoKind, StepKind
from portal.care.disputes.tables import Dispute
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.period import Month
from portal.people.estates.queries import terms_of
from portal.people.estates.rules import deadlines
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one


async def dispute_of(by: Principal, dispute: UUID) -> Record:
    """A dispute of an owner, locked with its bill if it has one. Raises Missing if it is not of a debtor of theirs."""
    theirs = await fetch_one(
        "SELECT d.id, l.bill FROM dispute d LEFT JOIN bill_line l ON l.id = d.line"
        " WHERE d.id = $1 AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = d.debtor AND m.person = ANY($2))",
        dispute,
        list(by.persons),
    )
    return await _locked(theirs)


async def dispute_at_desk(by: Principal, dispute: UUID) -> Record:
    """A dispute of a community in which they handle disputes, locked as `dispute_of` does. Raises Missing."""
    theirs = await fetch_one(
        "SELECT d.id, l.bill FROM dispute d LEFT JOIN bill_line l ON l.id = d.line"
        " WHERE d.id = $1 AND d.community = ANY($2)",
        dispute,
        list(by.where(May.handle_disputes)),
    )
    return await _locked(theirs)


async def _locked(theirs: Record | None) -> Record:
    """Lock the bill first, then the dispute; everybody locks in this order."""
    if theirs is None:
        raise Missing
    if theirs["bill"]:
        await fetch("SELECT FROM bill WHERE id = $1 FOR NO KEY UPDATE", theirs["bill"])
    row = await fetch_one("SELECT * FROM dispute WHERE id = $1 FOR NO KEY UPDATE", theirs["id"])
    assert row is not None
    return row


async def move(dispute: Record, to: DisputeState | None, **changes: Any) -> None:
    """Set its state (None: unchanged) and these columns, and count the change. Raises Refused for a forbidden move."""
    if to is not None:
        changes["state"] = DISPUTE_MOVES.check(dispute["state"], to).value
    changes["version"] = dispute["version"] + 1
    values = {getattr(Dispute, column): value for column, value in changes.items()}
    await Dispute.update(values).where(Dispute.id == dispute["id"])


async def step(
    dispute: Record,
    kind: StepKind,
    *,
    staff: UUID | None = None,
    body: str | None = None,
    note: str | None = None,
    department: str | None = None,
    due_on: date | None = None,
    id: UUID | None = None,
) -> UUID:
    """Add a step to its history, and return the step's id. `note` stays at the desk."""
    made = id or uuid4()
    await fetch(
        "INSERT INTO dispute_step (id, community, dispute, kind, by_staff, body, note, department, due_on, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        made,
        dispute["community"],
        dispute["id"],
        kind.value,
        staff,
        body or None,
        note or None,
        department,
        due_on,
        clock.now(),
    )
    return made


def photos_at(step: UUID, kind: PhotoKind) -> str:
    """The subject under which a step's photos of one kind are stored."""
    return f"dispute_step:{step}:{kind}"


async def end_pause(dispute: Record) -> None:
    """Let its clock run again if it was stopped."""
    await fetch(
        "UPDATE dispute_pause SET ends_at = $2 WHERE dispute = $1 AND ends_at IS NULL", dispute["id"], clock.now()
    )


async def lock_service(debtor: UUID, service: UUID) -> None:
    """Until the transaction ends, nobody else can open or reopen a dispute of this debtor about this work."""
    await advisory_lock(f"dispute:{debtor}:{service}")


async def lock_credits(debtor: UUID) -> None:
    """Until the transaction ends, no other decision can credit this debtor, because their credits are added up."""
    await advisory_lock(f"credits:{debtor}")


async def fresh_deadlines(community: int) -> dict[str, Any]:
    """The deadlines of a round that begins now, as columns."""
    terms, now = await terms_of(community), clock.now()
    due = deadlines(terms.calendar, now, terms.level)
    return {
        "round_began_at": now,
        "acknowledge_by": due.acknowledge,
        "reply_by": due.reply,
        "close_by": due.close,
        "acknowledged_at": None,
        "replied_at": None,
    }


async def fresh_round(dispute: Record) -> dict[str, Any]:
    """The columns of the next round: new deadlines, and the department's task again, due with the first reply."""
    changes = await fresh_deadlines(dispute["community"])
    if dispute["department"] is None:
        return changes | {"department_due": None}
    terms = await terms_of(dispute["community"])
    return changes | {"department_due": terms.calendar.local(changes["reply_by"]).date()}


def has_task(dispute: Record) -> bool:
    """Whether a department still has something to do."""
    return dispute["department_due"] is not None


def was_reopened(dispute: Record) -> bool:
    """Whether it is in a later round than its first."""
    return bool(dispute["round_began_at"] > dispute["opened_at"])


async def facts_of(dispute: Record) -> dict[str, Any]:
    """The facts for notices about it: home, item and month; for a piece of work its name, and `service`."""
    row = await fetch_one(
        "SELECT u.name AS unit, coalesce(i.name_zh, r.title) AS item, coalesce(i.name_en, r.title) AS item_en,"
        " coalesce(l.first_month, to_char(r.done_at AT TIME ZONE c.timezone, 'YYYY-MM')) AS month"
        " FROM dispute d JOIN community c ON c.id = d.community JOIN debtor o ON o.id = d.debtor"
        " JOIN unit u ON u.id = o.unit LEFT JOIN service_record r ON r.id = d.service"
        " LEFT JOIN bill_line l ON l.id = d.line LEFT JOIN charge_item i ON i.id = l.item WHERE d.id = $1",
        dispute["id"],
    )
    assert row is not None
    return {**row, "month": Month.parse(row["month"])} | ({"service": True} if dispute["service"] else {})


async def leave_trace(by: Principal, verb: AuditVerb, dispute: Record, **facts: Any) -> None:
    """Write the audit row of an act."""
    await record(by.actor, verb, f"dispute:{dispute['id']}", community=dispute["community"], **facts)

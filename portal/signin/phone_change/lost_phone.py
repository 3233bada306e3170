"""A new number for someone who lost the old one: identity checked, approved by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from asyncpg import Record

from portal.kit import clock
from portal.kit.display import masked
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.people.notices.actions import tell_by_sms
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.people.persons.states import PHONE_CHANGE_MOVES, Identity, PhoneChangeState
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, reading, retrying, unit_of_work
from portal.signin.owners.actions import Knock
from portal.signin.phone_change.actions import move_persons, new_number_proved

OWN = N_("Another manager has to answer this, because you requested it yourself.")
WAITING = N_("A change of this person's number is already waiting for approval.")


@dataclass(frozen=True)
class OnRoll:
    """A person as the counter sees them. `phone` is E.164, but always shown masked."""

    id: UUID
    name: str
    phone: str | None
    estate: str
    community: int


@dataclass(frozen=True)
class ChangeRow:
    """A change that was asked for, and whether the reader may answer it."""

    id: UUID
    name: str
    estate: str
    old: str | None
    phone: str
    identity: Identity
    reason: str
    state: PhoneChangeState
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answer: str | None
    can_be_answered: bool


@reading
async def person_at(by: Principal, person: UUID) -> OnRoll:
    """A person of a community where the reader works at the counter. Raises Missing."""
    row = await fetch_one(
        "SELECT p.id, p.name, p.phone, c.name AS estate, p.community FROM person p JOIN community c"
        " ON c.id = p.community WHERE p.id = $1 AND p.community = ANY($2)",
        person,
        list(by.where(May.ask_phone_changes)),
    )
    if row is None:
        raise Missing
    return OnRoll(**row)


@reading
async def changes_at(by: Principal) -> list[ChangeRow]:
    """The last hundred changes: those that wait first, then the newest."""
    rows = await fetch(
        "SELECT x.*, p.name, p.phone AS old, c.name AS estate, s.name AS asker, s.human AS asker_human,"
        " t.name AS answerer FROM phone_change x JOIN person p ON p.id = x.person JOIN community c"
        " ON c.id = x.community JOIN staff s ON s.id = x.asked_by LEFT JOIN staff t ON t.id = x.answered_by"
        " WHERE x.community = ANY($1) ORDER BY x.state <> 'waiting', x.asked_at DESC LIMIT 100",
        list(by.where(May.read_phone_changes)),
    )
    return [_row(by, row) for row in rows]


@retrying
async def ask_change(
    by: Principal, person: UUID, knock: Knock, code: str, *, identity: Identity, reason: str, network: str, secret: str
) -> UUID:
    """Ask for the number that the person has just proved to have; returns the request's id. Nothing changes yet.

    Raises Missing without a role there, Invalid("code") as signing in does, Refused while another change waits.
    """
    change = uuid4()
    async with unit_of_work(EVERYWHERE):
        person_view = await person_at(by, person)
        refusal = await new_number_proved(by, knock, code, network=network, secret=secret)
        if not refusal:
            made = await fetch_value(
                "INSERT INTO phone_change (id, community, person, phone, identity, reason, state, asked_by, asked_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)"
                " ON CONFLICT (person) WHERE state = 'waiting' DO NOTHING RETURNING id",
                change,
                person_view.community,
                person,
                knock.phone,
                identity.value,
                reason,
                await staff_of(by, person_view.community),
                clock.now(),
            )
            if made is None:
                raise Refused(WAITING)
            await record(by.actor, AuditVerb.PHONE_CHANGE_ASKED, f"person:{person}", community=person_view.community,
                         reason=reason, identity=identity)  # fmt: skip
    if refusal:
        raise refusal
    return change


@retrying
async def approve_change(by: Principal, change: UUID) -> None:
    """Approve a change: the person signs in with the new number; their sessions end, both numbers are notified.

    Raises Missing without the role there, Refused to whoever asked and once it is answered.
    """
    async with unit_of_work(EVERYWHERE):
        row, me = await _for_answer(by, change, PhoneChangeState.approved)
        await move_persons([row["person"]], row["phone"], actor=by.actor, reason=row["reason"])
        await _answer(change, PhoneChangeState.approved, me, None)


@retrying
async def refuse_change(by: Principal, change: UUID, text: str) -> None:
    """Refuse a change, with a reason. Raises as `approve_change` does."""
    async with unit_of_work(EVERYWHERE):
        row, me = await _for_answer(by, change, PhoneChangeState.refused)
        await _answer(change, PhoneChangeState.refused, me, text)
        await record(by.actor, AuditVerb.PHONE_CHANGE_REFUSED, f"person:{row['person']}",
                     community=row["community"], reason=text)  # fmt: skip
        if row["identity"] == Identity.letter:  # at the counter they were told in person
            await _tell_refused(row, text)


async def _for_answer(by: Principal, change: UUID, to: PhoneChangeState) -> tuple[Record, UUID]:
    """The request, locked, and the member of staff who answers."""
    row = await fetch_one(
        "SELECT * FROM phone_change WHERE id = $1 AND community = ANY($2) FOR NO KEY UPDATE",
        change,
        list(by.where(May.approve_phone_changes)),
    )
    if row is None:
        raise Missing
    PHONE_CHANGE_MOVES.check(row["state"], to)
    me = await staff_of(by, row["community"])
    if me == row["asked_by"]:
        raise Refused(OWN)
    return row, me


async def _tell_refused(change: Record, why: str) -> None:
    row = await fetch_one(
        "SELECT p.phone, c.name AS estate FROM person p JOIN community c ON c.id = p.community WHERE p.id = $1",
        change["person"],
    )
    assert row
    await tell_by_sms(
        change["person"], NoticeKind.phone_refused, change["phone"], community=change["community"],
        subject=f"person:{change['person']}", period=str(change["id"]), estate=row["estate"], why=why,
        old=masked(row["phone"]), new=masked(change["phone"]),
    )  # fmt: skip


async def _answer(change: UUID, to: PhoneChangeState, me: UUID, answer: str | None) -> None:
    await fetch(
        "UPDATE phone_change SET state = $2, answered_by = $3, answered_at = $4, answer = $5 WHERE id = $1",
        change,
        to.value,
        me,
        clock.now(),
        answer,
    )


def _row(by: Principal, row: Record) -> ChangeRow:
    state = PhoneChangeState(row["state"])
    mine = row["asker_human"] == by.human
    return ChangeRow(
        id=row["id"],
        name=row["name"],
        estate=row["estate"],
        old=row["old"],
        phone=row["phone"],
        identity=Identity(row["identity"]),
        reason=row["reason"],
        state=state,
        asked_by=row["asker"],
        asked_at=row["asked_at"],
        answered_by=row["answerer"],
        answer=row["answer"],
        can_be_answered=state is PhoneChangeState.waiting
        and not mine
        and by.may(row["community"], May.approve_phone_changes),
    )

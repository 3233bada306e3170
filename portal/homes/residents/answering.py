"""Approve an access request, which creates the occupancy, or refuse it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.homes.residents.actions import tied
from portal.homes.residents.states import BINDING_MOVES, BindingState, BoundAs
from portal.homes.units.queries import owners_on
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.states import Language
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work

CONCERNED = N_("Someone else has to answer this, because you made the request or it concerns you.")
SOLD = N_("The person who asked no longer owns the home. Refuse the request; the current owner can make a new one.")
TIED = N_(
    "Someone with this number already has access to this home for this period. Refuse the request, "
    "or end that access first."
)


@retrying
async def approve_binding(by: Principal, binding: UUID) -> None:
    """Give the person access: they can sign in with their number. Owners and the person are notified.

    Raises Missing without a role there; Refused to anybody who is concerned, once it is answered, and if the home has
    changed hands or the person has access already.
    """
    async with unit_of_work(*by.where(May.answer_bindings)):
        row, me = await _for_answer(by, binding, BindingState.approved)
        owners = await owners_on(row["unit"], clock.today(row["timezone"]))
        if row["owner"] not in owners:
            raise Refused(SOLD)
        if await tied(row["unit"], row["phone"], row["starts_on"], row["ends_on"]):
            raise Refused(TIED)
        person = await _person(row)
        tie = await _tie(row, person)
        await _answer(row, BindingState.approved, me, None, tie)
        await record(by.actor, AuditVerb.BINDING_APPROVED, f"binding:{binding}", community=row["community"],
                     tie=tie, role=row["role"])  # fmt: skip
        await _tell(row, owners, NoticeKind.binding_approved)
        await _tell(row, [person], NoticeKind.binding_begun, Channel.sms)


@retrying
async def refuse_binding(by: Principal, binding: UUID, text: str) -> None:
    """Refuse a request with a reason, which the owner reads. Raises as `approve_binding` does."""
    async with unit_of_work(*by.where(May.answer_bindings)):
        row, me = await _for_answer(by, binding, BindingState.refused)
        await _answer(row, BindingState.refused, me, text, None)
        await record(by.actor, AuditVerb.BINDING_REFUSED, f"binding:{binding}", community=row["community"], reason=text)
        await _tell(row, [row["owner"]], NoticeKind.binding_refused, why=text)


async def _for_answer(by: Principal, binding: UUID, to: BindingState) -> tuple[Record, UUID]:
    """The request, with its home and itself locked, and the member of staff who answers."""
    unit = await fetch_value(
        "SELECT unit FROM binding WHERE id = $1 AND community = ANY($2)", binding, list(by.where(May.answer_bindings))
    )
    if unit is None:
        raise Missing
    await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", unit)
    row = await fetch_one(
        "SELECT b.*, u.name AS unit_name, c.name AS estate, c.timezone FROM binding b JOIN unit u ON u.id = b.unit"
        " JOIN community c ON c.id = b.community WHERE b.id = $1 FOR NO KEY UPDATE OF b",
        binding,
    )
    assert row is not None
    BINDING_MOVES.check(row["state"], to)
    me = await fetch_one(
        "SELECT s.id, h.phone FROM staff s JOIN human h ON h.id = s.human WHERE s.community = $1 AND s.human = $2",
        row["community"],
        by.human,
    )
    if me is None:
        raise Missing
    if row["asked_by"] == by.human or me["phone"] == row["phone"]:
        raise Refused(CONCERNED)
    return row, me["id"]


async def _person(binding: Record) -> UUID:
    """The person of this name and number on the roll, or a new one; both can sign in."""
    human = await fetch_value(
        "INSERT INTO human (id, phone, language, large_text, totp_confirmed, created_at)"
        " VALUES (gen_random_uuid(), $1, $2, false, false, $3)"
        " ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone RETURNING id",
        binding["phone"],
        Language.chinese.value,
        clock.real_now(),
    )
    known: UUID | None = await fetch_value(
        "SELECT id FROM person WHERE community = $1 AND phone = $2 AND name = $3 ORDER BY external_id LIMIT 1",
        binding["community"],
        binding["phone"],
        binding["name"],
    )
    if known:
        await fetch("UPDATE person SET human = $2 WHERE id = $1", known, human)
        return known
    person: UUID = await fetch_value(
        "INSERT INTO person (id, community, external_id, name, human, phone, language)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6) RETURNING id",
        binding["community"],
        f"binding-{binding['id']}",
        binding["name"],
        human,
        binding["phone"],
        Language.chinese.value,
    )
    return person


async def _tie(binding: Record, person: UUID) -> UUID:
    occupancy: UUID = await fetch_value(
        "INSERT INTO occupancy (id, community, unit, person, role, starts_on, ends_on, family_of)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7) RETURNING id",
        binding["community"],
        binding["unit"],
        person,
        binding["role"],
        binding["starts_on"],
        binding["ends_on"],
        binding["owner"] if binding["role"] == BoundAs.family else None,
    )
    return occupancy


async def _answer(binding: Record, to: BindingState, me: UUID, answer: str | None, tie: UUID | None) -> None:
    await fetch(
        "UPDATE binding SET state = $2, answered_by = $3, answered_at = $4, answer = $5, occupancy = $6 WHERE id = $1",
        binding["id"],
        to.value,
        me,
        clock.now(),
        answer,
        tie,
    )


async def _tell(binding: Record, persons: list[UUID], kind: NoticeKind, *ways: Channel, **facts: Any) -> None:
    await tell(
        persons,
        kind,
        community=binding["community"],
        subject=f"binding:{binding['id']}",
        link="/household",
        channels=(Channel.inbox, *ways),
        unit=binding["unit_name"],
        estate=binding["estate"],
        name=binding["name"],
        role=binding["role"],
        starts_on=binding["starts_on"],
        **facts,
    )

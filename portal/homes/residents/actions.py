"""Request access to a home for someone, withdraw the request, end access at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.homes.residents.queries import tie_at, tie_of
from portal.homes.residents.rules import MOST_A_DAY, check_days
from portal.homes.residents.states import BINDING_MOVES, BindingState, BoundAs
from portal.homes.units.queries import HomeToBind, owned_home, owners_on
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.actions import close_sessions
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import (
    advisory_lock,
    fetch,
    fetch_one,
    fetch_value,
    reading,
    retrying,
    unit_of_work,
)
from portal.platform.files.actions import Sent, encode, keep_photos

OWN_NUMBER = N_("This is your own number. Enter the number of the person who needs access.")
TIED = N_("Someone with this number already has access to this home for this period.")
WAITING = N_("There is already an unanswered request for this number and this home.")
ENOUGH = N_("You have made %(most)s requests today. Please continue tomorrow, or call the service centre.")
MOST_PHOTOS = 5


@dataclass(frozen=True)
class Wanted:
    """The tie that is asked for: who, which home, in which role, from and to inclusive. `phone` is E.164."""

    unit: UUID
    name: str
    phone: str
    role: BoundAs
    starts_on: date
    ends_on: date | None


@reading
async def checked(by: Principal, wanted: Wanted) -> HomeToBind:
    """The home, as the page shows it before the request. Raises as `ask_binding` does."""
    home = await owned_home(by, wanted.unit)
    check_days(wanted.role, wanted.starts_on, wanted.ends_on, today=home.today, owned_since=home.since)
    if wanted.phone == await fetch_value("SELECT phone FROM human WHERE id = $1", by.human):
        raise Invalid("phone", OWN_NUMBER)
    if await tied(wanted.unit, wanted.phone, wanted.starts_on, wanted.ends_on):
        raise Invalid("phone", TIED)
    return home


async def tied(unit: UUID, phone: str, starts_on: date, ends_on: date | None) -> bool:
    """Whether somebody with this number owns the home or has access to it on any of these days."""
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM occupancy o JOIN person p ON p.id = o.person"
            " WHERE o.unit = $1 AND p.phone = $2 AND o.revoked_at IS NULL"
            " AND daterange(o.starts_on, o.ends_on, '[]') && daterange($3, $4, '[]'))",
            unit,
            phone,
            starts_on,
            ends_on,
        )
    )


@retrying
async def ask_binding(
    by: Principal, wanted: Wanted, note: str, photos: Sequence[Sent] = (), *, once: str | None = None
) -> UUID:
    """Ask the service centre to give somebody access, and return the request's id. Nobody gets access yet.

    A repeated request with the same `once` returns the first. Raises Missing for a home they do not own today; Invalid
    for days or a number that is not allowed; Refused while a request for this number waits, and after too many in a
    day.
    """
    kept, binding = await encode(photos[:MOST_PHOTOS]), id_of(by.human, once)
    async with unit_of_work(by):
        await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", wanted.unit)
        await advisory_lock(f"bindings:{by.human}")
        if await fetch_value("SELECT id FROM binding WHERE id = $1 AND asked_by = $2", binding, by.human):
            return binding
        home = await checked(by, wanted)
        await _not_too_many(by)
        await _insert(by, binding, wanted, home, note)
        await keep_photos(home.community, f"binding:{binding}", by.actor, kept)
        await _record(by, AuditVerb.BINDING_REQUESTED, binding, home.community, role=wanted.role, photos=len(kept))
        await tell(
            [person for person in await owners_on(wanted.unit, home.today) if person != home.owner],
            NoticeKind.binding_requested,
            community=home.community,
            subject=f"binding:{binding}",
            link="/household",
            unit=home.name,
            estate=home.estate,
            name=wanted.name,
            role=wanted.role.value,
        )
    return binding


@retrying
async def withdraw_binding(by: Principal, binding: UUID) -> None:
    """Withdraw a request. Raises Missing if it is not theirs, Refused once it is answered."""
    async with unit_of_work(by):
        row = await fetch_one(
            "SELECT id, community, state FROM binding WHERE id = $1 AND asked_by = $2 FOR NO KEY UPDATE",
            binding,
            by.human,
        )
        if row is None:
            raise Missing
        state = BINDING_MOVES.check(row["state"], BindingState.withdrawn)
        await fetch("UPDATE binding SET state = $2 WHERE id = $1", binding, state.value)
        await _record(by, AuditVerb.BINDING_WITHDRAWN, binding, row["community"])


async def _not_too_many(by: Principal) -> None:
    made = await fetch_value(
        "SELECT count(*) FROM binding WHERE asked_by = $1 AND asked_at > $2",
        by.human,
        clock.now() - timedelta(days=1),
    )
    if made >= MOST_A_DAY:
        raise Refused(ENOUGH, most=MOST_A_DAY)


async def _insert(by: Principal, binding: UUID, wanted: Wanted, home: HomeToBind, note: str) -> None:
    made = await fetch_value(
        "INSERT INTO binding (id, community, unit, owner, asked_by, name, phone, role, starts_on, ends_on, note, state,"
        " asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested', $12)"
        " ON CONFLICT (unit, phone) WHERE state = 'requested' DO NOTHING RETURNING id",
        binding,
        home.community,
        home.id,
        home.owner,
        by.human,
        wanted.name,
        wanted.phone,
        wanted.role.value,
        wanted.starts_on,
        wanted.ends_on,
        note or None,
        clock.now(),
    )
    if made is None:
        raise Refused(WAITING)


async def _record(by: Principal, verb: AuditVerb, binding: UUID, community: int, **facts: Any) -> None:
    await record(by.actor, verb, f"binding:{binding}", community=community, **facts)


ENDED = N_("This access has already ended. There is nothing more to do.")


@retrying
async def revoke_tie(by: Principal, tie: UUID) -> None:
    """End a tenant's or family member's access to a home that the reader owns, or the reader's own access.

    Raises Missing for any other tie, Refused if it was ended before.
    """
    async with unit_of_work(by):
        await tie_of(by, tie)
        await _revoke(tie, by, None)


@retrying
async def revoke_tie_at_desk(by: Principal, tie: UUID, reason: str) -> None:
    """End access at the desk, with the reason. Raises Missing without a role there, Refused if ended before."""
    async with unit_of_work(*by.where(May.end_ties)):
        await tie_at(by, tie)
        await _revoke(tie, by, reason)


async def _revoke(tie: UUID, by: Principal, reason: str | None) -> None:
    """End the tie, with all sessions and codes of the person (I-A8), while the home and the tie are locked."""
    await fetch("SELECT FROM unit WHERE id = (SELECT unit FROM occupancy WHERE id = $1) FOR NO KEY UPDATE", tie)
    row = await fetch_one(
        "SELECT o.*, p.human, p.name, u.name AS unit_name, c.name AS estate, c.timezone FROM occupancy o"
        " JOIN person p ON p.id = o.person JOIN unit u ON u.id = o.unit JOIN community c ON c.id = o.community"
        " WHERE o.id = $1 FOR NO KEY UPDATE OF o",
        tie,
    )
    assert row is not None
    if row["revoked_at"]:
        raise Refused(ENDED)
    await end_ties([tie])
    await record(by.actor, AuditVerb.BINDING_REVOKED, f"occupancy:{tie}", community=row["community"], reason=reason,
                 role=row["role"])  # fmt: skip
    await _tell(row, await owners_on(row["unit"], clock.today(row["timezone"])), Channel.inbox)
    await _tell(row, [row["person"]], Channel.sms)


async def end_ties(ties: Sequence[UUID]) -> None:
    """End the ties of tenants and family now, with all sessions and codes of their persons (I-A8).

    Whoever has no tie left cannot sign in any more. Part of the caller's unit of work, which locks the home and records
    the reason.
    """
    ended = await fetch(
        "UPDATE occupancy o SET revoked_at = $2 FROM person p WHERE o.id = ANY($1) AND p.id = o.person"
        " RETURNING p.id, p.human",
        list(ties),
        clock.now(),
    )
    for human in {row["human"] for row in ended if row["human"]}:
        await close_sessions(human)
    await fetch(
        "UPDATE person SET human = NULL WHERE id = ANY($1)"
        " AND NOT EXISTS (SELECT FROM occupancy o WHERE o.person = person.id AND o.revoked_at IS NULL)",
        [row["id"] for row in ended],
    )


async def _tell(tie: Record, persons: list[UUID], way: Channel) -> None:
    await tell(
        persons,
        NoticeKind.binding_revoked,
        community=tie["community"],
        subject=f"occupancy:{tie['id']}",
        link="/household" if way is Channel.inbox else None,
        channels=(Channel.inbox, way),
        unit=tie["unit_name"],
        estate=tie["estate"],
        name=tie["name"],
        role=tie["role"],
    )

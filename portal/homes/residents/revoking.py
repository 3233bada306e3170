"""End what somebody who is bound sees of a home, at once: by an owner, by themselves, or at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from portal.homes.residents.homes import owners_on
from portal.homes.residents.queries import tie_at, tie_of
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.actions import close_sessions
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, retrying, unit_of_work

ENDED = N_("This was ended already. Nothing more needs to be done.")


@retrying
async def revoke_tie(by: Principal, tie: UUID) -> None:
    """End a tenant's or a family member's access to a home the reader owns, or one's own.

    Raises Missing for any other tie, Refused when it was ended before.
    """
    async with unit_of_work(by):
        await tie_of(by, tie)
        await _revoke(tie, by, None)


@retrying
async def revoke_tie_at_desk(by: Principal, tie: UUID, reason: str) -> None:
    """End it at the desk, with the reason. Raises Missing without a role there, Refused when it was ended before."""
    async with unit_of_work(*by.where(May.end_ties)):
        await tie_at(by, tie)
        await _revoke(tie, by, reason)


async def _revoke(tie: UUID, by: Principal, reason: str | None) -> None:
    """Under the locks of the home and the tie: it ends, and with it every session and code of the person (I-A8)."""
    await fetch("SELECT FROM unit WHERE id = (SELECT unit FROM occupancy WHERE id = $1) FOR NO KEY UPDATE", tie)
    found = await fetch_one(
        "SELECT o.*, p.human, p.name, u.name AS unit_name, c.name AS estate, c.timezone FROM occupancy o"
        " JOIN person p ON p.id = o.person JOIN unit u ON u.id = o.unit JOIN community c ON c.id = o.community"
        " WHERE o.id = $1 FOR NO KEY UPDATE OF o",
        tie,
    )
    assert found is not None
    if found["revoked_at"]:
        raise Refused(ENDED)
    await end_ties([tie])
    await record(by.actor, AuditVerb.BINDING_REVOKED, f"occupancy:{tie}", community=found["community"], reason=reason,
                 role=found["role"])  # fmt: skip
    await _tell(found, await owners_on(found["unit"], clock.today(found["timezone"])), Channel.inbox)
    await _tell(found, [found["person"]], Channel.sms)


async def end_ties(ties: Sequence[UUID]) -> None:
    """Ties of tenants and family end now, and with them each session and code of their persons (I-A8).

    Whoever has no tie left signs in no more. In the caller's work, which holds the lock of the home and writes why.
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

"""Who a session token belongs to, and what people may see of their own sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.people.estates.queries import hours_of
from portal.people.persons.permissions import May, Role
from portal.people.persons.principal import Audience, Chosen, Place, Principal
from portal.people.persons.rules import SEEN_EVERY, alive, device
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, reading, unit_of_work

NO_SUCH_DEPARTMENT = N_("Nobody on this estate works in that department. Please choose one from the list.")


@dataclass(frozen=True)
class SessionRow:
    """One signed-in browser of a person; `here` is the one that asks."""

    id: UUID
    device: str
    created_at: datetime
    seen_at: datetime
    here: bool


def fingerprint(token: str) -> str:
    """The SHA-256 that is stored instead of a token (hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


async def principal_of(token: str) -> Principal | None:
    """The human of a session token, with their roles in each community; None if it has ended, in real time."""
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE, read_only=True):
        session = await fetch_one(
            "SELECT s.id, s.audience, s.seen_at, s.expires_at, s.stepped_up_at, h.id AS human, h.language, h.large_text"
            " FROM web_session s JOIN human h ON h.id = s.human WHERE s.token_sha256 = $1 AND s.revoked_at IS NULL",
            fingerprint(token),
        )
        if session is None or not alive(Audience(session["audience"]), session["seen_at"], session["expires_at"], now):
            return None
        result = await (_owner(session) if session["audience"] == Audience.owner else _staff(session))
    if now - session["seen_at"] >= SEEN_EVERY:
        async with unit_of_work():
            await fetch("UPDATE web_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2", session["id"], now)
    return result


async def _owner(session: Any) -> Principal:
    """Their persons in every community and those they inherited from, and the posts they hold on committees today."""
    rows = await fetch(
        "SELECT p.id, p.name, p.community, c.timezone, c.code, c.name AS estate, c.company,"
        " coalesce(c.hotline, c.phone) AS telephone, c.opens_at, c.closes_at, k.id AS post, k.starts_on, k.ends_on,"
        " ARRAY(SELECT s.person FROM person_standing s WHERE s.represented_by = p.id AND NOT EXISTS (SELECT"
        "   FROM person_standing n WHERE n.person = s.person AND n.at > s.at) ORDER BY s.person) AS inherited"
        " FROM person p JOIN community c ON c.id = p.community LEFT JOIN committee_post k ON k.person = p.id"
        " WHERE p.human = $1 ORDER BY p.community, p.external_id",
        session["human"],
    )
    posts = {r["community"] for r in rows if r["post"] and _in_force(r, r["timezone"])}
    return Principal(
        human=session["human"],
        session=session["id"],
        audience=Audience.owner,
        name=rows[0]["name"] if rows else "",
        language=session["language"],
        large_text=session["large_text"],
        stepped_up_at=session["stepped_up_at"],
        persons=tuple(dict.fromkeys([*(r["id"] for r in rows), *(one for r in rows for one in r["inherited"])])),
        communities=tuple(dict.fromkeys(r["community"] for r in rows)),
        committees=tuple(sorted(posts)),
        places=tuple(_place(row) for row in {row["community"]: row for row in rows}.values()),
    )


def _place(row: Any) -> Place:
    return Place(
        code=row["code"],
        name=row["estate"],
        company=row["company"] or "",
        telephone=row["telephone"] or "",
        hours=hours_of(row),
    )


async def _staff(session: Any) -> Principal:
    """Their roles and department in every community that employs them."""
    rows = await fetch(
        "SELECT community, name, roles, department FROM staff WHERE human = $1 ORDER BY community", session["human"]
    )
    return Principal(
        human=session["human"],
        session=session["id"],
        audience=Audience.staff,
        name=rows[0]["name"] if rows else "",
        language=session["language"],
        large_text=session["large_text"],
        stepped_up_at=session["stepped_up_at"],
        communities=tuple(r["community"] for r in rows),
        roles={r["community"]: frozenset(Role(role) for role in r["roles"]) for r in rows},
        departments={r["community"]: r["department"] for r in rows if r["department"]},
    )


async def in_the_name_of(staff: UUID) -> Principal:
    """A member of staff with their present roles, for whom the worker does what they asked for; no session."""
    human = await fetch_one(
        "SELECT h.id AS human, h.language, h.large_text, s.id, NULL AS stepped_up_at FROM staff s"
        " JOIN human h ON h.id = s.human WHERE s.id = $1",
        staff,
    )
    if human is None:
        raise Missing
    return await _staff(human)


def _in_force(post: Any, zone: str) -> bool:
    today = clock.today(zone)
    return (post["starts_on"] is None or post["starts_on"] <= today) and (
        post["ends_on"] is None or today <= post["ends_on"]
    )


@reading
async def estates_to_pick(by: Principal, what: May) -> list[tuple[str, str]]:
    """Id and name of the estates in which they may do it, for a field that offers them."""
    rows = await fetch("SELECT id::text, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.where(what)))
    return [(row["id"], row["name"]) for row in rows]


@reading
async def in_estate(by: Principal, code: str) -> Principal:
    """A member of staff, limited to one of their estates. Raises Missing for any other."""
    row = await fetch_one("SELECT id, code, name FROM community WHERE code = $1", code)
    if row is None or row["id"] not in by.roles:
        raise Missing
    return by.only(row["id"], Chosen(row["code"], row["name"]))


@reading
async def estates_of(by: Principal, communities: Sequence[int]) -> list[Chosen]:
    """Some of the reader's estates, sorted by code as the company numbers them."""
    return await fetch_as(
        Chosen, "SELECT code, name FROM community WHERE id = ANY($1) ORDER BY code", list(communities)
    )


async def departments_of(communities: Sequence[int]) -> list[str]:
    """The departments that work can be given to, by name: those of the staff; in the caller's transaction."""
    rows = await fetch(
        "SELECT DISTINCT department FROM staff WHERE community = ANY($1) AND department <> '' ORDER BY department",
        list(communities),
    )
    return [row["department"] for row in rows]


async def known_department(community: int, name: str) -> str:
    """The name, in the caller's transaction. Raises Invalid("department") if nobody of the estate works in it."""
    if name not in await departments_of([community]):
        raise Invalid("department", NO_SUCH_DEPARTMENT)
    return name


async def staff_of(by: Principal, community: int) -> UUID:
    """Their member-of-staff row in a community, in the caller's transaction. Raises Missing if there is none."""
    value: UUID | None = await fetch_value(
        "SELECT id FROM staff WHERE community = $1 AND human = $2", community, by.human
    )
    if value is None:
        raise Missing
    return value


@reading
async def community_called(by: Principal, code: str, what: May) -> int:
    """The id of a community by its code. Raises Missing if they may not do it there."""
    value: int | None = await fetch_value(
        "SELECT id FROM community WHERE code = $1 AND id = ANY($2::int[])", code, list(by.where(what))
    )
    if value is None:
        raise Missing
    return value


async def colleague(community: int, login: str) -> UUID | None:
    """The member of staff of a community with this sign-in name, in the caller's transaction."""
    staff: UUID | None = await fetch_value(
        "SELECT s.id FROM staff s JOIN human h ON h.id = s.human WHERE s.community = $1 AND h.login = $2",
        community,
        login.strip(),
    )
    return staff


@reading
async def sessions_of(by: Principal) -> list[SessionRow]:
    """The browsers in which this person is signed in, the latest used first."""
    now = clock.real_now()
    rows = await fetch(
        "SELECT id, audience, user_agent, created_at, seen_at, expires_at FROM web_session"
        " WHERE human = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY seen_at DESC, id",
        by.human,
        now,
    )
    return [
        SessionRow(
            id=r["id"],
            device=device(r["user_agent"]),
            created_at=r["created_at"],
            seen_at=r["seen_at"],
            here=r["id"] == by.session,
        )
        for r in rows
        if alive(Audience(r["audience"]), r["seen_at"], r["expires_at"], now)
    ]

"""Save people and staff, and end the sessions of those who changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from portal.kit import clock
from portal.people.persons.actions import close_sessions
from portal.platform.db.unit_of_work import fetch
from portal.records.checking.queries import Cells, Change
from portal.records.reading.rows import Row, Sheet


async def meet_people(changes: Sequence[Change]) -> None:
    """Make the humans of new phones. Whoever's phone or e-mail changed is signed out (I-A8)."""
    phones = {c.new["phone"]: c.new["language"] for c in changes if c.new["phone"]}
    await fetch(
        "INSERT INTO human (id, phone, language, large_text, totp_confirmed, created_at)"
        " SELECT gen_random_uuid(), p, l, false, false, $3 FROM unnest($1::text[], $2::text[]) AS w(p, l) ORDER BY p"
        " ON CONFLICT (phone) DO NOTHING",
        list(phones),
        list(phones.values()),
        clock.real_now(),
    )
    await _sign_out(c.old["human"] for c in changes if c.old and c.changes("phone", "email"))


async def link_people(community: int) -> None:
    """Tie each person to the human of their phone, once what they are to their homes is saved."""
    await fetch(
        "UPDATE person p SET human = h.id FROM person q LEFT JOIN human h ON h.phone = q.phone"
        " WHERE q.id = p.id AND p.community = $1 AND p.human IS DISTINCT FROM h.id"
        " AND (EXISTS (SELECT FROM occupancy o WHERE o.person = p.id AND o.revoked_at IS NULL)"
        "   OR NOT EXISTS (SELECT FROM occupancy o WHERE o.person = p.id))",
        community,
    )


def staff_changes(sheet: Sheet | None, known: dict[tuple[Any, ...], Cells]) -> list[Change]:
    """One change for each login: its rows' roles together, added to those it has here already."""
    result: dict[str, Change] = {}
    for row in sheet.rows if sheet else ():
        if row.bad or any(row.get(name) is None for name in ("login", "name", "roles")):
            continue
        login = row.cells["login"]
        old = result[login].new if login in result else known.get((login,))
        known_row = result[login].old if login in result else old
        result[login] = Change(row, (login,), known_row, _member(row, old))
    return list(result.values())


def _member(row: Row, old: Cells | None) -> Cells:
    roles = {*row.cells["roles"], *(old["roles"] if old else ())}
    department = row.cells.get("department") or (old["department"] if old else None)
    name = row.cells["name"]
    kept = old["roles"] if old and set(old["roles"]) == roles else sorted(roles)
    return {"login": row.cells["login"], "name": name, "roles": kept, "department": department}


async def save_staff(community: int, changes: Sequence[Change]) -> None:
    """Insert or update members of staff; whoever's roles changed is signed out (I-A8)."""
    for change in changes:
        new = change.new
        values = [new["name"], new["roles"], new["department"]]
        if change.old is None:
            human = await _human(new["login"])
            await fetch(
                "INSERT INTO staff (id, community, human, name, roles, department)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)",
                community,
                human,
                *values,
            )
            await _sign_out([human])
        elif not change.same:
            await fetch(
                "UPDATE staff SET name = $2, roles = $3, department = $4 WHERE id = $1", change.old["id"], *values
            )
            if change.changes("roles"):
                await _sign_out([change.old["human"]])


async def _human(login: str) -> UUID:
    await fetch(
        "INSERT INTO human (id, login, language, large_text, totp_confirmed, created_at)"
        " VALUES (gen_random_uuid(), $1, 'zh-CN', false, false, $2) ON CONFLICT (login) DO NOTHING",
        login,
        clock.real_now(),
    )
    human: UUID = (await fetch("SELECT id FROM human WHERE login = $1", login))[0]["id"]
    return human


async def _sign_out(humans: Iterable[UUID | None]) -> None:
    for human in sorted({human for human in humans if human}):
        await close_sessions(human)

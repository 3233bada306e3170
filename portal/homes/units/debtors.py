"""Who owes for a unit: one debtor for each set of co-owners, notified together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from portal.kit.ids import new_ids
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.platform.db.unit_of_work import fetch

Owners = tuple[UUID, tuple[UUID, ...]]  # a unit, and the persons who own it


async def ensure_debtors(community: int, owners: Iterable[Owners]) -> dict[Owners, UUID]:
    """The debtor of each (unit, persons), made if there is none. Part of the caller's unit of work."""
    wanted = {(unit, _key(persons)): (unit, persons) for unit, persons in owners}
    units, keys = [unit for unit, _ in wanted], [key for _, key in wanted]
    made = await fetch(
        "INSERT INTO debtor (id, community, unit, key)"
        " SELECT i, $1, u, k FROM unnest($4::uuid[], $2::uuid[], $3::text[]) AS d(i, u, k)"
        " ON CONFLICT (community, unit, key) DO NOTHING RETURNING id, unit, key",
        community,
        units,
        keys,
        new_ids(len(keys)),
    )
    members = [(row["id"], person) for row in made for person in wanted[row["unit"], row["key"]][1]]
    await fetch(
        "INSERT INTO debtor_member (id, community, debtor, person)"
        " SELECT i, $1, d, p FROM unnest($4::uuid[], $2::uuid[], $3::uuid[]) AS m(i, d, p)",
        community,
        [debtor for debtor, _ in members],
        [person for _, person in members],
        new_ids(len(members)),
    )
    result = made
    if len(made) < len(wanted):
        result = await fetch(
            "SELECT d.id, d.unit, d.key FROM debtor d"
            " JOIN unnest($1::uuid[], $2::text[]) AS w(unit, key) USING (unit, key)",
            units,
            keys,
        )
    return {wanted[row["unit"], row["key"]]: row["id"] for row in result}


async def tell_debtor(debtor: UUID, kind: NoticeKind, *, community: int, **rest: Any) -> None:
    """Notify every person of a debtor, with the name of the home; other arguments as in `notices.tell`.

    Part of the caller's unit of work.
    """
    members = await fetch(
        "SELECT m.person, u.name FROM debtor_member m JOIN debtor d ON d.id = m.debtor JOIN unit u ON u.id = d.unit"
        " WHERE m.debtor = $1 ORDER BY m.person",
        debtor,
    )
    if members:
        rest.setdefault("unit", members[0]["name"])
        await tell([row["person"] for row in members], kind, community=community, **rest)


def _key(persons: tuple[UUID, ...]) -> str:
    return ",".join(sorted(str(person) for person in persons))

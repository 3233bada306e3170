"""A case for an act at the desk: whose it is, and its locks."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from portal.db import fetch, fetch_one
from portal.kit.errors import Missing
from portal.people.principal import Principal, Role


async def case_at_desk(by: Principal, case: UUID, *roles: Role) -> Record:
    """A case of a community where they have one of these roles, locked after the bills of its debtor (the one order).

    Its columns with the estate's `timezone`. Raises Missing.
    """
    await fetch(
        "SELECT b.id FROM bill b JOIN arrears_case k ON k.debtor = b.debtor WHERE k.id = $1 AND k.community = ANY($2)"
        " ORDER BY b.id FOR NO KEY UPDATE OF b",
        case,
        list(by.with_role(*roles)),
    )
    found = await fetch_one(
        "SELECT k.*, c.timezone FROM arrears_case k JOIN community c ON c.id = k.community"
        " WHERE k.id = $1 AND k.community = ANY($2) FOR NO KEY UPDATE OF k",
        case,
        list(by.with_role(*roles)),
    )
    if found is None:
        raise Missing
    return found

"""A case for an act, at the desk or of its debtor: whose it is, and its locks."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from portal.kit.errors import Missing
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one

_BILLS = "SELECT b.id FROM bill b JOIN arrears_case k ON k.debtor = b.debtor WHERE k.id = $1 AND "
_CASE = "SELECT k.*, c.timezone FROM arrears_case k JOIN community c ON c.id = k.community WHERE k.id = $1 AND "
_AT_DESK = "k.community = ANY($2::int[])"
_OWN = "EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))"
_IN_ORDER, _LOCKED = " ORDER BY b.id FOR NO KEY UPDATE OF b", " FOR NO KEY UPDATE OF k"


async def case_at_desk(by: Principal, case: UUID, what: May) -> Record:
    """A case of a community where they may do this, locked after the bills of its debtor (the one order).

    Its columns with the estate's `timezone`. Raises Missing.
    """
    those = list(by.where(what))
    await fetch(_BILLS + _AT_DESK + _IN_ORDER, case, those)
    return _found(await fetch_one(_CASE + _AT_DESK + _LOCKED, case, those))


async def own_case(by: Principal, case: UUID) -> Record:
    """The same of a case in which they are the ones who owe. Raises Missing."""
    those = list(by.persons)
    await fetch(_BILLS + _OWN + _IN_ORDER, case, those)
    return _found(await fetch_one(_CASE + _OWN + _LOCKED, case, those))


def _found(case: Record | None) -> Record:
    if case is None:
        raise Missing
    return case

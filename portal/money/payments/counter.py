"""Payments at the counter: find the home that is meant, and record the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.homes.units.names import homes_called
from portal.kit import clock
from portal.platform.db.unit_of_work import fetch


@dataclass(frozen=True)
class Found:
    """A home that may be meant, with its estate and today's owners."""

    id: UUID
    name: str
    community: int
    estate: str
    timezone: str
    owners: tuple[str, ...]


async def homes_meant(communities: Sequence[int], unit: str, *, loosely: bool = False) -> list[Found]:
    """The homes in these estates that `homes_called` finds, by estate; in the caller's transaction."""
    rows = await fetch(
        "SELECT u.id, u.name, u.community, c.name AS estate, c.timezone,"
        " ARRAY(SELECT p.name FROM occupancy o JOIN person p ON p.id = o.person"
        "   WHERE o.unit = u.id AND o.role IN ('owner', 'co_owner')"
        "   AND coalesce(o.starts_on, '-infinity') <= ($2 AT TIME ZONE c.timezone)::date"
        "   AND coalesce(o.ends_on, 'infinity') >= ($2 AT TIME ZONE c.timezone)::date ORDER BY p.name) AS owners"
        " FROM unit u JOIN community c ON c.id = u.community"
        ' WHERE u.id = ANY($1::uuid[]) ORDER BY c.code, u.sort_key COLLATE "C"',
        await homes_called(communities, unit, loosely=loosely),
        clock.now(),
    )
    return [Found(**{**row, "owners": tuple(row["owners"])}) for row in rows]

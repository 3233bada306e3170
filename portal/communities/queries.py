"""When an estate works, and how fast it promises to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.communities.rules import ServiceLevel, WorkCalendar
from portal.db import fetch


@dataclass(frozen=True)
class WorkTerms:
    """An estate's working time and what it promises in it."""

    calendar: WorkCalendar
    level: ServiceLevel


async def work_terms(communities: Iterable[int]) -> dict[int, WorkTerms]:
    """The working terms of each estate in scope; part of the caller's unit of work."""
    wanted = sorted(set(communities))
    days = await fetch(
        "SELECT community, on_day, working FROM calendar_override WHERE community = ANY($1) ORDER BY on_day", wanted
    )
    rows = await fetch(
        "SELECT id, timezone, opens_at, closes_at, acknowledge_hours, reply_hours, close_days FROM community"
        " WHERE id = ANY($1)",
        wanted,
    )
    return {
        row["id"]: WorkTerms(
            WorkCalendar(
                row["timezone"],
                row["opens_at"],
                row["closes_at"],
                {day["on_day"]: day["working"] for day in days if day["community"] == row["id"]},
            ),
            ServiceLevel(row["acknowledge_hours"], row["reply_hours"], row["close_days"]),
        )
        for row in rows
    }


async def terms_of(community: int) -> WorkTerms:
    """The working terms of one estate. Raises KeyError for an unknown one."""
    return (await work_terms([community]))[community]


async def calendar_of(community: int) -> WorkCalendar:
    """The days and hours on which an estate works, its own overrides included."""
    return (await terms_of(community)).calendar

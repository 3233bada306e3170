"""The daily job that finds disclosures which have come due."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.accounts.disclosures.rules import (
    Profile,
    covered_on,
    due_on,
    first_asked,
    periods_of,
    profiles_of,
    tellable,
)
from portal.accounts.publishing.queries import KIND
from portal.people.estates.states import FeeMode
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import of_each_estate

_PUBLISHED = f"""
SELECT s.starts_on, s.ends_on, (s.published_at AT TIME ZONE c.timezone)::date AS on_day
FROM statement s JOIN community c ON c.id = s.community
WHERE s.community = $1 AND s.state <> 'draft' AND s.ends_on >= $3 AND s.starts_on <= $4
 AND (s.published_at AT TIME ZONE c.timezone)::date BETWEEN $5 AND $6
 AND EXISTS (SELECT FROM statement_line l WHERE l.statement = s.id AND l.fund = $2) AND {KIND} = $7
"""


@of_each_estate
async def disclosures(on: date, community: int) -> dict[str, int]:
    """Record the disclosures due by a day, and which of them statements published by then fulfil.

    Safe to run twice, at the same time, late, and for a past day.
    """
    async with unit_of_work(community, read_only=True):
        estate = await fetch_one(
            "SELECT id, jurisdiction, fee_mode, (created_at AT TIME ZONE timezone)::date AS since FROM community"
            " WHERE id = $1",
            community,
        )
    done = {"due": 0, "published": 0}
    if estate is None:
        return done
    for profile in profiles_of(estate["jurisdiction"], FeeMode(estate["fee_mode"])):
        due, published = await _ensure(estate, profile, on)
        done = {"due": done["due"] + due, "published": done["published"] + published}
    return done


async def _ensure(estate: Any, profile: Profile, on: date) -> tuple[int, int]:
    made = published = 0
    community: int = estate["id"]
    async with unit_of_work(community):
        await advisory_lock(f"disclosures:{community}")
        since = await _since(community, profile, estate["since"])
        for first, last in periods_of(profile, since, on):
            made += await _make(community, profile, first, last)
        for row in await fetch(
            "SELECT id, starts_on, ends_on FROM disclosure WHERE community = $1 AND duty = $2"
            " AND published_on IS NULL ORDER BY starts_on",
            community,
            profile.duty.value,
        ):
            published += await _fulfil(community, profile, row, on)
    return made, published


async def _since(community: int, profile: Profile, joined: date) -> date:
    """The first day that counts for an estate: of the period due when it joined, or of its first statement."""
    first = await fetch_value("SELECT min(starts_on) FROM statement WHERE community = $1", community)
    asked = first_asked(profile, joined)
    return min(asked, first) if first else asked


async def _make(community: int, profile: Profile, first: date, last: date) -> int:
    made = await fetch(
        "INSERT INTO disclosure (id, community, duty, starts_on, ends_on, due_on) VALUES (gen_random_uuid(), $1, $2,"
        " $3, $4, $5) ON CONFLICT (community, duty, starts_on) DO NOTHING RETURNING id",
        community,
        profile.duty.value,
        first,
        last,
        due_on(profile, last),
    )
    return len(made)


async def _fulfil(community: int, profile: Profile, row: Any, on: date) -> int:
    if profile.fund is None:
        return 0
    since, until = tellable(profile.duty, row["starts_on"], row["ends_on"])
    statements = await fetch(
        _PUBLISHED, community, profile.fund.value, row["starts_on"], row["ends_on"], since, min(on, until),
        profile.duty.tells.value,
    )  # fmt: skip
    day = covered_on(
        row["starts_on"], row["ends_on"], [(one["starts_on"], one["ends_on"], one["on_day"]) for one in statements]
    )
    if day is None:
        return 0
    await fetch("UPDATE disclosure SET published_on = $2 WHERE id = $1", row["id"], day)
    await record(
        "job:disclosures", AuditVerb.DISCLOSURE_FULFILLED, f"disclosure:{row['id']}", community=community,
        duty=profile.duty.value,
    )  # fmt: skip
    return 1

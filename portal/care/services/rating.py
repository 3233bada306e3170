"""Residents' ratings of work."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from portal.care.services.queries import record_of
from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, reading, retrying, unit_of_work


@dataclass(frozen=True)
class Ratings:
    """The number of ratings of a piece of work, the sum of stars, and the reader's own; words are for staff only."""

    count: int
    sum: int
    own: int | None
    words: tuple[str, ...] = ()

    @property
    def average(self) -> str:
        """Stars with one decimal, half up."""
        tenths = (20 * self.sum + self.count) // (2 * self.count) if self.count else 0
        return f"{tenths // 10}.{tenths % 10}"


@retrying
async def rate(by: Principal, wanted: UUID, stars: int, text: str) -> None:
    """Rate a piece of work of one's estate with one to five stars; a second time changes one's rating.

    Raises Missing for another estate's.
    """
    await record_of(by, wanted)
    async with unit_of_work(*by.communities):
        row = await fetch_one(
            "SELECT r.community, p.id AS person FROM service_record r JOIN person p ON p.community = r.community"
            " WHERE r.id = $1 AND p.id = ANY($2) ORDER BY p.id LIMIT 1",
            wanted,
            list(by.persons),
        )
        if row is None:
            raise Missing
        await fetch(
            "INSERT INTO service_rating (id, community, record, person, stars, text, rated_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (record, person) DO UPDATE SET stars = $4, text = $5, rated_at = $6",
            row["community"],
            wanted,
            row["person"],
            stars,
            text or None,
            clock.now(),
        )
        await record(by.actor, AuditVerb.SERVICE_RATED, f"service:{wanted}", community=row["community"], stars=stars)


@reading
async def ratings_of(by: Principal, wanted: UUID, *, words: bool = False) -> Ratings:
    """The ratings of a piece of work that the reader may see; `words` adds what was written, for staff."""
    row = await fetch_one(
        "SELECT count(*)::int AS count, coalesce(sum(stars), 0)::int AS sum,"
        " max(stars) FILTER (WHERE person = ANY($2)) AS own,"
        " array_remove(array_agg(text ORDER BY rated_at DESC), NULL) AS words FROM service_rating WHERE record = $1",
        wanted,
        list(by.persons),
    )
    assert row is not None, "an aggregate has a row"
    return Ratings(count=row["count"], sum=row["sum"], own=row["own"], words=tuple(row["words"] or ()) if words else ())

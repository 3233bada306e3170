"""Seats on the committee of an estate of the cast."""

from __future__ import annotations

from dataclasses import replace

from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import cast


async def seat(estate: cast.Estate, name: str, post: str = "委员", votes: bool | None = True) -> Principal:
    """Somebody of the cast as a member since the beginning of 2026."""
    async with unit_of_work(estate.community):
        await fetch(
            "INSERT INTO committee_post (id, community, person, post, votes, starts_on)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, '2026-01-01')",
            estate.community,
            estate[name].persons[0],
            post,
            votes,
        )
    return replace(estate[name], committees=(estate.community,))

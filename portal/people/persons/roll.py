"""The people of an estate: found by name and number, or added with a phone sign-in."""

from __future__ import annotations

from uuid import UUID, uuid4

from portal.kit import clock
from portal.platform.db.unit_of_work import fetch, fetch_value


async def ensure_on_roll(community: int, name: str, phone: str | None, *, language: str) -> UUID:
    """The person of this name and number (E.164), added to the roll if missing; in the caller's unit of work.

    Without a number, nobody is taken for another person of the same name.
    """
    known = await fetch_value(
        "SELECT id FROM person WHERE community = $1 AND name = $2 AND phone = $3 ORDER BY external_id LIMIT 1",
        community,
        name,
        phone,
    )
    return known or await put_on_roll(community, name, phone, None, language)


async def put_on_roll(community: int, name: str, phone: str | None, email: str | None, language: str) -> UUID:
    """A new person, with a sign-in by phone where there is a number; in the caller's unit of work."""
    human = None
    if phone:
        await fetch(
            "INSERT INTO human (id, phone, language, large_text, totp_confirmed, created_at)"
            " VALUES (gen_random_uuid(), $1, $2, false, false, $3) ON CONFLICT (phone) DO NOTHING",
            phone,
            language,
            clock.real_now(),
        )
        human = await fetch_value("SELECT id FROM human WHERE phone = $1", phone)
    person = uuid4()
    await fetch(
        "INSERT INTO person (id, community, external_id, name, human, phone, email, language)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        person,
        community,
        f"desk-{person.hex[:12]}",
        name,
        human,
        phone,
        email,
        language,
    )
    return person

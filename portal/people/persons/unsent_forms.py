"""What was typed into a form when the session ended, kept two hours for the same human."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from portal.kit import clock
from portal.people.persons.principal import Principal
from portal.people.persons.queries import fingerprint
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work

KEPT = timedelta(hours=2)
MOST_HELD = 5


async def hold_form(expired_token: str, path: str, fields: dict[str, list[str]]) -> bool:
    """Keep the fields for the human whose session the token was. False if there was none; then nothing is kept."""
    async with unit_of_work():
        human = await fetch_value("SELECT human FROM web_session WHERE token_sha256 = $1", fingerprint(expired_token))
    return human is not None and await hold_form_of(human, path, fields)


async def hold_form_of(human: UUID, path: str, fields: dict[str, list[str]]) -> bool:
    """Keep the fields for this human. False if there is none; then nothing is kept.

    The latest form of a page replaces the one before; if there are more than five, the oldest go.
    """
    now = clock.real_now()
    async with unit_of_work():
        if not await fetch_value("SELECT id FROM human WHERE id = $1", human):
            return False
        await fetch("DELETE FROM held_form WHERE human = $1 AND (path = $2 OR expires_at < $3)", human, path, now)
        await fetch(
            "DELETE FROM held_form WHERE id IN"
            " (SELECT id FROM held_form WHERE human = $1 ORDER BY expires_at DESC, id OFFSET $2)",
            human,
            MOST_HELD - 1,
        )
        await fetch(
            "INSERT INTO held_form (id, human, path, fields, expires_at)"
            " VALUES (gen_random_uuid(), $1, $2, $3::text::jsonb, $4)",
            human,
            path,
            json.dumps(fields, ensure_ascii=False),
            now + KEPT,
        )
        return True


async def take_form(principal: Principal, path: str) -> dict[str, list[str]] | None:
    """Return what this human had typed on this page, once; None for anybody else, another page or too late."""
    async with unit_of_work():
        kept = await fetch_value(
            "DELETE FROM held_form WHERE human = $1 AND path = $2 AND expires_at > $3 RETURNING fields::text",
            principal.human,
            path,
            clock.real_now(),
        )
    return json.loads(kept) if kept else None

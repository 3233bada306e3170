"""Begin and end sessions, save a person's preferences, record security events."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.facts import as_json
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.queries import fingerprint
from portal.people.persons.rules import LIFETIMES, MOST_SESSIONS
from portal.people.persons.states import Language, SecurityVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work


async def note(verb: SecurityVerb, human: UUID | None = None, **facts: object) -> None:
    """Add an event to the current unit of work. Facts never hold a code, a token or a full phone number."""
    await fetch(
        "INSERT INTO security_event (id, at, human, verb, facts) VALUES (gen_random_uuid(), $1, $2, $3, $4)",
        clock.real_now(),
        human,
        verb.value,
        as_json(facts),
    )


TOKEN_BYTES = 32


async def start_session(human: UUID, audience: Audience, user_agent: str, **more: Any) -> str:
    """A new session's token (256 bits); `more` as in `open_session`. At most five live at once."""
    async with unit_of_work():
        return await open_session(human, audience, user_agent, **more)


async def open_session(
    human: UUID, audience: Audience, user_agent: str, *, instead_of: str | None = None, stepped_up: bool = False
) -> str:
    """`start_session` inside the transaction that used up the code. It ends the browser's old session, `instead_of`.

    Notifications that this person turned on in it continue. `stepped_up`: the proof at sign-in counts for a while.
    Raises Missing for an unknown human.
    """
    now = clock.real_now()
    if not await fetch_value("SELECT id FROM human WHERE id = $1 FOR NO KEY UPDATE", human):
        raise Missing
    session = uuid4()
    if instead_of:
        await fetch(
            "UPDATE device SET session = $1 WHERE human = $2"
            " AND session = (SELECT id FROM web_session WHERE token_sha256 = $3)",
            session,
            human,
            fingerprint(instead_of),
        )
        await _revoke("token_sha256 = $2", fingerprint(instead_of))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await fetch(
        "INSERT INTO web_session (id, token_sha256, human, audience, user_agent, created_at, seen_at, expires_at,"
        " stepped_up_at) VALUES ($8, $1, $2, $3, $4, $5, $5, $6, $7)",
        fingerprint(token),
        human,
        audience.value,
        user_agent[:300],
        now,
        now + LIFETIMES[audience].absolute,
        now if stepped_up else None,
        session,
    )
    await _revoke(
        "id IN (SELECT id FROM web_session WHERE human = $2 AND revoked_at IS NULL AND expires_at > $1"
        " ORDER BY created_at DESC, id OFFSET $3)",
        human,
        MOST_SESSIONS,
    )
    await note(SecurityVerb.SIGNED_IN, human, audience=audience)
    return token


async def end_session(token: str) -> None:
    """Sign this browser out; does nothing if it was not signed in."""
    async with unit_of_work():
        for row in await _revoke("token_sha256 = $2", fingerprint(token)):
            await note(SecurityVerb.SIGNED_OUT, row["human"])


async def end_sessions_of(human: UUID, *, except_: UUID | None = None) -> int:
    """Sign a human out everywhere, except for one session; returns how many ended."""
    async with unit_of_work():
        return await close_sessions(human, except_=except_)


async def close_sessions(human: UUID, *, except_: UUID | None = None) -> int:
    """`end_sessions_of` inside the transaction with the reason: new password, changed phone or role (I-A8).

    Pending codes end with them, and notifications in browsers whose sessions had expired before.
    """
    ended = await _revoke("human = $2 AND id IS DISTINCT FROM $3", human, except_)
    await fetch(
        "UPDATE one_time_code SET expires_at = $2 WHERE human = $1 AND used_at IS NULL AND expires_at > $2",
        human,
        clock.real_now(),
    )
    await fetch("DELETE FROM device WHERE human = $1 AND session IS DISTINCT FROM $2", human, except_)
    if ended:
        await note(SecurityVerb.SESSION_REVOKED, human, sessions=len(ended))
    return len(ended)


async def renew_session(by: Principal) -> str:
    """A new token for the session of somebody who has just proved who they are; the old token becomes invalid.

    The session lasts as long as before. Part of the caller's unit of work. Raises Missing once it has ended.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    if not await fetch_value(
        "UPDATE web_session SET token_sha256 = $2, stepped_up_at = $3 WHERE id = $1 AND revoked_at IS NULL"
        " RETURNING id",
        by.session,
        fingerprint(token),
        clock.real_now(),
    ):
        raise Missing
    await note(SecurityVerb.STEPPED_UP, by.human, audience=by.audience)
    return token


async def revoke_session(by: Principal, session: UUID) -> None:
    """End one of their own sessions. Raises Missing for anybody else's, and for one that has ended."""
    async with unit_of_work(*by.communities):
        if not await _revoke("human = $2 AND id = $3", by.human, session):
            raise Missing
        await note(SecurityVerb.SESSION_REVOKED, by.human, sessions=1)


async def _revoke(which: str, *values: object) -> list[Record]:
    """End the sessions that meet a condition of this module, with notifications there; $1 is now."""
    return await fetch(
        "WITH ended AS (UPDATE web_session SET revoked_at = $1 WHERE revoked_at IS NULL AND " + which + " RETURNING *),"
        " silent AS (DELETE FROM device WHERE session IN (SELECT id FROM ended)) SELECT human FROM ended",
        clock.real_now(),
        *values,
    )


async def save_tastes(by: Principal, tastes: Mapping[str, object]) -> None:
    """Save choices (`language`, `large_text`) with the person, for other browsers and for notices."""
    async with unit_of_work(*by.communities):
        if "language" in tastes:
            language = Language(str(tastes["language"])).value
            await fetch("UPDATE human SET language = $2 WHERE id = $1", by.human, language)
            await fetch("UPDATE person SET language = $2 WHERE id = ANY($1)", list(by.persons), language)
        if "large_text" in tastes:
            await fetch("UPDATE human SET large_text = $2 WHERE id = $1", by.human, bool(tastes["large_text"]))

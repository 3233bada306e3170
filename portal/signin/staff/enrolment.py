"""How staff set up their password and second factor: a one-time link, in real time."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp

from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.people.persons.actions import close_sessions, note
from portal.people.persons.permissions import Role
from portal.people.persons.queries import fingerprint
from portal.people.persons.states import Language, SecurityVerb
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, reading, retrying, unit_of_work
from portal.signin.owners.rules import FIRST_LINK_LIFE, NEXT_LINK_LIFE, matching_step
from portal.signin.staff import passwords

CLI = "cli"  # the audit's name for whoever works on the server itself
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
NO_ROLE = N_("There is no role %(role)s. Use one of: %(roles)s.")
NO_ESTATE = N_(
    "There is no estate with the code %(code)s yet. Import it first with portal import; a "
    "community.csv with its code and name is enough to start with."
)
LIVE = (
    "SELECT k.id AS link, h.id, h.login, h.password_hash, h.totp_secret, h.totp_confirmed FROM set_up_link k"
    " JOIN human h ON h.id = k.human WHERE k.token_sha256 = $1 AND k.used_at IS NULL AND k.expires_at > $2"
)


@dataclass(frozen=True)
class SetUp:
    """The progress of somebody with a link: `totp_secret` (base32) once they have chosen a password."""

    login: str
    totp_secret: str | None


async def add_staff(login: str, community_code: str, role: str, *, name: str | None = None) -> UUID:
    """Give a login another role in a community; returns the human's id.

    Raises Missing for an unknown community, Invalid for a login or role that is not allowed. Their sessions end.
    """
    wanted = login.strip().lower()
    if not LOGIN.fullmatch(wanted):
        raise Invalid("login", N_("A login has 2 to 64 lower-case letters, digits, dots, dashes or underscores."))
    if role not in list(Role):
        raise Invalid("role", NO_ROLE, role=role, roles=", ".join(Role))
    async with unit_of_work(EVERYWHERE):
        community = await fetch_value("SELECT id FROM community WHERE code = $1", community_code)
        if community is None:
            raise Missing(NO_ESTATE, code=community_code)
        human = await _human(wanted)
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles)"
            " VALUES (gen_random_uuid(), $1, $2, $3, ARRAY[$4::text])"
            " ON CONFLICT (community, human) DO UPDATE SET roles ="
            " (SELECT array_agg(DISTINCT r ORDER BY r) FROM unnest(staff.roles || $4::text) r)",
            community,
            human,
            name or wanted,
            role,
        )
        await close_sessions(human)
        await record(CLI, AuditVerb.STAFF_ADDED, f"staff:{human}", community=community, role=role)
    return human


async def _human(login: str) -> UUID:
    human: UUID = await fetch_value(
        "INSERT INTO human (id, login, language, large_text, totp_confirmed, created_at)"
        " VALUES (gen_random_uuid(), $1, $2, false, false, $3)"
        " ON CONFLICT (login) DO UPDATE SET login = excluded.login RETURNING id",
        login,
        Language.chinese.value,
        clock.real_now(),
    )
    return human


@retrying
async def make_link(login: str) -> str:
    """The token of a new one-time link, `/desk/set-up/<token>`: 24 hours for a first set-up, 10 minutes afterwards.

    Older links end. Each of their estates gets an audit row. Raises Missing for a login that is not staff.
    """
    now, token = clock.real_now(), secrets.token_urlsafe(32)
    async with unit_of_work(EVERYWHERE):
        human = await fetch_one(
            "SELECT id, totp_confirmed FROM human h WHERE login = $1"
            " AND EXISTS (SELECT FROM staff s WHERE s.human = h.id) FOR NO KEY UPDATE",
            login.strip().lower(),
        )
        if human is None:
            raise Missing(N_("No member of staff has the login %(login)s."), login=login)
        await fetch("UPDATE set_up_link SET used_at = $2 WHERE human = $1 AND used_at IS NULL", human["id"], now)
        if not human["totp_confirmed"]:  # whoever opens the new link must not see a secret of an unfinished set-up
            await fetch("UPDATE human SET password_hash = NULL, totp_secret = NULL WHERE id = $1", human["id"])
        await fetch(
            "INSERT INTO set_up_link (id, human, token_sha256, expires_at) VALUES (gen_random_uuid(), $1, $2, $3)",
            human["id"],
            fingerprint(token),
            now + (NEXT_LINK_LIFE if human["totp_confirmed"] else FIRST_LINK_LIFE),
        )
        await note(SecurityVerb.LINK_MADE, human["id"])
        for row in await fetch("SELECT community FROM staff WHERE human = $1 ORDER BY community", human["id"]):
            await record(CLI, AuditVerb.SET_UP_LINK_MADE, f"staff:{human['id']}", community=row["community"])
    return token


@reading
async def _live(_scope: object, token: str, now: datetime) -> Any:
    return await fetch_one(LIVE, fingerprint(token), now)


async def set_up_of(token: str) -> SetUp:
    """The holder of a link and their progress. Raises Missing if it was used, has expired or never existed."""
    row = await _live(EVERYWHERE, token, clock.real_now())
    if row is None:
        raise Missing(N_("This link has already been used or has expired. Please ask an administrator for a new one."))
    half = row["password_hash"] is not None and not row["totp_confirmed"]
    return SetUp(row["login"], row["totp_secret"] if half else None)


@retrying
async def choose_password(token: str, password: str) -> None:
    """Save a password and show a new TOTP secret from now on; nobody can sign in until it is confirmed.

    Raises Missing as `set_up_of` does, Invalid("password") if it is not good enough.
    """
    passwords.check_password(password, (await set_up_of(token)).login)
    kept = await passwords.hashed(password)
    async with unit_of_work():
        row = await _locked(token)
        # Sent again before it is confirmed, the secret stays, since it may already be in the app.
        half = row["password_hash"] is not None and not row["totp_confirmed"]
        await fetch(
            "UPDATE human SET password_hash = $2, totp_secret = $3, totp_confirmed = false, last_totp_step = NULL"
            " WHERE id = $1",
            row["id"],
            kept,
            row["totp_secret"] if half else pyotp.random_base32(),
        )


@retrying
async def confirm_totp(token: str, code: str) -> None:
    """Use the link up: the second factor is confirmed, and older sessions end.

    Raises Missing as `set_up_of` does, Refused without a password, Invalid("code") for a wrong code.
    """
    now = clock.real_now()
    async with unit_of_work():
        row = await _locked(token)
        if row["password_hash"] is None or row["totp_confirmed"]:
            raise Refused(N_("Please choose a password first."))
        if matching_step(row["totp_secret"], code, now, None) is None:
            raise Invalid(
                "code", N_("This code is not correct. Please wait for the next one in your app and try again.")
            )
        # The step is not used up: the same code may still sign in, so that nobody waits half a minute for the next.
        await fetch("UPDATE human SET totp_confirmed = true WHERE id = $1", row["id"])
        await fetch("UPDATE set_up_link SET used_at = $2 WHERE id = $1", row["link"], now)
        await close_sessions(row["id"])
        await note(SecurityVerb.SET_UP_DONE, row["id"])


async def _locked(token: str) -> Any:
    row = await fetch_one(LIVE + " FOR NO KEY UPDATE", fingerprint(token), clock.real_now())
    if row is None:
        raise Missing(N_("This link has already been used or has expired. Please ask an administrator for a new one."))
    return row

"""Sign-in for staff: a password, then a TOTP code that counts once. Unknown logins cost the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.people.persons.actions import note, open_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import fingerprint
from portal.people.persons.states import SecurityVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.signin.owners import limits
from portal.signin.owners.rules import (
    FAILURES_AN_ACCOUNT,
    FAILURES_AN_ADDRESS,
    mark,
    matching_step,
    minutes,
    of_network,
)
from portal.signin.staff import passwords

NOT_RIGHT = N_("The login or the password is not correct. Please check both.")
CODE_NOT_RIGHT = N_("This code is not correct or has already been used. Please wait for the next one in your app.")
ENOUGH = N_("There were too many wrong attempts. Please try again in %(minutes)s minutes, or ask an administrator.")
FOUND = (
    "SELECT id, password_hash, totp_secret, last_totp_step FROM human h WHERE login = $1 AND totp_confirmed"
    " AND password_hash IS NOT NULL AND EXISTS (SELECT FROM staff s WHERE s.human = h.id)"
)


@dataclass(frozen=True)
class HalfWay:
    """What the browser keeps, sealed, between password and code. A new password makes it invalid."""

    human: UUID
    login: str
    proof: str


async def check_password(login: str, password: str, *, network: str, secret: str) -> HalfWay:
    """The first step of signing in. Raises Invalid("login") if it is wrong or was tried too often."""
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE):
        # Counted before the slow hash, so that a hundred tries at once are a hundred tries.
        refusal = await _reserve(login, network, secret, now)
        account = None if refusal else await fetch_one(FOUND, login)
    if refusal:
        raise refusal
    fits = await passwords.fits(account["password_hash"] if account else None, password)
    async with unit_of_work():
        if account and fits:
            await _take_back(login, network, secret, now)
            return HalfWay(human=account["id"], login=login, proof=fingerprint(account["password_hash"]))
        await limits.watch("failures", now)
        await note(SecurityVerb.SIGN_IN_FAILED, account["id"] if account else None, step="password", network=network)
    raise Invalid("login", NOT_RIGHT)


async def check_totp(
    half: HalfWay, code: str, *, network: str, secret: str, user_agent: str, instead_of: str | None = None
) -> str:
    """The second step: returns the token of a new session. Raises Invalid("code"); the failure is counted."""
    async with unit_of_work(EVERYWHERE):
        refusal = await use_totp(half, code, network=network, secret=secret)
        if not refusal:
            token = await open_session(half.human, Audience.staff, user_agent, instead_of=instead_of, stepped_up=True)
    if refusal:
        raise refusal
    return token


async def use_totp(half: HalfWay, code: str, *, network: str, secret: str) -> Invalid | None:
    """Use a code up in the caller's unit of work; returns the refusal, which is counted, if it is wrong."""
    now = clock.real_now()
    if refusal := await _reserve(half.login, network, secret, now) or await _refused_code(half, code, network, now):
        return refusal
    await limits.forget(_login_key(half.login, secret))
    await limits.take_back(f"fail:{network}", now)
    return None


async def half_way_of(human: UUID) -> HalfWay:
    """Signed-in staff, as if they had just entered their password. Raises Missing."""
    account = await fetch_one("SELECT login, password_hash FROM human WHERE id = $1 AND totp_confirmed", human)
    if account is None:
        raise Missing
    return HalfWay(human=human, login=account["login"], proof=fingerprint(account["password_hash"]))


async def _refused_code(half: HalfWay, code: str, network: str, now: datetime) -> Invalid | None:
    """Use the code's time step up, with the human locked; returns the refusal if it is wrong."""
    account = await fetch_one(FOUND + " FOR NO KEY UPDATE", half.login)
    known = account is not None and account["id"] == half.human and fingerprint(account["password_hash"]) == half.proof
    step = matching_step(account["totp_secret"], code, now, account["last_totp_step"]) if account and known else None
    if step is not None:
        await fetch("UPDATE human SET last_totp_step = $2 WHERE id = $1", half.human, step)
        return None
    await limits.watch("failures", now)
    await note(SecurityVerb.SIGN_IN_FAILED, half.human, step="totp", network=network)
    return Invalid("code", CODE_NOT_RIGHT)


async def _reserve(login: str, network: str, secret: str, now: datetime) -> Invalid | None:
    """Count a try as failed until it succeeds, or refuse with the time of the next one."""
    keys = (
        (_login_key(login, secret), FAILURES_AN_ACCOUNT),
        (f"fail:{network}", of_network(FAILURES_AN_ADDRESS, network)),
    )
    for key, limit in keys:
        if wait := await limits.wait_for(key, limit, now):
            await note(SecurityVerb.SIGN_IN_LIMITED, network=network)
            return Invalid("login", ENOUGH, minutes=minutes(wait))
    for key, _limit in keys:
        await limits.count(key, now)
    return None


async def _take_back(login: str, network: str, secret: str, now: datetime) -> None:
    await limits.take_back(_login_key(login, secret), now)
    await limits.take_back(f"fail:{network}", now)


def _login_key(login: str, secret: str) -> str:
    return f"fail:{mark(secret, 'login:' + login)}"

"""Sign-in for owners: a code is requested by phone number, and used once by the browser that asked.

Codes for stepping up and for a new number are of the same kind, each with a knock of its own.
What the person is told depends only on what they typed, never on whether the number is on a roll. A code is sent after
its transaction, so that the time of an answer tells nothing either.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.kit.language import speaking
from portal.kit.words import _
from portal.people.channels.provider import NotSent
from portal.people.channels.sms import Text, send_sms
from portal.people.persons.actions import note, open_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import fingerprint
from portal.people.persons.rules import masked
from portal.people.persons.states import SecurityVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.process.settings import SMS_DAILY_CODES, Settings
from portal.signin.owners import limits
from portal.signin.owners.rules import (
    CODE_LIFE,
    COOLDOWN,
    FAILURES_AN_ACCOUNT,
    FAILURES_AN_ADDRESS,
    MOST_TRIES,
    SENDS_A_NUMBER,
    SENDS_AN_ADDRESS,
    TRIES_A_CODE,
    code_hmac,
    mark,
    minutes,
    of_network,
    six_digits,
)
from portal.signin.owners.words import CodeText

WAIT_A_MINUTE = N_("A code was asked for less than a minute ago. Please wait %(seconds)s seconds, then ask again.")
ENOUGH_CODES = N_(
    "Several codes were asked for with this number. Please use the latest one, or try again in %(minutes)s minutes."
)
BUSY_NETWORK = N_(
    "There were too many attempts from your network. Please try again in %(minutes)s minutes, or "
    "call the service centre."
)
CODES = "codes"  # counter of the daily budget
BUSY_TODAY = N_("No more codes can be sent today because of very high demand. Please call the service centre.")
ENOUGH_TRIES = N_(
    "For your safety this number is locked after too many wrong codes. Please try again in %(minutes)s minutes."
)
ASK_ANEW = N_("This code is no longer valid. Please ask for a new one.")
RUN_OUT = N_("This code has expired: codes are valid for 5 minutes. Please ask for a new one.")
USED = N_("This code has already been used. If you are not signed in, please ask for a new one.")
WRONG = N_("This code is not correct. Please check the latest message. Attempts left: %(left)s.")


@dataclass(frozen=True)
class Knock:
    """What the browser that asked keeps, sealed: its own token, the number entered, and when."""

    browser: str
    phone: str
    asked_at: datetime


@dataclass(frozen=True)
class CodeMessage:
    """A code for a person on the roll, in their language. Never logged."""

    to: str
    language: str
    code: str
    human: UUID
    text: CodeText = CodeText.sign_in


async def ask_code(
    phone: str, *, network: str, secret: str, budget: int = SMS_DAILY_CODES
) -> tuple[Knock, CodeMessage | None]:
    """Make a code for a number in E.164, and the message to send; no message if the number is on no roll.

    Raises Invalid("phone") if asked too often, or if all numbers together got `budget` codes within a day. Unknown
    numbers get the same answers.
    """
    now = clock.real_now()
    knock = knocking(phone, now)
    async with unit_of_work(EVERYWHERE):
        refusal = await too_many_sends(phone, network, secret, now, budget)
        message = None if refusal else await _new_code(knock, secret)
    if refusal:
        raise refusal
    return knock, message


def knocking(phone: str, now: datetime) -> Knock:
    """A new knock for a number in E.164, counted at the same moment."""
    return Knock(secrets.token_urlsafe(32), phone, now)


async def too_many_sends(phone: str, network: str, secret: str, now: datetime, budget: int) -> Invalid | None:
    """Count this code, or refuse with the time of the next one; `budget` is the daily number for all phones."""
    if await limits.spent(CODES, now) >= budget:
        await limits.ring(CODES, now, budget)
        return Invalid("phone", BUSY_TODAY)
    number, cool, near = _key("send", phone, secret), _key("cool", phone, secret), f"send:{network}"
    for key, limit, sentence in (
        (number, SENDS_A_NUMBER, ENOUGH_CODES),
        (cool, COOLDOWN, WAIT_A_MINUTE),
        (near, of_network(SENDS_AN_ADDRESS, network), BUSY_NETWORK),
    ):
        if wait := await limits.wait_for(key, limit, now):
            await note(SecurityVerb.CODE_LIMITED, phone=masked(phone), network=network)
            return Invalid("phone", sentence, minutes=minutes(wait), seconds=max(1, round(wait.total_seconds())))
    for key in (number, cool, near):
        await limits.count(key, now)
    await limits.watch("sends", now)
    return None


async def _new_code(knock: Knock, secret: str) -> CodeMessage | None:
    """Store a code for a number on a roll; for any other do the same work without effect."""
    human = await fetch_one(
        "SELECT id, language FROM human h WHERE phone = $1 AND EXISTS (SELECT FROM person p WHERE p.human = h.id)",
        knock.phone,
    )
    code = await put_code(human["id"] if human else uuid4(), knock, secret)
    await note(SecurityVerb.CODE_SENT if human else SecurityVerb.CODE_UNKNOWN, phone=masked(knock.phone))
    return CodeMessage(to=knock.phone, language=human["language"], code=code, human=human["id"]) if human else None


async def put_code(whom: UUID, knock: Knock, secret: str) -> str:
    """Store a new code of a human, end older ones, and return it. Without a human nothing is stored or counted."""
    code, salt = six_digits(secrets.randbelow(10**6)), secrets.token_hex(16)
    await fetch(
        "UPDATE one_time_code SET expires_at = $2 WHERE human = $1 AND used_at IS NULL AND expires_at > $2",
        whom,
        knock.asked_at,
    )
    stored = await fetch(
        "INSERT INTO one_time_code (id, human, browser_sha256, salt, code_hmac, tries, created_at, expires_at)"
        " SELECT gen_random_uuid(), id, $2, $3, $4, 0, $5, $6 FROM human WHERE id = $1 RETURNING id",
        whom,
        fingerprint(knock.browser),
        salt,
        code_hmac(secret, salt, code),
        knock.asked_at,
        knock.asked_at + CODE_LIFE,
    )
    await limits.spend(CODES if stored else f"{CODES} to nobody", knock.asked_at)  # the second takes as long
    return code


async def use_code(
    knock: Knock, code: str, *, network: str, secret: str, user_agent: str, instead_of: str | None = None
) -> str:
    """Sign in with a code: returns the token of a new session; the browser's old session, `instead_of`, ends.

    Raises Invalid("code") if it is wrong, used, expired, or was tried too often. The failure is counted in any case.
    """
    async with unit_of_work(EVERYWHERE):
        row = await right_code(knock, code, network, secret, belongs=_still_theirs)
        if not isinstance(row, Invalid):
            token = await open_session(row, Audience.owner, user_agent, instead_of=instead_of)
    if isinstance(row, Invalid):
        raise row
    return token


async def _refused_before_looking(knock: Knock, network: str, secret: str) -> Invalid | None:
    now = clock.real_now()
    number, tries = _key("fail", knock.phone, secret), f"tries:{fingerprint(knock.browser)}"
    for key, limit, sentence in (
        (number, FAILURES_AN_ACCOUNT, ENOUGH_TRIES),
        (f"fail:{network}", of_network(FAILURES_AN_ADDRESS, network), BUSY_NETWORK),
        (tries, TRIES_A_CODE, ASK_ANEW),
    ):
        if wait := await limits.wait_for(key, limit, now):
            await note(SecurityVerb.SIGN_IN_LIMITED, phone=masked(knock.phone), network=network)
            return Invalid("code", sentence, minutes=minutes(wait))
    return Invalid("code", RUN_OUT) if now >= knock.asked_at + CODE_LIFE else None


Belongs = Callable[[Record, str], Awaitable[bool]]


async def right_code(knock: Knock, code: str, network: str, secret: str, *, belongs: Belongs) -> UUID | Invalid:
    """The human whose live code this is, which is used up now; otherwise the refusal, which is counted.

    `belongs(row, phone)` says whether the stored code is valid here.
    """
    if refusal := await _refused_before_looking(knock, network, secret):
        return refusal
    now = clock.real_now()
    row = await fetch_one(
        "SELECT * FROM one_time_code WHERE browser_sha256 = $1 FOR NO KEY UPDATE", fingerprint(knock.browser)
    )
    salt, kept = (row["salt"], row["code_hmac"]) if row else ("", "")
    right = hmac.compare_digest(code_hmac(secret, salt, code), kept)
    if row and right and row["used_at"]:
        return Invalid("code", USED)
    if row and right and now < row["expires_at"] and row["tries"] < MOST_TRIES and await belongs(row, knock.phone):
        await fetch("UPDATE one_time_code SET used_at = $2 WHERE id = $1", row["id"], now)
        # A code that its owner used is no flood of messages: neither the minute nor the hour counts it on.
        await limits.forget(_key("cool", knock.phone, secret))
        await limits.take_back(_key("send", knock.phone, secret), knock.asked_at)
        human: UUID | Invalid = row["human"]
        return human
    return await _failed(knock, row, network, secret, now)


async def _still_theirs(row: Record, phone: str) -> bool:
    """Whether the number is still this human's and on a roll; it may have changed since they asked."""
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM human h JOIN person p ON p.human = h.id WHERE h.id = $1 AND h.phone = $2)",
            row["human"],
            phone,
        )
    )


async def _failed(knock: Knock, row: Any, network: str, secret: str, now: datetime) -> Invalid:
    tries = f"tries:{fingerprint(knock.browser)}"
    for key in (_key("fail", knock.phone, secret), f"fail:{network}", tries):
        await limits.count(key, now)
    await limits.watch("failures", now)
    await fetch("UPDATE one_time_code SET tries = tries + 1 WHERE id = $1", row["id"] if row else uuid4())
    await note(SecurityVerb.SIGN_IN_FAILED, row["human"] if row else None, phone=masked(knock.phone), network=network)
    remaining = MOST_TRIES - await limits.total(tries)
    return Invalid("code", WRONG, left=remaining) if remaining > 0 else Invalid("code", ASK_ANEW)


def _key(kind: str, phone: str, secret: str) -> str:
    return f"{kind}:{mark(secret, phone)}"


log = logging.getLogger("portal.signin")
PAUSES = (1, 3)
_on_their_way: set[asyncio.Task[None]] = set()


def send_soon(settings: Settings, message: CodeMessage | None) -> None:
    """Start sending without waiting; None is a number on no roll, for which nothing is sent."""
    task = asyncio.get_running_loop().create_task(_send(settings, message))
    _on_their_way.add(task)  # the loop itself holds tasks only weakly
    task.add_done_callback(_on_their_way.discard)


async def _send(settings: Settings, message: CodeMessage | None) -> None:
    if message is None:
        return
    with speaking(message.language):
        whole = _(message.text.value, code=message.code)
    places, key = {"code": message.code}, str(uuid4())
    text = Text(to=message.to, whole=whole, name=message.text.name, language=message.language, places=places, key=key)
    for pause in (*PAUSES, None):
        try:
            await send_sms(settings, text)
            return
        except NotSent as failed:
            log.warning("a code for %s was not sent: %s", masked(message.to), failed)
        if pause:
            await asyncio.sleep(pause)
    async with unit_of_work():
        await note(SecurityVerb.CODE_UNDELIVERED, message.human, phone=masked(message.to))

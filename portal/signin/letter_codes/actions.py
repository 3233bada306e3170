"""A code on a letter: whoever has it and knows the last digits of the registered number asks for a number of their own.

The letter goes to the home, so that who lives there can come in although the number on the roll is nobody's any more.
A person at the desk approves, and never the one who made the letter (I-D3).
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from asyncpg import Record

from portal.kit import clock
from portal.kit.display import masked as shown
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.people.notices.actions import tell_by_sms
from portal.people.notices.states import NoticeKind
from portal.people.persons.actions import note
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.people.persons.rules import masked
from portal.people.persons.states import Identity, SecurityVerb
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.process.settings import SMS_DAILY_CODES
from portal.signin.owners import limits
from portal.signin.owners.actions import (
    BUSY_NETWORK,
    CodeMessage,
    Knock,
    knocking,
    put_code,
    right_code,
    too_many_sends,
)
from portal.signin.owners.rules import FAILURES_AN_ADDRESS, MOST_TRIES, code_hmac, minutes, of_network
from portal.signin.owners.words import CodeText
from portal.signin.phone_change.lost_phone import WAITING

LIFE = timedelta(days=30)
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no characters that look alike
LENGTH = 12

NO_NUMBER = N_(
    "No number is registered for this person, so a letter cannot be used. Change the number at the service centre."
)
WRONG = N_("The code and the four digits do not match. Please check the letter.")
USED = N_("This letter has already been used. Ask the service centre for a new one.")
RUN_OUT = N_("This letter is no longer valid. Ask the service centre for a new one.")
SAME = N_("This number is already registered. You can sign in with it.")


@dataclass(frozen=True)
class AccessLetter:
    """The content of the letter; its code is stored nowhere else."""

    code: str
    name: str
    estate: str
    hotline: str
    company: str
    ends_at: datetime
    made_at: datetime
    zone: str


def tidy(code: str) -> str:
    """The code in its original form, however it was typed."""
    return re.sub(r"[\s\-—－]", "", code).upper()


@retrying
async def make_letter(by: Principal, person: UUID, *, secret: str) -> AccessLetter:
    """Make a letter for a person on the roll; an older one ends. Raises Missing, Refused if no number is known."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    now = clock.real_now()
    async with unit_of_work(*by.where(May.write_access_letters)):
        addressee = await _addressee(by, person)
        if not addressee["phone"] or not addressee["human"]:
            raise Refused(NO_NUMBER)
        await fetch(
            "UPDATE letter_code SET ended_at = $2 WHERE person = $1 AND used_at IS NULL AND ended_at IS NULL",
            person,
            now,
        )
        letter = uuid4()
        await fetch(
            "INSERT INTO letter_code (id, community, person, code_hmac, tries, made_by, made_at, expires_at)"
            " VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
            letter,
            addressee["community"],
            person,
            code_hmac(secret, "letter", code),
            await staff_of(by, addressee["community"]),
            now,
            now + LIFE,
        )
        await record(by.actor, AuditVerb.ACCESS_LETTER_MADE, f"person:{person}", community=addressee["community"])
    parts = "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))
    words = (addressee["name"], addressee["estate"], addressee["hotline"] or "", addressee["company"] or "")
    return AccessLetter(parts, *words, now + LIFE, now, addressee["timezone"])


async def _addressee(by: Principal, person: UUID) -> Record:
    row = await fetch_one(
        "SELECT p.*, c.name AS estate, coalesce(c.hotline, c.phone) AS hotline, c.company, c.timezone"
        " FROM person p JOIN community c ON c.id = p.community"
        " WHERE p.id = $1 AND p.community = ANY($2) FOR NO KEY UPDATE OF p",
        person,
        list(by.where(May.write_access_letters)),
    )
    if row is None:
        raise Missing
    return row


async def show_letter(
    code: str, digits: str, phone: str, *, network: str, secret: str, budget: int = SMS_DAILY_CODES
) -> tuple[Knock, UUID, CodeMessage]:
    """Send a code to the new number (E.164) of somebody with a letter; returns it with the letter's id.

    Nothing changes yet. Raises Invalid in the same words for a forged code and for wrong digits, both counted; also for
    a letter that was used, has expired or was tried too often, and for the number that is registered already.
    """
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE):
        row = await _letter(code_hmac(secret, "letter", tidy(code)))
        refusal = await _too_many_failures(network, now) or await _wrong(row, digits, phone, network, now)
        if row and not refusal:
            refusal = await too_many_sends(phone, network, secret, now, budget)
        if row and not refusal:
            knock = knocking(phone, now)
            sent = await put_code(row["human"], knock, secret)
            await note(SecurityVerb.CODE_SENT, row["human"], phone=masked(phone))
    if refusal:
        raise refusal
    assert row
    return (
        knock,
        row["id"],
        CodeMessage(to=phone, language=row["language"], code=sent, human=row["human"], text=CodeText.new_number),
    )


@retrying
async def ask_by_letter(letter: UUID, knock: Knock, code: str, *, network: str, secret: str) -> None:
    """Ask for the new number that was just proved. The letter is used up, and the old number is notified.

    Raises Invalid("code") as signing in does and for a letter that can no longer be used, Refused while another change
    of this person's number waits.
    """
    async with unit_of_work(EVERYWHERE):
        row = await _letter_by_id(letter)

        async def belongs(owner: Record, _phone: str) -> bool:
            return bool(owner["human"] == row["human"])

        proved = await right_code(knock, code, network, secret, belongs=belongs)
        refusal = proved if isinstance(proved, Invalid) else _over(row, clock.real_now())
        if not refusal:
            await _ask(row, knock.phone)
    if refusal:
        raise refusal


async def _ask(row: Record, phone: str) -> None:
    made = await fetch_value(
        "INSERT INTO phone_change (id, community, person, phone, identity, reason, state, asked_by, asked_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, '—', 'waiting', $5, $6)"
        " ON CONFLICT (person) WHERE state = 'waiting' DO NOTHING RETURNING id",
        row["community"],
        row["person"],
        phone,
        Identity.letter.value,
        row["made_by"],
        clock.now(),
    )
    if made is None:
        raise Refused(WAITING)
    await fetch("UPDATE letter_code SET used_at = $2 WHERE id = $1", row["id"], clock.real_now())
    subject, facts = f"person:{row['person']}", {"old": shown(row["phone"]), "new": shown(phone)}
    await record(f"letter:{row['id']}", AuditVerb.PHONE_CHANGE_ASKED, subject, community=row["community"],
                 identity=Identity.letter, **facts)  # fmt: skip
    await tell_by_sms(row["person"], NoticeKind.phone_asked, row["phone"], community=row["community"],
                      subject=subject, period=str(row["id"]), estate=row["estate"], **facts)  # fmt: skip


_LETTERS = (
    "SELECT l.*, p.phone, p.human, h.language, c.name AS estate FROM letter_code l JOIN person p ON p.id = l.person"
    " JOIN human h ON h.id = p.human JOIN community c ON c.id = l.community"
)
_BY_CODE = _LETTERS + " WHERE l.code_hmac = $1 FOR NO KEY UPDATE OF l"
_BY_ID = _LETTERS + " WHERE l.id = $1 FOR NO KEY UPDATE OF l"


async def _letter(kept: str) -> Record | None:
    return await fetch_one(_BY_CODE, kept)


async def _letter_by_id(letter: UUID) -> Record:
    row = await fetch_one(_BY_ID, letter)
    if row is None:
        raise Missing
    return row


async def _too_many_failures(network: str, now: datetime) -> Invalid | None:
    wait = await limits.wait_for(f"fail:{network}", of_network(FAILURES_AN_ADDRESS, network), now)
    return Invalid("code", BUSY_NETWORK, minutes=minutes(wait)) if wait else None


async def _wrong(row: Record | None, digits: str, phone: str, network: str, now: datetime) -> Invalid | None:
    """What is wrong with the letter that was entered; forged codes and wrong digits are counted."""
    if row is None or not hmac.compare_digest((row["phone"] or "")[-4:], digits) or row["tries"] >= MOST_TRIES:
        await limits.count(f"fail:{network}", now)
        await limits.watch("failures", now)
        await fetch("UPDATE letter_code SET tries = tries + 1 WHERE id = $1", row["id"] if row else uuid4())
        await note(SecurityVerb.SIGN_IN_FAILED, row["human"] if row else None, phone=masked(phone), network=network)
        return Invalid("code", RUN_OUT if row and row["tries"] >= MOST_TRIES else WRONG)
    if refusal := _over(row, now):
        return refusal
    return Invalid("phone", SAME) if row["phone"] == phone else None


def _over(row: Record, now: datetime) -> Invalid | None:
    if row["used_at"]:
        return Invalid("code", USED)
    return Invalid("code", RUN_OUT) if row["ended_at"] or now >= row["expires_at"] else None

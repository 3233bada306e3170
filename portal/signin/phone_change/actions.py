"""Another phone number: proved by codes to the old one (stepping up) and the new one, and then all sessions end (I-A8).

The same number of two persons is one sign-in, so that whoever takes a number that another sign-in has joins it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.display import masked as shown
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.people.notices.actions import tell, tell_by_sms
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.actions import close_sessions, note, open_session
from portal.people.persons.principal import Audience, Principal
from portal.people.persons.rules import masked
from portal.people.persons.states import SecurityVerb
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.process.settings import SMS_DAILY_CODES
from portal.signin.owners import limits
from portal.signin.owners.actions import CodeMessage, Knock, knocking, put_code, right_code, too_many_sends
from portal.signin.owners.rules import DAY, Limit, minutes
from portal.signin.owners.words import CodeText

SAME = N_("This number is already registered. Enter the new one.")
OFTEN = N_(
    "There were too many attempts with new numbers. Please try again in %(minutes)s minutes, or come "
    "to the service centre."
)
MOVES_A_HUMAN = (Limit(5, DAY),)


async def ask_new_number(
    by: Principal, phone: str, *, network: str, secret: str, budget: int = SMS_DAILY_CODES
) -> tuple[Knock, CodeMessage]:
    """Send a code to a new number (E.164): owners for themselves, staff for the person at the counter.

    Raises Invalid("phone") for an owner's present number and if asked too often. It does not reveal whether the number
    is known already.
    """
    now, key = clock.real_now(), f"move:{by.human}"
    async with unit_of_work(EVERYWHERE):
        me = await fetch_one("SELECT phone, language FROM human WHERE id = $1", by.human)
        if me is None:
            raise Missing
        if me["phone"] == phone:
            raise Invalid("phone", SAME)
        wait = await limits.wait_for(key, MOVES_A_HUMAN, now) if by.audience is Audience.owner else None
        refusal = Invalid("phone", OFTEN, minutes=minutes(wait)) if wait else None
        refusal = refusal or await too_many_sends(phone, network, secret, now, budget)
        if not refusal:
            await limits.count(key, now)
            knock = knocking(phone, now)
            code = await put_code(by.human, knock, secret)
            await note(SecurityVerb.CODE_SENT, by.human, phone=masked(phone))
    if refusal:
        raise refusal
    return knock, CodeMessage(phone, me["language"], code, by.human, CodeText.new_number)


async def new_number_proved(by: Principal, knock: Knock, code: str, *, network: str, secret: str) -> Invalid | None:
    """Use the code up in the caller's unit of work; returns the refusal, which is counted, if it is wrong."""

    async def belongs(row: Record, _phone: str) -> bool:
        return bool(row["human"] == by.human)

    result = await right_code(knock, code, network, secret, belongs=belongs)
    return result if isinstance(result, Invalid) else None


async def change_own_phone(
    by: Principal, knock: Knock, code: str, *, network: str, secret: str, user_agent: str
) -> str:
    """Change the number that they sign in with; returns the token of a new session, all others end.

    Raises Invalid("code") as signing in does, Missing if nobody is on a roll with this sign-in any more.
    """
    async with unit_of_work(EVERYWHERE):
        refusal = await new_number_proved(by, knock, code, network=network, secret=secret)
        if not refusal:
            persons = await fetch("SELECT id FROM person WHERE human = $1 ORDER BY community, id", by.human)
            human = await move_persons([row["id"] for row in persons], knock.phone, actor=by.actor)
            token = await open_session(human, Audience.owner, user_agent)
    if refusal:
        raise refusal
    return token


async def move_persons(persons: Sequence[UUID], phone: str, *, actor: str, reason: str | None = None) -> UUID:
    """Give persons of one sign-in a new number (E.164); returns the human who signs in with it. In a unit of work.

    The sign-in keeps its number for persons that are not moved. All sessions and codes of both end; the persons are
    notified at the new number and the old one. Raises Missing without a person.
    """
    moved = await fetch(
        "SELECT p.id, p.community, p.human, p.phone, c.name AS estate FROM person p JOIN community c"
        " ON c.id = p.community WHERE p.id = ANY($1) ORDER BY p.community, p.id FOR NO KEY UPDATE OF p",
        list(persons),
    )
    if not moved:
        raise Missing
    human = await _sign_in_of(phone, moved)
    await fetch("UPDATE person SET phone = $2, human = $3 WHERE id = ANY($1)", list(persons), phone, human)
    for one in {human, *(row["human"] for row in moved if row["human"])}:
        await close_sessions(one)
    await note(SecurityVerb.PHONE_CHANGED, human, old=masked(moved[0]["phone"] or ""), new=masked(phone))
    await _tell(moved, phone, actor, reason)
    return human


async def _sign_in_of(phone: str, moved: Sequence[Record]) -> UUID:
    """The sign-in with this number: another one that has it, the present one if nobody else uses it, or a new one."""
    before: UUID | None = moved[0]["human"]
    rows = await fetch(
        "SELECT id, phone FROM human WHERE id = $1 OR phone = $2 ORDER BY id FOR NO KEY UPDATE", before, phone
    )
    taken: UUID | None = next((row["id"] for row in rows if row["phone"] == phone), None)
    others = await fetch_value(
        "SELECT count(*) FROM person WHERE human = $1 AND id <> ALL($2)", before, [row["id"] for row in moved]
    )
    if taken is None and before and not others:
        await fetch("UPDATE human SET phone = $2 WHERE id = $1", before, phone)
        return before
    if before and not others and taken != before:
        await fetch(
            "UPDATE human SET phone = NULL WHERE id = $1", before
        )  # the next holder of the number must not see it
    if taken:
        return taken
    human: UUID = await fetch_value(
        "INSERT INTO human (id, phone, language, large_text, totp_confirmed, created_at)"
        " SELECT gen_random_uuid(), $1, language, false, false, $2 FROM person WHERE id = $3 RETURNING id",
        phone,
        clock.real_now(),
        moved[0]["id"],
    )
    return human


async def _tell(moved: Sequence[Record], phone: str, actor: str, reason: str | None) -> None:
    """Write an audit row for each person; send one message to the new number and one to the old."""
    period = clock.real_now().isoformat()
    for number, row in enumerate(moved):
        subject = f"person:{row['id']}"
        facts: dict[str, Any] = {"old": shown(row["phone"]), "new": shown(phone)}
        await record(actor, AuditVerb.PHONE_CHANGED, subject, community=row["community"], reason=reason, **facts)
        ways = (Channel.inbox, Channel.sms) if number == 0 else (Channel.inbox,)
        await tell([row["id"]], NoticeKind.phone_changed, community=row["community"], subject=subject, period=period,
                   link="/settings/sessions", channels=ways, estate=row["estate"], **facts)  # fmt: skip
        if number == 0 and row["phone"]:
            await tell_by_sms(row["id"], NoticeKind.phone_left, row["phone"], community=row["community"],
                              subject=subject, period=period, estate=row["estate"], **facts)  # fmt: skip

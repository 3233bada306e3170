"""Confirm one's identity before sensitive actions: owners by SMS code, staff by TOTP."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.people.persons.actions import note, renew_session
from portal.people.persons.principal import Principal
from portal.people.persons.rules import masked
from portal.people.persons.states import SecurityVerb
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_one, fetch_value, unit_of_work
from portal.platform.process.settings import SMS_DAILY_CODES
from portal.signin.owners.actions import CodeMessage, Knock, knocking, put_code, right_code, too_many_sends
from portal.signin.owners.words import CodeText
from portal.signin.staff.actions import half_way_of, use_totp


async def phone_of(by: Principal) -> str:
    """The number (E.164) that a signed-in owner signs in with. Raises Missing when they have none any more."""
    async with unit_of_work(read_only=True):
        phone: str | None = await fetch_value("SELECT phone FROM human WHERE id = $1", by.human)
    if phone is None:
        raise Missing
    return phone


async def ask_step_up(
    by: Principal, *, network: str, secret: str, budget: int = SMS_DAILY_CODES
) -> tuple[Knock, CodeMessage]:
    """A code to the number they have now, and the knock of this browser. Raises Invalid("phone") when too often."""
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE):
        human = await fetch_one("SELECT phone, language FROM human WHERE id = $1 AND phone IS NOT NULL", by.human)
        if human is None:
            raise Missing
        refusal = await too_many_sends(human["phone"], network, secret, now, budget)
        if not refusal:
            knock = knocking(human["phone"], now)
            code = await put_code(by.human, knock, secret)
            await note(SecurityVerb.CODE_SENT, by.human, phone=masked(knock.phone))
    if refusal:
        raise refusal
    return knock, CodeMessage(knock.phone, human["language"], code, by.human, CodeText.step_up)


async def step_up(by: Principal, knock: Knock, code: str, *, network: str, secret: str) -> str:
    """The new token of their session, good for ten minutes of what needs it.

    Raises Invalid("code") as signing in does; a code for signing in does not count, nor one of another human.
    """

    async def belongs(row: Record, phone: str) -> bool:
        return row["human"] == by.human and await _has_number(by.human, phone)

    async with unit_of_work(EVERYWHERE):
        result = await right_code(knock, code, network, secret, belongs=belongs)
        if not isinstance(result, Invalid):
            token = await renew_session(by)
    if isinstance(result, Invalid):
        raise result
    return token


async def step_up_staff(by: Principal, code: str, *, network: str, secret: str) -> str:
    """The new token of a staff session, after a code of their app that was not used before. Raises Invalid("code")."""
    async with unit_of_work(EVERYWHERE):
        refusal = await use_totp(await half_way_of(by.human), code, network=network, secret=secret)
        if not refusal:
            token = await renew_session(by)
    if refusal:
        raise refusal
    return token


async def _has_number(human: UUID, phone: str) -> bool:
    return bool(await fetch_value("SELECT EXISTS (SELECT FROM human WHERE id = $1 AND phone = $2)", human, phone))

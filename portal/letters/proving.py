"""Prove that a letter arrived: by hand, to the household, on the door, by registered mail, or opened in the portal."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from portal.arrears.contacts import CALLERS, keep_contact, log_contact
from portal.arrears.locking import case_at_desk
from portal.arrears.states import PROVEN, CaseState, ContactChannel, ContactOutcome
from portal.db import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.files.actions import Sent, encode, keep_photos
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.letters.states import LetterKind
from portal.people.principal import Principal

CHANNEL = {LetterKind.notice: ContactChannel.letter, LetterKind.demand: ContactChannel.demand}

PROVEN_ALREADY = N_("That this letter arrived is proven already. Nothing is to be added.")
ONLY_A_DRAFT = N_("A draft is not delivered. The law firm sends its own letter.")
NO_PHOTO = N_("Add a photo of the letter on the door, with the number of the home in it.")
NO_NUMBER = N_("Enter the number of the registered letter.")


@retrying
async def record_delivery(
    by: Principal,
    letter: UUID,
    outcome: ContactOutcome,
    *,
    text: str = "",
    witness: str = "",
    mail_number: str = "",
    photos: Sequence[Sent] = (),
) -> UUID:
    """Record how a letter was delivered, or that it came back, as a contact of its case; the contact's id.

    Raises Missing, Refused for a draft and for one that is proven, Invalid without what the way needs: a witness and a
    photo on a door, a number for registered mail.
    """
    drawn = await encode(photos)
    async with unit_of_work(*by.with_role(*CALLERS)):
        found = await _letter(letter, list(by.with_role(*CALLERS)))
        case = await case_at_desk(by, found["arrears_case"], *CALLERS)
        kind = LetterKind(found["kind"])
        if kind not in CHANNEL:
            raise Refused(ONLY_A_DRAFT)
        if await _proven(letter):
            raise Refused(PROVEN_ALREADY)
        if outcome is ContactOutcome.posted and not drawn:
            raise Invalid("photos", NO_PHOTO)
        if outcome is ContactOutcome.registered and not mail_number:
            raise Invalid("mail_number", NO_NUMBER)
        contact = await log_contact(by, case, CHANNEL[kind], outcome, text, witness)
        await _keep(found, contact, mail_number)
        await keep_photos(found["community"], f"letter:{letter}", by.actor, drawn)
    return contact


@retrying
async def open_letter(by: Principal, letter: UUID) -> None:
    """Note once that a debtor has opened it in the portal, which is where messages reach them (Civil Code 137).

    Raises Missing when it is not theirs.
    """
    async with unit_of_work(by):
        case = await fetch_one(
            "SELECT k.*, c.timezone, l.kind, l.by_staff, l.community AS letter_community FROM letter l"
            " JOIN arrears_case k ON k.id = l.arrears_case JOIN community c ON c.id = k.community"
            " WHERE l.id = $1 AND l.kind <> 'lawyer_draft' AND EXISTS (SELECT FROM debtor_member m"
            "   WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[])) FOR NO KEY UPDATE OF k",
            letter,
            list(by.persons),
        )
        if case is None:
            raise Missing
        if case["state"] == CaseState.closed or await _opened(letter):
            return
        on = clock.today(case["timezone"])
        channel = CHANNEL[LetterKind(case["kind"])]
        who = case["by_staff"]
        contact = await keep_contact(case, channel, ContactOutcome.opened, on, who, actor=by.actor)
        await _keep({"id": letter, "community": case["community"]}, contact, "")


async def _letter(letter: UUID, communities: list[int]) -> Record:
    found = await fetch_one("SELECT * FROM letter WHERE id = $1 AND community = ANY($2::int[])", letter, communities)
    if found is None:
        raise Missing
    return found


async def _proven(letter: UUID) -> bool:
    return await fetch_value(
        "SELECT EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = $1"
        " AND o.outcome = ANY($2))",
        letter,
        [outcome.value for outcome in PROVEN],
    )


async def _opened(letter: UUID) -> bool:
    return await fetch_value(
        "SELECT EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = $1"
        " AND o.outcome = 'opened')",
        letter,
    )


async def _keep(letter: Record | dict[str, object], contact: UUID, mail_number: str) -> None:
    await fetch(
        "INSERT INTO letter_proof (id, community, letter, contact, mail_number, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)",
        letter["community"],
        letter["id"],
        contact,
        mail_number or None,
        clock.now(),
    )

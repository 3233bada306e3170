"""Record proof that a letter was delivered: in person, to the household, by registered mail, or in the portal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.reaching import refuse
from portal.arrears.cases.states import DELIVERED, PROVEN, TRIED, CaseState, ContactChannel, ContactOutcome
from portal.arrears.contacts.actions import day_of, keep_contact, second_person
from portal.arrears.respite.actions import give_time
from portal.collection.letters.facts import SUPERSEDED, chosen, is_staff, recipients_of
from portal.collection.letters.states import LetterKind
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos

WAYS = tuple(one for one in ContactOutcome if one in DELIVERED | TRIED)
CHANNEL = {LetterKind.notice: ContactChannel.letter, LetterKind.demand: ContactChannel.demand}

PROVEN_ALREADY = N_("Delivery of this letter to %(name)s has already been proven. Nothing needs to be added.")
CLOSED = N_("This case is closed. Nothing can be chased.")
ONLY_A_DRAFT = N_("A draft is not delivered. The law firm will send its own letter.")
NO_PHOTO = N_("Add a photo of the sealed envelope at the door that shows the home number.")
NO_ENVELOPE = N_(
    "A letter may only be left at the door in a sealed envelope, so that nobody else can read what is owed."
)
OUTLIVED = N_(
    "The amount in this letter is out of date: something has been paid, credited or put on hold. Issue a new letter."
)
NO_WAY = N_("A letter cannot be delivered this way. Choose another one.")
NO_NUMBER = N_("Enter the registered mail number.")


@retrying
async def record_delivery(
    by: Principal,
    letter: UUID,
    way: ContactOutcome,
    *,
    person: UUID | None = None,
    happened_on: date | None = None,
    text: str = "",
    witness: str = "",
    number: str = "",
    enclosed: bool = False,
    photos: Sequence[Sent] = (),
) -> UUID:
    """Record when and how a letter reached a debtor, or that it came back; returns the contact of its case.

    `person` may be left out if there is only one debtor. An envelope at a door is an attempt and proves nothing by
    itself. Raises Missing; Refused for a draft, for a letter that is proven, for a closed case and at a door that is
    not theirs; Invalid for somebody who is no recipient, for a day before the letter or in the future, and without what
    the channel needs: a closed envelope (`enclosed`), a witness and a photo at a door, a number for registered mail.
    """
    drawn = await encode(photos)
    async with unit_of_work(*by.where(May.contact_debtors)):
        letter_view = await _letter(letter, list(by.where(May.contact_debtors)))
        case = await case_at_desk(by, letter_view["arrears_case"], May.contact_debtors)
        kind = LetterKind(letter_view["kind"])
        if kind not in CHANNEL:
            raise Refused(ONLY_A_DRAFT)
        if await is_superseded(letter):
            raise Refused(OUTLIVED)
        if case["state"] == CaseState.closed:
            raise Refused(CLOSED)
        _complete(way, number, enclosed, photos=len(drawn))
        today = clock.today(case["timezone"])
        to = chosen(await recipients_of(case["debtor"], today), person, by.human)
        if way is ContactOutcome.posted:
            refuse(to.standing, ContactChannel.visit)
        if await _proven(letter, to.person):
            raise Refused(PROVEN_ALREADY, name=to.name)
        on = day_of(happened_on, letter_view["issued_on"], max(today, letter_view["issued_on"]))
        me, posted = await staff_of(by, case["community"]), way is ContactOutcome.posted
        other = await second_person(case["community"], witness, me, needed=posted, field="witness")
        contact = await keep_contact(
            case,
            CHANNEL[kind],
            outcome=way,
            on=on,
            staff=me,
            witness=other,
            body=text,
            person=to.person,
            proves=way in PROVEN,
            actor=by.actor,
        )
        await _keep(letter_view, contact, number)
        if way in PROVEN:
            await _time_from(letter, case, letter_view, on)
        await keep_photos(letter_view["community"], f"letter:{letter}", by.actor, drawn)
    return contact


def _complete(way: ContactOutcome, number: str, enclosed: bool, photos: int) -> None:
    """Raises Invalid for what is no channel of delivery, and if something that the channel needs is missing."""
    if way not in WAYS:
        raise Invalid("way", NO_WAY)
    if way is ContactOutcome.posted and not enclosed:
        raise Invalid("enclosed", NO_ENVELOPE)
    if way is ContactOutcome.posted and not photos:
        raise Invalid("photos", NO_PHOTO)
    if way is ContactOutcome.registered and not number:
        raise Invalid("number", NO_NUMBER)


@retrying
async def open_letter(by: Principal, letter: UUID) -> None:
    """Record once that a debtor has opened it in the portal, where messages reach them (Civil Code 137).

    It proves nothing if staff open it, or whoever holds the phone of somebody who has died. Raises Missing if it is not
    theirs.
    """
    async with unit_of_work(by):
        case = await fetch_one(
            "SELECT k.*, c.timezone, l.kind, l.issued_on, l.pay_by FROM letter l"
            " JOIN arrears_case k ON k.id = l.arrears_case JOIN community c ON c.id = k.community"
            " WHERE l.id = $1 AND l.kind <> 'lawyer_draft' AND EXISTS (SELECT FROM debtor_member m"
            "   WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[])) FOR NO KEY UPDATE OF k",
            letter,
            list(by.persons),
        )
        if case is None:
            raise Missing
        if case["state"] == CaseState.closed or await is_superseded(letter):
            return
        if await is_staff(by.human, case["community"]):
            return
        today = clock.today(case["timezone"])
        mine = [one for one in await recipients_of(case["debtor"], today) if one.human == by.human]
        for one in mine:
            await _note_opened(by, letter, case, one.person, max(today, case["issued_on"]))


async def _note_opened(by: Principal, letter: UUID, case: Record, person: UUID, on: date) -> None:
    if await _opened(letter, person):
        return
    before = await _proven(letter, person)
    channel = CHANNEL[LetterKind(case["kind"])]
    contact = await keep_contact(
        case, channel, ContactOutcome.opened, on, None, person=person, proves=True, actor=by.actor
    )
    await _keep({"id": letter, "community": case["community"]}, contact, "")
    if not before:
        await _time_from(letter, case, case, on)


async def _time_from(letter: UUID, case: Record, issued: Record, on: date) -> None:
    """From its arrival, the letter gives as many days as it gave when it was issued."""
    await give_time(case["community"], case["id"], letter, on + (issued["pay_by"] - issued["issued_on"]))


async def _letter(letter: UUID, communities: list[int]) -> Record:
    row = await fetch_one("SELECT * FROM letter WHERE id = $1 AND community = ANY($2::int[])", letter, communities)
    if row is None:
        raise Missing
    return row


async def is_superseded(letter: UUID) -> bool:
    """Whether less may be asked for now than the letter says; in the caller's transaction."""
    return bool(
        await fetch_value(
            f"SELECT {SUPERSEDED} FROM letter l JOIN arrears_case k ON k.id = l.arrears_case WHERE l.id = $1", letter
        )
    )


async def _proven(letter: UUID, person: UUID) -> bool:
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = $1"
            " AND o.proves AND o.person = $2)",
            letter,
            person,
        )
    )


async def _opened(letter: UUID, person: UUID) -> bool:
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact WHERE p.letter = $1"
            " AND o.outcome = 'opened' AND o.person = $2)",
            letter,
            person,
        )
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

"""A home whose owner is chased: a letter that came back, a call with a photo and a promise, and a next step."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from portal.arrears.states import ContactChannel, ContactOutcome, NextStep
from portal.db import EVERYWHERE, fetch_value, unit_of_work
from portal.kit import clock
from portal.kit.money import Money
from portal.letters.issuing import issue_letter
from portal.letters.proving import record_delivery
from portal.letters.states import LetterKind
from portal.outreach.acting import Talk, record_talk
from portal.people.principal import Principal
from tests.pictures import Sent, a_photo


async def chase(unit: UUID, manager: Principal) -> dict[str, UUID | str]:
    """What was made, by the key of its route."""
    async with unit_of_work(EVERYWHERE):
        case = await fetch_value("SELECT id FROM arrears_case WHERE unit = $1", unit)
    letter = await issue_letter(manager, case, LetterKind.notice, "https://portal.example/bills")
    await record_delivery(manager, letter, ContactOutcome.returned, photos=[Sent("door.jpg", a_photo())])
    tomorrow = clock.today("Asia/Shanghai") + timedelta(days=1)
    talk = Talk(
        ContactOutcome.promised,
        "答应明天缴一部分",
        promised_on=tomorrow,
        promised=Money(100),
        next_step=NextStep.call,
        next_on=tomorrow,
    )
    contact = await record_talk(manager, case, ContactChannel.call, talk, [Sent("note.jpg", a_photo())])
    return {"letters.letter": letter, "cases.contact": contact}

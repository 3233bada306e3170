"""A home whose owner is chased: a letter that came back, a call with a photo and a promise, a next step, a claim."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.care.holds.actions import release
from portal.collection.court.actions import write_claim
from portal.collection.court.steps import record_step
from portal.collection.letter_queue.actions import ask_notices
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.proving import record_delivery
from portal.collection.letters.states import LetterKind
from portal.collection.outreach.actions import Talk, record_talk
from portal.kit import clock
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, fetch_value, unit_of_work
from tests.pictures import Sent, a_photo


async def chase(unit: UUID, manager: Principal) -> dict[str, UUID | str]:
    """What was made, by the key of its route."""
    async with unit_of_work(EVERYWHERE):
        case = await fetch_value("SELECT id FROM arrears_case WHERE unit = $1", unit)
        where = await fetch_one(
            "SELECT c.code, u.building FROM unit u JOIN community c ON c.id = u.community WHERE u.id = $1", unit
        )
    assert where
    batch = await ask_notices(manager, where["code"], where["building"], "https://portal.example/bills", once="walk")
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
    return {
        "letters.letter": letter,
        "letters.batch_id": batch,
        "cases.contact": contact,
        "legal.claim": await _claimed(case, manager),
    }


async def _claimed(case: UUID, manager: Principal) -> UUID:
    """Mediation was prepared and given up: as if the case had been at its last stage."""
    claim, today = uuid4(), clock.today("Asia/Shanghai")
    async with unit_of_work(*manager.where(May.bring_claims)):
        row = await case_at_desk(manager, case, May.bring_claims)
        line = await fetch_value(
            "SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill WHERE b.debtor = $1 LIMIT 1", row["debtor"]
        )
        await write_claim(manager, row, claim, ClaimKind.mediation, {line: Money(100)}, {}, today)
    await record_step(manager, claim, ClaimState.withdrawn, today, photos=[Sent("paper.jpg", a_photo())])
    return claim


async def looked_into(community: int) -> None:
    """Somebody looked into what was said of hardship, and the pauses that it began are over."""
    async with unit_of_work(community):
        for row in await fetch("SELECT source FROM hold WHERE reason = 'hardship' AND released_at IS NULL"):
            await release(row["source"], by="staff:x", why="已核实情况，恢复正常")

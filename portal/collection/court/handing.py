"""Papers that go out of the house: the one that opens a path, the note that changes it; only while they are true."""

from __future__ import annotations

from uuid import UUID

from portal.arrears.claims.states import Task
from portal.collection.court.queries import ClaimPage, claim_at_desk
from portal.collection.court.words import TASKS
from portal.kit.errors import Missing, Refused
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import reading


@reading
async def paper_to_hand_in(by: Principal, claim: UUID) -> ClaimPage:
    """A claim whose paper is to be printed. Raises Missing, Refused while it was not handed in and less is left."""
    found = await claim_at_desk(by, claim)
    if found.row.task is Task.renew:
        raise Refused(TASKS[Task.renew], left=found.row.left, claimed=found.row.claimed)
    return found


@reading
async def change_to_hand_in(by: Principal, claim: UUID) -> ClaimPage:
    """A claim of which a change is to be asked for in writing. Raises Missing, also where there is none to ask."""
    found = await claim_at_desk(by, claim)
    if not found.changeable or found.row.task is None:
        raise Missing
    return found

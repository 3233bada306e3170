"""To whom a letter goes: each of those who owe and can be addressed, with a proof of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from portal.arrears.cases.reaching import NOBODY
from portal.homes.units.standing import Member, members_of
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch_value

WHICH = N_("Several people owe this together, and each needs a proof of their own. Choose who got it.")
NOT_ONE = N_("This letter is not to that person. A tenant, a neighbour or a colleague cannot receive it for them.")
YOURS = N_("Nobody records what reached themselves. Ask a colleague.")

# Of a letter l of a case k: whether a proof of it is there for each of those who owe and live.
ARRIVED = """
(NOT EXISTS (SELECT FROM debtor_member am LEFT JOIN person_now an ON an.person = am.person
   WHERE am.debtor = k.debtor AND an.standing IS DISTINCT FROM 'deceased' AND NOT EXISTS (
     SELECT FROM letter_proof ap JOIN contact ao ON ao.id = ap.contact
     WHERE ap.letter = l.id AND ao.proves AND ao.person = am.person))
 AND EXISTS (SELECT FROM letter_proof ap JOIN contact ao ON ao.id = ap.contact WHERE ap.letter = l.id AND ao.proves))
"""


async def recipients_of(debtor: UUID, on: date) -> list[Member]:
    """Those who owe and live, or an heir in their place; in the running unit of work."""
    members = (await members_of([debtor], [on]))[debtor]
    return [member for member in members if member.standing is not DebtorStanding.deceased]


def chosen(recipients: Sequence[Member], person: UUID | None, human: UUID) -> Member:
    """Whom a delivery by `human` was to. Raises Refused when nobody lives, Invalid for somebody it is not to."""
    if not recipients:
        raise Refused(NOBODY)
    if person is None and len(recipients) > 1:
        raise Invalid("person", WHICH)
    found = next((one for one in recipients if person in (None, one.person)), None)
    if found is None:
        raise Invalid("person", NOT_ONE)
    if found.human == human:
        raise Invalid("person", YOURS)
    return found


async def is_staff(human: UUID, community: int) -> bool:
    """Whether somebody works for an estate: what they open themselves proves nothing for it."""
    return await fetch_value("SELECT EXISTS (SELECT FROM staff WHERE human = $1 AND community = $2)", human, community)

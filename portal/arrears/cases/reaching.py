"""Whether a debtor may be contacted, and where: never the dead, and never at a home they no longer own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.arrears.cases.states import ContactChannel
from portal.homes.units.standing import members_of, standing_of
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.people.persons.states import DebtorStanding

NOBODY = N_(
    "The owner has died and no heir is on record. Until one is, do not call, visit or write to anyone about this."
)
NOT_HERE = N_(
    "They no longer own this home. Do not visit it or leave anything there for them; write to their "
    "own address or call their own number."
)
# Notes of the desk about debtors who are not simply the owners.
NOTES = {
    DebtorStanding.former: N_(
        "These are former owners. Do not visit the home, leave anything at the door or say anything to "
        "the current owners. Write to their own address or call their own number."
    ),
    DebtorStanding.deceased: N_(
        "The owner has died and no heir is on record. Until one is, there are no messages, calls, "
        "visits, letters or next steps, and the days do not count. Offer the family your condolences, "
        "and ask for nothing today."
    ),
    DebtorStanding.heir: N_(
        "This debt is part of an inheritance. Contact the heir only at their own number or address. They "
        "are liable up to the value of what they inherited, and not at all if they renounced it in "
        "writing (Civil Code, article 1161). Until a number or an address is known, everything stays on "
        "hold."
    ),
}
THEIRS = frozenset({ContactChannel.counter})  # they came to us


async def may_turn_to(debtor: UUID, channel: ContactChannel, on: date) -> None:
    """Raises Refused if staff may not contact a debtor in this way on a day; in the caller's transaction."""
    refuse(standing_of((await members_of([debtor], [on]))[debtor]), channel)


def refuse(standing: DebtorStanding, channel: ContactChannel) -> None:
    """Raises Refused if they have died, and for a visit to a home that is not theirs."""
    if standing is DebtorStanding.deceased and channel not in THEIRS:
        raise Refused(NOBODY)
    if channel is ContactChannel.visit and standing is not DebtorStanding.owner:
        raise Refused(NOT_HERE)

"""Whether anybody may be turned to, and where: not the dead, and not at a home that is no longer theirs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.arrears.cases.states import ContactChannel
from portal.homes.units.standing import members_of, standing_of
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.people.persons.states import DebtorStanding

NOBODY = N_(
    "The owner has died, and no heir is named yet. Nobody is called, visited or written to about this until one is."
)
NOT_HERE = N_(
    "This home is no longer theirs. Nobody goes there for them and nothing is left at its door: write to their own"
    " address or call their own number."
)
# What the desk reads beside those who are not simply the owners.
NOTES = {
    DebtorStanding.former: N_(
        "These are owners of before: the home is no longer theirs. Nobody visits it for them, nothing is left at its"
        " door, and nothing is said to the owners of now. Write to their own address or call their own number."
    ),
    DebtorStanding.deceased: N_(
        "The owner has died, and no heir is named yet. No message, call, visit, letter or step until one is; the days"
        " do not count. Offer the family your condolences, and ask for nothing today."
    ),
    DebtorStanding.heir: N_(
        "This is owed from an estate. Turn to the heir at their own number and address only: they answer with what they"
        " inherited, and not at all if they renounced it in writing (Civil Code 1161). While there is neither number"
        " nor address, everything stays on hold."
    ),
}
THEIRS = frozenset({ContactChannel.counter})  # they came to us


async def may_turn_to(debtor: UUID, channel: ContactChannel, on: date) -> None:
    """Raises Refused where staff may not turn to a debtor like this on a day; in the running unit of work."""
    refuse(standing_of((await members_of([debtor], [on]))[debtor]), channel)


def refuse(standing: DebtorStanding, channel: ContactChannel) -> None:
    """Raises Refused for the dead, and for a visit to a home that is not theirs."""
    if standing is DebtorStanding.deceased and channel not in THEIRS:
        raise Refused(NOBODY)
    if channel is ContactChannel.visit and standing is not DebtorStanding.owner:
        raise Refused(NOT_HERE)

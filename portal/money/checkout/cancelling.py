"""Cancel an unfinished payment; allowed for whoever started it and whoever owes the bill."""

from __future__ import annotations

from uuid import UUID

from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.money.checkout.attempts import UNDER_WAY, give_up
from portal.money.checkout.records import ENDABLE, attempt_of
from portal.money.online.states import AttemptState
from portal.people.persons.principal import Principal

PAID = N_("This payment has gone through and cannot be cancelled.")
ON_ITS_WAY = (AttemptState.open, AttemptState.completed)


async def cancel_payment(by: Principal, payment: UUID) -> bool:
    """End an attempt at Stripe and here, so that its bills can be paid again at once. Safe to repeat.

    Returns False if it was paid at the last moment: then the money is posted. Raises Missing if it is not the reader's,
    Refused if its money is here or on its way, or if Stripe does not answer.
    """
    known = await attempt_of(by, payment)
    state = await give_up(known, actor=by.actor) if known.state in ENDABLE else known.state
    if state in ON_ITS_WAY:
        raise Refused(UNDER_WAY)
    if known.state is AttemptState.posted:
        raise Refused(PAID)
    return state is not AttemptState.posted

"""What becomes of everything that is open when a home changes hands, by the ground of the change."""

from __future__ import annotations

from portal.kit.i18n import N_
from portal.records.transfers.states import Basis, OpenThing

FATES = {
    OpenThing.dispute: N_("Goes on with those who opened it; what is credited is theirs."),
    OpenThing.plan: N_("Goes on with those who asked for it, for their own bills."),
    OpenThing.case: N_("Stays with those who owe. The new owners are not chased for it."),
    OpenThing.hold: N_("Stays on the debt it was placed on."),
    OpenThing.attempt: N_("Is applied to the bills it was meant for, also after the change."),
    OpenThing.correction: N_("Is answered as before; what is taken off is credited to those who owe."),
    OpenThing.binding: N_("Waits for an answer. Once the owner who asked has gone it can only be refused."),
    OpenThing.credit: N_("Stays theirs and pays no bill of the new owners. Ask where it shall be paid back."),
}
# Where the ground of the change says something else.
OTHER_FATES = {
    (Basis.inheritance, OpenThing.case): N_("Stands still: nothing is asked before an heir is named and addressed."),
    (Basis.inheritance, OpenThing.plan): N_("Stands still, and its dates move, until an heir is named and addressed."),
    (Basis.inheritance, OpenThing.dispute): N_("Goes on; what is credited belongs to what is inherited."),
    (Basis.inheritance, OpenThing.credit): N_(
        "Belongs to what is inherited. Ask the heirs where it shall be paid back."
    ),
    (Basis.court, OpenThing.case): N_(
        "Stays with those who owe. What the auction notice or the ruling says of it counts: look at it with the new"
        " owners first, and ask nothing of them before."
    ),
}
STAYS = N_("It is not asked of the new owners, unless they have agreed to it in writing.")
EARLIER = {
    Basis.inheritance: N_(
        "Up to the death it is owed from what is inherited, up to its real value; who renounces it in writing owes"
        " nothing of it (Civil Code 1161). It stands still until an heir is named."
    ),
    Basis.court: N_(
        "What the auction notice or the ruling says of unpaid charges counts. Until it was looked at together, nothing"
        " of it is asked of the new owners."
    ),
}


def fate_of(basis: Basis, thing: OpenThing) -> str:
    """What becomes of something that is open, as a marked sentence."""
    return OTHER_FATES.get((basis, thing), FATES[thing])

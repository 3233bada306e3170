"""What happens to each open matter on a change of ownership, by its legal basis."""

from __future__ import annotations

from portal.kit.i18n import N_
from portal.records.transfers.states import Basis, OpenThing

FATES = {
    OpenThing.dispute: N_("Continues with the people who opened it; any credit is theirs."),
    OpenThing.plan: N_("Continues with the people who asked for it, for their own bills."),
    OpenThing.case: N_("Stays with the debtors. The new owners are not chased for it."),
    OpenThing.hold: N_("Stays on the same debt."),
    OpenThing.attempt: N_("Is applied to the bills it was meant for, even after the change."),
    OpenThing.correction: N_("Is answered as before; any reduction is credited to the debtors."),
    OpenThing.binding: N_("Waiting for an answer. Once the owner who asked has left, it can only be refused."),
    OpenThing.credit: N_(
        "Stays with the former owners and does not pay the new owners' bills. Ask how they want it refunded."
    ),
}
# For a basis with words of its own.
OTHER_FATES = {
    (Basis.inheritance, OpenThing.case): N_("Paused until an heir is named and can be reached."),
    (Basis.inheritance, OpenThing.plan): N_(
        "Paused, with its dates postponed, until an heir is named and can be reached."
    ),
    (Basis.inheritance, OpenThing.dispute): N_("Continues; any credit belongs to the inheritance."),
    (Basis.inheritance, OpenThing.credit): N_("Belongs to the inheritance. Ask the heirs how they want it refunded."),
    (Basis.court, OpenThing.case): N_(
        "Stays with the debtors. If the auction notice or court ruling mentions unpaid charges, it "
        "applies: review it with the new owners first, and ask them for nothing before."
    ),
}
STAYS = N_("The new owners are not asked for it, unless they have agreed to it in writing.")
EARLIER = {
    Basis.inheritance: N_(
        "Charges up to the death are paid from the inheritance, up to its real value; an heir who "
        "renounces it in writing owes nothing (Civil Code, article 1161). Everything is paused until an "
        "heir is named."
    ),
    Basis.court: N_(
        "If the auction notice or court ruling mentions unpaid charges, it applies. Until you have "
        "reviewed it together, the new owners are asked for nothing."
    ),
}


def fate_of(basis: Basis, thing: OpenThing) -> str:
    """What happens to something open, as a sentence to be translated."""
    return OTHER_FATES.get((basis, thing), FATES[thing])

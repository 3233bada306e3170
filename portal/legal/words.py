"""What to do while a claim stands somewhere, in a sentence for the desk."""

from portal.claims.states import ClaimKind, ClaimState
from portal.kit.i18n import N_

ADVICE = {
    (ClaimKind.payment_order, ClaimState.issued): N_(
        "From the day it is served, the owner has 15 days to pay or to object in writing. That they cannot pay now is"
        " no objection. An objection ends the order, and the matter becomes a suit unless you say within 7 days that"
        " you want none."
    ),
    (ClaimKind.mediation, ClaimState.agreed): N_(
        "Ask the court together within 30 days to confirm the agreement: then it can be enforced."
    ),
}
PAID = N_("Everything is paid and the case is closed. End this claim: withdraw it, or record that it is settled.")
LATE = N_("This is late. Ask where it stands, and record it.")

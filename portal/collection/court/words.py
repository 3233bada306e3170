"""What to do while a claim stands somewhere, in a sentence for the desk."""

from portal.arrears.claims.states import ClaimKind, ClaimState, Task
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
TASKS = {
    Task.renew: N_(
        "Only %(left)s of the %(claimed)s on this paper may be claimed now. Withdraw it and prepare another."
    ),
    Task.reduce: N_(
        "%(left)s is left of the %(claimed)s that is asked for. Ask for the request to be reduced, and record it here."
    ),
    Task.withdraw: N_(
        "Nothing is left of the %(claimed)s that is asked for. Withdraw it, or go on about the court's fee alone, and"
        " record which."
    ),
    Task.more: N_(
        "%(left)s is owed, and only %(claimed)s is asked for: what was paid, corrected, covered by credit or held has"
        " changed. Decide whether to ask for it again."
    ),
}
LATE = N_("This is late. Ask where it stands, and record it.")

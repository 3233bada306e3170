"""What to do next about a claim, in a sentence for the desk."""

from portal.arrears.claims.states import ClaimKind, ClaimState, Task
from portal.kit.i18n import N_

ADVICE = {
    (ClaimKind.payment_order, ClaimState.issued): N_(
        "The owner has 15 days from service to pay or to object in writing. Being unable to pay is not "
        "an objection. An objection ends the order, and the matter becomes a lawsuit unless you state "
        "within 7 days that you do not want one."
    ),
    (ClaimKind.mediation, ClaimState.agreed): N_(
        "Both sides can ask the court within 30 days to confirm the agreement, which makes it enforceable."
    ),
}
TASKS = {
    Task.renew: N_(
        "Only %(left)s of the %(claimed)s in this document can be claimed now. Withdraw it and prepare another one."
    ),
    Task.reduce: N_(
        "%(left)s is left of the %(claimed)s claimed. Ask for the claim to be reduced, and record it here."
    ),
    Task.withdraw: N_(
        "Nothing is left of the %(claimed)s claimed. Withdraw the claim, or continue for the court fee "
        "alone, and record which."
    ),
    Task.more: N_(
        "%(left)s is owed, but only %(claimed)s is claimed: what was paid, corrected, covered by credit "
        "or put on hold has changed. Decide whether to claim the full amount again."
    ),
}
LATE = N_("This is overdue. Ask about its status, and record it.")

"""What to say on the phone and at the door, by the reason for non-payment. Calm, and without threats."""

from __future__ import annotations

from portal.arrears.cases.states import Reason
from portal.collection.outreach.states import Waits
from portal.kit.i18n import N_

# If nobody has entered the company.
NAMELESS = N_("Good day, this is %(who)s from the service centre of %(estate)s. Is this a good time to talk?")
OPENING = (
    N_("Good day, this is %(who)s from %(company)s, the service centre of %(estate)s. Is this a good time to talk?"),
    N_("First make sure you are speaking to the owner of %(unit)s. Do not mention the debt to anyone else."),
    N_("Charges of %(sum)s are past their due date. May I ask whether anything about them is unclear?"),
)
# Former owners are called at their own number about the time they owned it, never at the home.
OPENING_ELSEWHERE = (
    N_("Good day, this is %(who)s from %(company)s, the service centre of %(estate)s. Is this a good time to talk?"),
    N_(
        "First make sure you are speaking to %(people)s. Say nothing to anyone else, and nothing to the current owners."
    ),
    N_("Charges of %(sum)s from their time at %(unit)s are past their due date. Ask whether anything is unclear."),
)
BY_REASON = {
    Reason.unknown: (
        N_(
            "May I ask why it has not been paid? Is there a problem with the amount or our work, or is it a "
            "difficult time?"
        ),
        N_("Note the reason. It decides what helps most: a dispute, instalments or a date to pay by."),
    ),
    Reason.forgot: (
        N_(
            "It may simply have slipped your mind. Paying in the portal takes a minute, and I can help you with it now."
        ),
    ),
    Reason.dissatisfied: (
        N_("Thank you for telling us. Before we talk about money: what should have been different, where and when?"),
        N_(
            "Open a dispute about the work for them, and say when they will hear from us. Report back before "
            "asking again."
        ),
    ),
    Reason.away: (
        N_("What is the best number and address to reach you? You can pay from anywhere."),
        N_("If the number is wrong, correct it and write by registered mail."),
    ),
    Reason.hardship: (
        N_("You can pay in 2 to 12 instalments. While you keep to them, nothing is chased."),
        N_("Do not ask about illness or family. Note only what they volunteer."),
    ),
    Reason.let: (
        N_("Who pays under your lease? The tenant can pay in the portal, but you remain the one who owes it."),
    ),
    Reason.title_change: (
        N_("When was the home handed over? Each side pays for its own period."),
        N_("Ask for the handover document. The front desk will record the change and divide the charges."),
    ),
    Reason.disputed_sum: (
        N_(
            "Which charge is wrong, and what should it be? That amount is on hold until it is answered; the "
            "rest can be paid."
        ),
        N_("Open the dispute for them now, while they explain."),
    ),
    Reason.developer_legacy: (
        N_("That is for the developer to fix. We will record it, pass it on and let you know the result."),
        N_("Explain calmly that the service fee is still due (Civil Code, article 944)."),
    ),
    Reason.refuses: (
        N_(
            "I would like to understand why. You can dispute anything you think is wrong, and that amount is "
            "put on hold."
        ),
        N_("State the amount, its basis and the due date once. Do not argue, and end the call when they wish."),
    ),
}
CLOSING = (
    N_("Thank them, repeat what was agreed and by when, and confirm it in writing."),
    N_("Never threaten, never mention neighbours, and never talk about cutting off water, power, doors or lifts."),
)
WAITS = {
    Waits.held: N_("Everything is on hold or under review."),
    Waits.elsewhere: N_("They no longer own this home. Do not visit it for them; write to their own address."),
    Waits.small: N_("Too little to chase."),
    Waits.pending: N_("A payment is in progress."),
    Waits.planned: N_("The next step is planned for %(day)s."),
    Waits.given: N_("They have been given time."),
    Waits.spoken: N_("Someone was spoken to on %(day)s. Give them a week."),
    Waits.cap: N_("Contacted often enough. Leave it alone for now."),
}

"""What to say on the phone and at the door, by the reason why nothing is paid: calm, and no threat."""

from __future__ import annotations

from portal.arrears.cases.states import Reason
from portal.collection.outreach.states import Waits
from portal.kit.i18n import N_

# While nobody has entered the company.
NAMELESS = N_("Good day, this is %(who)s of the service centre of %(estate)s. Is it a good moment to talk?")
OPENING = (
    N_("Good day, this is %(who)s of %(company)s, the service centre of %(estate)s. Is it a good moment to talk?"),
    N_("First make sure that it is the owner of %(unit)s. Say nothing about the debt to anybody else."),
    N_("Charges of %(sum)s are past their date. I would like to ask whether something about them is not clear."),
)
# Who owned the home before is called at their own number, about their own time, and never at the home.
OPENING_ELSEWHERE = (
    N_("Good day, this is %(who)s of %(company)s, the service centre of %(estate)s. Is it a good moment to talk?"),
    N_("First make sure that it is %(people)s. Say nothing to anybody else, and nothing of it to the owners of now."),
    N_("From their own time at %(unit)s charges of %(sum)s are past their date. Ask whether something is not clear."),
)
BY_REASON = {
    Reason.unknown: (
        N_(
            "May I ask what keeps you from paying: is something wrong with the sum or our work, or is it hard just now?"
        ),
        N_("Note the reason. It decides what helps: a dispute, instalments, or a day to pay."),
    ),
    Reason.forgot: (
        N_("It may simply have slipped your mind. Paying in the portal takes a minute; I can help you with it now."),
    ),
    Reason.dissatisfied: (
        N_("Thank you for telling us. Before we speak about money: what should have been different, where and when?"),
        N_("Open a dispute about the work for them, and say by when they hear from us. Report back first, then ask."),
    ),
    Reason.away: (
        N_("At which number and address do we reach you best? You can pay from anywhere."),
        N_("If the number is wrong, correct it and write by registered mail."),
    ),
    Reason.hardship: (
        N_("You can pay in 2 to 12 instalments. As long as they are kept, nothing is chased."),
        N_("Do not ask about illness or family. Note only what they tell you by themselves."),
    ),
    Reason.let: (N_("Who is to pay by your lease? The tenant can pay in the portal; you remain the one who owes it."),),
    Reason.title_change: (
        N_("When was the home handed over? Each side pays for its own time."),
        N_("Ask for the handover sheet; the office enters the change and divides the charges."),
    ),
    Reason.disputed_sum: (
        N_("Which charge is wrong, and what should it be? That sum waits until it is answered; the rest can be paid."),
        N_("Open the dispute for them now, while they tell you."),
    ),
    Reason.developer_legacy: (
        N_("That is for the developer to put right. We note it, pass it on and tell you what comes of it."),
        N_("Explain calmly that the service fee is due all the same (Civil Code 944)."),
    ),
    Reason.refuses: (
        N_("I would like to understand why. What you think is wrong you can dispute, and that sum waits."),
        N_("Name the sum, its basis and the date, once. Do not argue; end the talk when they wish so."),
    ),
}
CLOSING = (
    N_("Thank them, repeat what was agreed and by which day, and confirm it in writing."),
    N_("Never threaten, never mention neighbours, and never speak of water, power, doors or lifts."),
)
WAITS = {
    Waits.held: N_("Everything is on hold or under review."),
    Waits.elsewhere: N_("This home is no longer theirs: nobody goes there for them. Write to their own address."),
    Waits.small: N_("Too little to chase."),
    Waits.pending: N_("A payment is on its way."),
    Waits.planned: N_("The next step is planned for %(day)s."),
    Waits.given: N_("They were given time."),
    Waits.spoken: N_("Somebody was spoken with on %(day)s. Give them a week."),
    Waits.cap: N_("Called or visited often enough. Leave it in peace for now."),
}

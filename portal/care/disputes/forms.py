"""Forms of owners and staff about disputes."""

from typing import Any
from uuid import UUID

from portal.care.disputes.actions import MOST_PHOTOS
from portal.care.disputes.states import OF_WORK, DisputeReason, Fixed, Outcome
from portal.kit.errors import Missing
from portal.kit.i18n import N_
from portal.kit.money import ZERO
from portal.kit.words import label
from portal.web.forms.forms import Choice, Day, Form, Photos, Text, Tick, Whole, Yuan


def uuid_or_missing(value: object) -> UUID:
    """The id in a query or a form. Raises Missing for anything else, which cannot be an id of ours."""
    try:
        return UUID(str(value))
    except ValueError:
        raise Missing from None


class DisputeForm(Form):
    """Open a dispute on a line."""

    amount = Yuan(
        N_("Amount in dispute"),
        required=False,
        hint=N_("Leave empty to dispute the whole line. The rest can be paid as usual."),
    )
    reason = Choice(N_("What is wrong with it?"), DisputeReason, missing=N_("Choose what is wrong with it."))
    text = Text(
        N_("What happened?"),
        lines=5,
        most=2000,
        hint=N_("Dates, places and what was agreed help us look into it."),
        missing=N_("Tell us what happened."),
    )
    photos = Photos(N_("Photos"), most=MOST_PHOTOS)
    hardship = Tick(
        N_("I cannot pay right now: please pause everything for two weeks"),
        required=False,
        hint=N_("Once every three months."),
    )


class ServiceDisputeForm(DisputeForm):
    """Open a dispute on a piece of work: without a sum, and with the reasons that fit work."""

    amount = hardship = None  # type: ignore[assignment]  # so WTForms takes an inherited field away

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.reason.options = [(reason.value, label(reason)) for reason in OF_WORK]


class AnswerForm(Form):
    """Say something about an open dispute."""

    text = Text(N_("Your message"), lines=3, most=2000, missing=N_("Enter your message."))


class WithdrawalForm(Form):
    """Withdraw a dispute."""

    text = Text(N_("Reason (optional)"), lines=2, most=2000, required=False)


class AcceptanceForm(Form):
    """Accept a decision."""

    text = Text(N_("Anything you would like to add"), lines=2, most=2000, required=False)


class ReopeningForm(Form):
    """Object to a decision."""

    text = Text(
        N_("Why do you not accept it?"),
        lines=3,
        most=2000,
        missing=N_("Tell us why you do not accept it, so that we can look into it again."),
    )


class FollowUpForm(Form):
    """Whether it is really fixed: two buttons, and optional words."""

    fixed = Choice(N_("Is it really fixed?"), Fixed, missing=N_("Choose yes or no."))
    text = Text(N_("What is still not right?"), lines=3, most=2000, required=False)


class QuestionForm(Form):
    """Ask the owner."""

    text = Text(
        N_("Question to the owner"),
        lines=3,
        most=2000,
        hint=N_("The deadline is paused until the owner answers."),
        missing=N_("Enter your question."),
    )


class RoutingForm(Form):
    """Pass it to a department."""

    department = Choice(N_("Department"), look="select", missing=N_("Choose the department."))
    due_on = Day(N_("Answer by"))
    text = Text(
        N_("Note for the department"), lines=3, most=2000, required=False, hint=N_("The owner does not see this note.")
    )


class RectificationForm(Form):
    """Record what the department did."""

    text = Text(
        N_("What the department did"),
        lines=3,
        most=2000,
        hint=N_("The owner will see this text and the photos."),
        missing=N_("Describe what was done. The owner will read it."),
    )
    before = Photos(N_("Photos from before"), most=3)
    after = Photos(N_("Photos from after"), most=3)
    photos = Photos(N_("Other photos"), most=MOST_PHOTOS)


class DecisionForm(Form):
    """Decide with reasons. `version` is what the decider saw."""

    outcome = Choice(N_("Decision"), Outcome, missing=N_("Choose a decision."))
    amount = Yuan(N_("Credited"), required=False, least=ZERO, hint=N_("Only for “partly upheld”."))
    text = Text(
        N_("Reasons"),
        lines=4,
        most=2000,
        hint=N_("The owner will read this. It also appears on the credit note."),
        missing=N_("Give the reasons. The owner will read them."),
    )
    version = Whole("", required=False)


class ApprovalForm(Form):
    """Agree to a proposal, or send it back."""

    text = Text(
        N_("Note for the desk"), lines=2, most=2000, required=False, hint=N_("The owner does not see this note.")
    )

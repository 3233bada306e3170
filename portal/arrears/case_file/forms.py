"""Forms with which staff add to a case."""

from typing import Any, cast

from portal.arrears.cases.states import MAY_COME_OF, ContactChannel, ContactOutcome, NextStep, Reason
from portal.kit.i18n import N_
from portal.kit.words import label
from portal.web.forms.forms import Choice, Day, Form, Text, Yuan

ONCE = N_(
    "In case of hardship, everything is paused for two weeks, once every three months. For longer, "
    "use instalments or a hold."
)
BY_STAFF = frozenset[ContactOutcome]().union(*MAY_COME_OF.values())


class ContactForm(Form):
    """Record how the debtor was reached, or that they were not."""

    channel = Choice(
        N_("How you contacted them"),
        ContactChannel,
        look="select",
        missing=N_("Choose how you contacted them."),
    )
    outcome = Choice(
        N_("Outcome of the contact"), ContactOutcome, look="select", missing=N_("Choose the outcome."), hint=ONCE
    )
    text = Text(
        N_("Note"),
        lines=3,
        most=2000,
        required=False,
        hint=N_("What was said, and what you promised and by when. No bank or health details."),
    )
    staff = Text(
        N_("Accompanied by"),
        most=80,
        required=False,
        hint=N_("Their sign-in name. Required for a visit."),
    )
    happened_on = Day(N_("Date of contact"), required=False, hint=N_("Leave empty for today."))

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.channel.options = [(one.value, label(one)) for one in MAY_COME_OF]
        cast(Choice, self["outcome"]).options = [(one.value, label(one)) for one in ContactOutcome if one in BY_STAFF]

    @property
    def told(self) -> dict[str, Any]:
        """The arguments of `record_contact`."""
        channel, outcome, happened_on = (self.data[name] for name in ("channel", "outcome", "happened_on"))
        note = {"body": self.data["text"] or "", "witness": self.data["staff"] or ""}
        return {"channel": channel, "outcome": outcome, "happened_on": happened_on, **note}


class HoldForm(Form):
    """Stop chasing for some time."""

    reason = Text(N_("Reason"), lines=2, most=500, missing=N_("Explain why, so that the next reader understands it."))
    until = Day(N_("Last day of the hold"), hint=N_("The hold ends automatically after this day."))
    amount = Yuan(N_("Amount"), required=False, hint=N_("Leave empty to hold the whole case."))


class PromiseForm(Form):
    """Record a promise to pay."""

    on = Day(N_("Will pay by"))
    amount = Yuan(N_("Promised amount"))


class ReasonForm(Form):
    """Record why nothing is paid."""

    reason = Choice(N_("Reason for non-payment"), Reason, look="select", missing=N_("Choose a reason."), hint=ONCE)


class HardshipForm(Form):
    """A debtor says that they cannot pay right now."""

    text = Text(
        N_("What is the difficulty?"),
        lines=4,
        most=1000,
        missing=N_("Briefly tell us what the difficulty is."),
        hint=N_("For example, that you lost your job, and from when you could pay. No documents are needed."),
    )


class NextForm(Form):
    """Set what to do next."""

    next_step = Choice(N_("What needs to be done"), NextStep, look="select", missing=N_("Choose the next step."))
    next_on = Day(N_("Date"))
    who = Text(
        N_("Assigned to"), most=80, required=False, hint=N_("A colleague's sign-in name. Leave empty for yourself.")
    )

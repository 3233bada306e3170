"""The form for correcting a line."""

from portal.kit.i18n import N_
from portal.money.corrections.states import CorrectionKind
from portal.web.forms.forms import Choice, Form, Text, Yuan


class CorrectionForm(Form):
    """The sum to take off a line, and the reason."""

    kind = Choice(N_("Reason for the correction"), CorrectionKind, missing=N_("Choose why."))
    amount = Yuan(N_("Amount to take off"), missing=N_("Enter the amount, for example 120.50."))
    reason = Text(
        N_("Reason"),
        lines=3,
        most=500,
        missing=N_("Give the reason. The owner will see it."),
        hint=N_("The owner will see it on the bill."),
    )


class RefusalForm(Form):
    """The reason for refusing a correction."""

    text = Text(N_("Reason"), lines=2, most=500, missing=N_("Give the reason."))

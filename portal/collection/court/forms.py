"""Forms for claims and their steps."""

from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.collection.court.steps import MOST_PHOTOS
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.web.forms.forms import Choice, Day, Form, Photos, Text, Yuan


class ClaimForm(Form):
    """Which path to take."""

    kind = Choice(N_("Type of claim"), ClaimKind, look="select", missing=N_("Choose the type of claim."))
    limit = Yuan(
        N_("Limit for small claims"),
        required=False,
        hint=N_("Only for a small claim: half of your province's average annual wage, as last published."),
    )
    source = Text(N_("Source of the limit"), most=200, required=False, hint=N_("The statistics and the year."))


class ChangeForm(Form):
    """The sum of a claim from a day on."""

    amount = Yuan(N_("Amount claimed now"), least=Money(0), hint=N_("0 if only the court fee is left."))
    on = Day(N_("Date"))
    reference = Text(
        N_("Reference number"),
        most=80,
        required=False,
        hint=N_("As printed on the document of the court or the mediators."),
    )
    text = Text(N_("Note"), lines=3, most=2000, required=False, hint=N_("For example, what was agreed."))
    photos = Photos(N_("Photos of the paper"), most=MOST_PHOTOS)


class StepForm(Form):
    """What happened to a claim."""

    state = Choice(N_("What happened"), ClaimState, look="select", missing=N_("Choose what happened."))
    on = Day(N_("Date"))
    reference = Text(
        N_("Reference number"),
        most=80,
        required=False,
        hint=N_("As printed on the document of the court or the mediators."),
    )
    text = Text(N_("Note"), lines=3, most=2000, required=False, hint=N_("For example, what was agreed."))
    photos = Photos(N_("Photos of the paper"), most=MOST_PHOTOS)

"""What staff type about a claim: which path, and how far it has come."""

from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.collection.court.steps import MOST_PHOTOS
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.web.forms.forms import Choice, Day, Form, Photos, Text, Yuan


class ClaimForm(Form):
    """Which path to take."""

    kind = Choice(N_("Path"), ClaimKind, look="select", missing=N_("Choose a path."))
    limit = Yuan(
        N_("Limit for small claims"),
        required=False,
        hint=N_("Only for a small claim: half of a year's average wage in your province, as published last."),
    )
    source = Text(N_("Where the limit stands"), most=200, required=False, hint=N_("The statistics and their year."))


class ChangeForm(Form):
    """What a claim asks for from a day on."""

    amount = Yuan(N_("What is asked for now"), least=Money(0), hint=N_("0 if only the court's fee is left."))
    on = Day(N_("On which day"))
    reference = Text(
        N_("Number on the paper"), most=80, required=False, hint=N_("Of the court or the mediators, as it is printed.")
    )
    text = Text(N_("Note"), lines=3, most=2000, required=False, hint=N_("For example what was agreed."))
    photos = Photos(N_("Photos of the paper"), most=MOST_PHOTOS)


class StepForm(Form):
    """What happened to a claim."""

    state = Choice(N_("What happened"), ClaimState, look="select", missing=N_("Choose what happened."))
    on = Day(N_("On which day"))
    reference = Text(
        N_("Number on the paper"), most=80, required=False, hint=N_("Of the court or the mediators, as it is printed.")
    )
    text = Text(N_("Note"), lines=3, most=2000, required=False, hint=N_("For example what was agreed."))
    photos = Photos(N_("Photos of the paper"), most=MOST_PHOTOS)

"""Forms for requesting, answering and ending access to a home."""

from portal.homes.residents.actions import MOST_PHOTOS
from portal.homes.residents.states import BoundAs
from portal.kit.i18n import N_
from portal.web.forms.forms import Choice, Day, Form, Phone, Photos, Text, Tick


class BindingForm(Form):
    """Who gets access to which home, in which role, and when."""

    unit = Choice(N_("Which home"), missing=N_("Choose the home."))
    role = Choice(N_("Who is it?"), BoundAs, missing=N_("Choose tenant or family."))
    name = Text(N_("Name"), most=60, missing=N_("Enter the person's name."))
    phone = Phone(
        N_("Mobile number of this person"),
        missing=N_("Enter the person's mobile number."),
        hint=N_("They sign in with this number. Nobody gets a message until the service centre has agreed."),
    )
    starts_on = Day(N_("First day"), missing=N_("Enter the first day, for example 2026-12-01."))
    ends_on = Day(
        N_("Last day"), required=False, hint=N_("The last day, for example of the lease. Leave empty for no end date.")
    )


class EvidenceForm(Form):
    """The evidence that the service centre needs, on the page that confirms."""

    note = Text(
        N_("Anything else the service centre should know"),
        required=False,
        lines=3,
        most=500,
        hint=N_("For example: lease dated 1 December, for one year."),
    )
    photos = Photos(N_("Photos, for example of the lease page with names and dates"), most=MOST_PHOTOS, required=False)
    informed = Tick(
        N_("This person knows and agrees that I am giving their name and number to the service centre."),
        missing=N_("Please ask the person first, then tick this."),
    )


class ReasonForm(Form):
    """The reason for refusing a request, or for ending access at the desk."""

    text = Text(N_("Reason"), lines=2, most=500, missing=N_("Give the reason."))

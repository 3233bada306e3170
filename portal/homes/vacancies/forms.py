"""What is typed when a home stands empty, is lived in again, or a filing is answered."""

from portal.kit.i18n import N_
from portal.web.forms.forms import Day, Form, Photos, Text


class VacancyForm(Form):
    """Since when a home stands empty, with what shows it."""

    empty_since = Day(
        N_("Empty since"),
        hint=N_("The day from which nobody lives there."),
        missing=N_("Enter the day, for example 2026-12-01."),
    )
    text = Text(
        N_("What shows it"),
        lines=3,
        most=1000,
        hint=N_("For example the readings of water and power, and whom we may ask."),
        missing=N_("Say what shows that the home stands empty."),
    )
    photos = Photos(N_("Photos"))


class LivedInForm(Form):
    """From which day a home is lived in again."""

    lived_in_from = Day(N_("Lived in again from"), missing=N_("Enter the day, for example 2026-12-01."))


class ApprovalForm(Form):
    """From which day a filing counts."""

    starts_on = Day(
        N_("Counts from"),
        hint=N_("As the contract and the place ask for, for example after six months empty."),
        missing=N_("Enter the day, for example 2026-12-01."),
    )
    text = Text(N_("Note to the owners"), required=False, lines=2, most=500)


class RefusalForm(Form):
    """Why a filing is refused."""

    text = Text(
        N_("Reason"),
        lines=2,
        most=500,
        hint=N_("The owners read it."),
        missing=N_("Give the reason. The owner reads it."),
    )

"""Forms for reporting, answering and ending a vacancy."""

from portal.kit.i18n import N_
from portal.web.forms.forms import Day, Form, Photos, Text


class VacancyForm(Form):
    """Since when a home is empty, with evidence."""

    empty_since = Day(
        N_("Empty since"),
        hint=N_("The first day nobody lived there."),
        missing=N_("Enter the day, for example 2026-12-01."),
    )
    text = Text(
        N_("Evidence"),
        lines=3,
        most=1000,
        hint=N_("For example, water and power readings, and whom we can ask."),
        missing=N_("Tell us what shows that the home is vacant."),
    )
    photos = Photos(N_("Photos"), most=5)


class LivedInForm(Form):
    """The day from which a home is lived in again."""

    lived_in_from = Day(N_("Occupied again from"), missing=N_("Enter the day, for example 2026-12-01."))


class ApprovalForm(Form):
    """The day from which a filing counts."""

    starts_on = Day(
        N_("Counts from"),
        hint=N_("According to the contract and local rules, for example after six months' vacancy."),
        missing=N_("Enter the day, for example 2026-12-01."),
    )
    text = Text(N_("Note to the owners"), required=False, lines=2, most=500)


class RefusalForm(Form):
    """The reason for refusing a filing."""

    text = Text(
        N_("Reason"),
        lines=2,
        most=500,
        hint=N_("The owners will see it."),
        missing=N_("Give the reason. The owner will see it."),
    )

"""What is typed to keep a day differently."""

from portal.desk.states import DayKind
from portal.kit.i18n import N_
from portal.web.forms import Choice, Day, Form, Text


class DayForm(Form):
    """One day of one estate."""

    community = Text(N_("Community"), missing=N_("Choose the community."))
    on = Day(N_("Day"), missing=N_("Enter the day, for example 2027-02-06."))
    kind = Choice(N_("What the day is"), DayKind, missing=N_("Choose whether the day is worked."))
    note = Text(N_("Reason"), most=200, missing=N_("Say why, for example which notice it follows."))

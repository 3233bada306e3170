"""The form for something that was disclosed elsewhere."""

from portal.kit.i18n import N_
from portal.web.forms.forms import Day, Form, Text


class DisclosureForm(Form):
    """When and where it was disclosed."""

    on = Day(N_("Disclosed on"))
    place = Text(N_("Place"), most=120, hint=N_("For example: notice board at the east gate"),
                 missing=N_("Enter where it was disclosed."))  # fmt: skip

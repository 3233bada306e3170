"""What staff type to run bills."""

from wtforms import ValidationError

from portal.kit.i18n import N_
from portal.kit.period import Month
from portal.web.forms import Day, Form, Text
from portal.web.i18n import _

NOT_A_MONTH = N_("Enter the month, for example 2026-11.")


class RunForm(Form):
    """Which community's month, issued on which day."""

    community = Text(N_("Community"), missing=N_("Choose the community."))
    period = Text(N_("Service month"), hint=N_("For example 2026-11"), missing=NOT_A_MONTH)
    issued_on = Day(N_("Day of issue"), missing=N_("Enter the day of issue, for example 2026-11-01."))

    def validate_period(self, field: Text) -> None:
        """A month like 2026-11."""
        try:
            self.month = Month.parse(field.data)
        except ValueError:
            raise ValidationError(_(NOT_A_MONTH)) from None

"""Forms for bill runs."""

from collections.abc import Sequence

from wtforms import ValidationError

from portal.fees.runs.preview import Accepted
from portal.kit.i18n import N_, Bilingual
from portal.kit.language import language
from portal.kit.period import Month
from portal.kit.words import _
from portal.web.forms.forms import Day, Form, Many, Text

NOT_A_MONTH = N_("Enter the month, for example 2026-11.")


class RunForm(Form):
    """The community and month of a run, and the day of issue."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    period = Text(N_("Service month"), hint=N_("For example 2026-11"), missing=NOT_A_MONTH)
    issued_on = Day(N_("Date of issue"), missing=N_("Enter the date of issue, for example 2026-11-01."))

    def validate_period(self, field: Text) -> None:
        """A month like 2026-11."""
        try:
            self.month = Month.parse(field.data)
        except ValueError:
            raise ValidationError(_(NOT_A_MONTH)) from None


class ApprovalForm(Form):
    """The items that may come to zero in a run, and the reason."""

    nothing_of = Many(N_("These are correctly zero this time"), coerce=str, required=False)
    reason = Text(N_("Why"), most=500, lines=2, required=False, hint=N_("Kept with the run and in the audit trail."))

    def offer(self, items: Sequence[tuple[str, Bilingual]]) -> None:
        """Offer these items, code and name, to be ticked; all of them have to be, with a reason."""
        self.nothing_of.required = self.reason.required = bool(items)
        self.nothing_of.options = [(code, name.words(language())) for code, name in items]

    @property
    def accepted(self) -> Accepted:
        """The items and the reason, as entered."""
        return Accepted(tuple(self.nothing_of.data or ()), self.reason.data or "")

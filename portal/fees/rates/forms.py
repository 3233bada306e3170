"""The form for announcing a rate."""

import re
from decimal import Decimal

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.fields import WIDE, Typed
from portal.web.forms.forms import Day, Form, Text

RATE = re.compile(r"(?:¥|元)?\s*(\d{1,9}(?:\.\d{1,6})?)\s*元?", re.ASCII)
NOT_A_RATE = N_("Enter the rate in yuan, for example 2.85, with at most six decimals.")


class Rate(Typed):
    """A positive rate in yuan, as a Decimal."""

    def read(self, text: str) -> Decimal:
        """Parse it. Raises ValueError for anything else."""
        match = RATE.fullmatch(text.strip().translate(WIDE))
        if not match or not Decimal(match[1]):
            raise ValueError(_(NOT_A_RATE))
        return Decimal(match[1])


class RateForm(Form):
    """A new rate, its first day and its source."""

    rate = Rate(N_("New rate in yuan, tax included"), missing=NOT_A_RATE)
    starts_on = Day(N_("Applies from"), missing=N_("Enter the day, for example 2026-12-01."))
    source = Text(
        N_("Basis"),
        most=200,
        hint=N_("The contract clause or the owners' resolution."),
        missing=N_("Enter the clause or the resolution. It is shown in the public price list."),
    )

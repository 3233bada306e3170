"""What is typed for the terms of late payment and for the prime rate."""

import re
from decimal import Decimal

from portal.collection.late_charges.states import Start
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.fields import WIDE, Typed
from portal.web.forms.forms import Choice, Day, Form, Text, Whole
from portal.web.forms.percentage import Percentage

TIMES = re.compile(r"(\d(?:\.\d{1,3})?)", re.ASCII)
NOT_A_MULTIPLE = N_("Enter a number above 0 and up to 4, for example 1.3.")


class Multiple(Typed):
    """How many times a rate, above 0 and up to 4."""

    missing = NOT_A_MULTIPLE

    def read(self, text: str) -> Decimal:
        """Raises ValueError for anything else."""
        found = TIMES.fullmatch(text.strip().translate(WIDE))
        if not found or not 0 < Decimal(found[1]) <= 4:
            raise ValueError(_(NOT_A_MULTIPLE))
        return Decimal(found[1])


class TermsForm(Form):
    """What the contract says of late payment, from a day on."""

    community = Text(N_("Community"), missing=N_("Choose the community."))
    starts_on = Day(N_("In force from"), hint=N_("Tomorrow or later. The terms before stay in force until then."))
    daily_rate = Percentage(
        N_("Late charge in per cent a day"),
        most="1",
        zero=True,
        hint=N_("As the contract says, for example 0.05 for 5 ten-thousandths. 0 switches late charges off."),
    )
    multiple = Multiple(
        N_("At most this many times the prime rate"),
        hint=N_("Courts cut back what is far above the loss. 1.3 times the loan prime rate is customary."),
    )
    start = Choice(N_("Days count after"), Start, missing=N_("Choose from when days count."))
    demand_days = Whole(N_("Days that a demand gives"), least=7, most=90, hint=N_("Used when days count after it."))
    clause = Text(
        N_("Clause of the contract"),
        most=200,
        missing=N_("Enter the clause. Without one there are no late charges."),
    )


class PrimeForm(Form):
    """The loan prime rate from a day on."""

    community = Text(N_("Community"), missing=N_("Choose the community."))
    starts_on = Day(N_("Published on"))
    rate = Percentage(N_("One-year loan prime rate in per cent"), most="19", hint=N_("For example 3.00."))
    source = Text(N_("Where it was read"), most=200, missing=N_("Say where it was published."))

"""Forms for late charge terms and prime rates."""

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
    """A multiple of a rate, above 0 and up to 4."""

    missing = NOT_A_MULTIPLE

    def read(self, text: str) -> Decimal:
        """Parse it. Raises ValueError for anything else."""
        match = TIMES.fullmatch(text.strip().translate(WIDE))
        if not match or not 0 < Decimal(match[1]) <= 4:
            raise ValueError(_(NOT_A_MULTIPLE))
        return Decimal(match[1])


class TermsForm(Form):
    """The late-payment terms of the contract, from a day on."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    starts_on = Day(N_("In force from"), hint=N_("Tomorrow or later. The current rules apply until then."))
    daily_rate = Percentage(
        N_("Daily late charge (%)"),
        most="1",
        zero=True,
        hint=N_("As stated in the contract, for example 0.05 for 5/10,000. Enter 0 for no late charges."),
    )
    multiple = Multiple(
        N_("Cap, as a multiple of the prime rate"),
        hint=N_("Courts reduce late charges that far exceed the loss. 1.3 times the loan prime rate is customary."),
    )
    start = Choice(N_("Charged from"), Start, missing=N_("Choose from when late charges apply."))
    demand_days = Whole(
        N_("Days to pay, as given in a demand"), least=7, most=90, hint=N_("Used when late charges start after it.")
    )
    clause = Text(
        N_("Contract clause"),
        most=200,
        missing=N_("Enter the clause. Without one, no late charges are possible."),
    )


class PrimeForm(Form):
    """The loan prime rate from a day on."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    starts_on = Day(N_("Published on"))
    rate = Percentage(N_("One-year loan prime rate (%)"), most="19", hint=N_("For example 3.00."))
    source = Text(N_("Published in"), most=200, missing=N_("Enter where it was published."))

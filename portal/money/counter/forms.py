"""Forms of the counter."""

from typing import Any

from portal.kit.i18n import N_
from portal.money.payments.states import CounterChannel
from portal.web.forms.forms import Choice, Form, Many, Text, Yuan


class CounterForm(Form):
    """Money that staff took for bills of one home."""

    unit = Text(N_("Which home"), most=60, missing=N_("Enter the home, for example 1栋101."))
    bill = Many(N_("Bills"), missing=N_("Choose the bills this money is for."))
    amount = Yuan(N_("Amount received"))
    channel = Choice(N_("Payment method"), CounterChannel, missing=N_("Choose the payment method."))
    reference = Text(
        N_("Slip number"),
        most=64,
        missing=N_("Enter the number of the slip."),
        hint=N_("From the receipt book, the card slip or the bank. Each number can be used once."),
    )

    @property
    def wanted(self) -> dict[str, Any]:
        """The payment to record."""
        return {
            "unit": self.unit.data,
            "bills": self.bill.data,
            "amount": self.amount.data,
            "channel": self.channel.data,
            "reference": self.reference.data,
        }

"""Forms for requesting, answering and agreeing to instalments."""

from collections.abc import Iterable
from typing import Any

from portal.care.plans.rules import LEAST, MOST
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.forms import Day, Form, Many, Text, Tick, Whole


class PlanForm(Form):
    """Ask to pay some bills in instalments; `preview` only shows the dates and sums."""

    bill = Many(N_("Bills to pay by instalments"), missing=N_("Choose at least one bill."))
    instalments = Whole(N_("How many instalments"), least=LEAST, most=MOST, hint=N_("One a month, 2 to 12"))
    first_on = Day(N_("Date of the first instalment"), hint=N_("Within the next 60 days"))
    hardship = Text(
        N_("Why it is hard to pay in full"),
        required=False,
        lines=4,
        most=1000,
        hint=N_(
            "Optional. If you tell us, everything is paused for two weeks, once every three months. Only the "
            "finance office and managers can read it."
        ),
    )
    preview = Tick(required=False)

    def offer(self, bills: Iterable[Any]) -> None:
        """Offer each bill that may go into a plan, with its estate if they are of several."""
        bills = list(bills)
        several = len({bill.estate for bill in bills}) > 1
        text = N_("%(unit)s, %(month)s: %(sum)s to pay, due %(day)s")

        def said(bill: Any) -> str:
            home = f"{bill.unit} · {bill.estate}" if several else bill.unit
            return _(text, unit=home, month=bill.period, sum=bill.payable, day=bill.due_on)

        self.bill.options = [(str(bill.id), said(bill)) for bill in bills]


class AgreeForm(Form):
    """Agree to the exact text."""

    agree = Tick(N_("I have read and agree to these terms"), missing=N_("Please tick to agree to these terms."))


class ApproveForm(Form):
    """Approve a request, with optional words for the owner."""

    text = Text(N_("Note to the owner"), required=False, lines=3, most=1000)


def reasons() -> Text:
    """The reasons that the owner reads if the answer is not simply yes."""
    return Text(
        N_("Reasons for the owner"),
        lines=3,
        most=1000,
        missing=N_("Explain why, in plain words."),
        hint=N_("The owner will see exactly this text."),
    )


class CounterForm(Form):
    """Offer other instalments for the same sum, with reasons."""

    instalments = Whole(N_("How many instalments"), least=LEAST, most=MOST, hint=N_("One a month, 2 to 12"))
    first_on = Day(N_("Date of the first instalment"), hint=N_("Within the next 60 days"))
    text = reasons()


class RefuseForm(Form):
    """Refuse a request, with reasons."""

    text = reasons()


class ReinstateForm(Form):
    """Reinstate a broken plan, with reasons."""

    text = reasons()

"""What is typed when asking for instalments, agreeing with them, and answering."""

from collections.abc import Iterable
from typing import Any

from portal.care.plans.rules import LEAST, MOST
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.forms import Day, Form, Many, Text, Tick, Whole


class PlanForm(Form):
    """Ask to pay some bills in parts; `preview` only shows the dates and sums."""

    bill = Many(N_("Bills to pay in parts"), missing=N_("Choose at least one bill."))
    instalments = Whole(N_("How many instalments"), least=LEAST, most=MOST, hint=N_("One a month, 2 to 12"))
    first_on = Day(N_("Date of the first instalment"), hint=N_("Today or a day in the next 60 days"))
    hardship = Text(
        N_("Why it is hard to pay at once"),
        required=False,
        lines=4,
        most=1000,
        hint=N_(
            "If you want to tell us: then everything is left alone for two weeks, once in three months. Only the"
            " finance office and the manager read it."
        ),
    )
    preview = Tick(required=False)

    def offer(self, bills: Iterable[Any]) -> None:
        """Draw a box for each bill that may go into a plan, with its estate where they are of several."""
        bills = list(bills)
        several = len({bill.estate for bill in bills}) > 1
        text = N_("%(unit)s, %(month)s: %(sum)s to pay, due %(day)s")

        def said(bill: Any) -> str:
            home = f"{bill.unit} · {bill.estate}" if several else bill.unit
            return _(text, unit=home, month=bill.period, sum=bill.payable, day=bill.due_on)

        self.bill.options = [(str(bill.id), said(bill)) for bill in bills]


class AgreeForm(Form):
    """Agree with the exact text."""

    agree = Tick(
        N_("I have read this text and agree with it"), missing=N_("Please tick that you agree with this text.")
    )


class ApproveForm(Form):
    """Say yes, with a word for the owner if one likes."""

    text = Text(N_("A word to the owner"), required=False, lines=3, most=1000)


def reasons() -> Text:
    """What the owner reads of an answer that is not simply yes."""
    return Text(
        N_("Reasons for the owner"),
        lines=3,
        most=1000,
        missing=N_("Write why, in words the owner can understand."),
        hint=N_("The owner reads exactly this."),
    )


class CounterForm(Form):
    """Offer other instalments for the same sum, with reasons."""

    instalments = Whole(N_("How many instalments"), least=LEAST, most=MOST, hint=N_("One a month, 2 to 12"))
    first_on = Day(N_("Date of the first instalment"), hint=N_("Today or a day in the next 60 days"))
    text = reasons()


class RefuseForm(Form):
    """Say no, with reasons."""

    text = reasons()


class ReinstateForm(Form):
    """Let a broken plan run on, with reasons."""

    text = reasons()

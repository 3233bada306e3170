"""Forms for collection rules and their exceptions."""

from typing import Any

from portal.arrears.ladder.rules import SEED, Policy, When
from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.kit.i18n import N_
from portal.kit.money import ZERO
from portal.web.forms.forms import Choice, Day, Form, Text, Whole, Yuan


def as_now(terms: Policy) -> dict[str, Any]:
    """The fields filled with the present terms, so that nobody types eight figures to change one."""
    return {
        "buffer_days": terms.buffer_days,
        "stay_1": terms.least_days[1],
        "stay_2": terms.least_days[2],
        "stay_3": terms.least_days[3],
        "pay_within": terms.pay_within,
        "grace_days": terms.grace_days,
        "small_balance": terms.small_balance,
    }


class TermsForm(Form):
    """Terms for everybody, from a day on."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    starts_on = Day(N_("In force from"), hint=N_("Tomorrow or later. The current rules apply until then."))
    buffer_days = Whole(N_("Days after the due date without a reminder"), least=0, most=30)
    stay_1 = Whole(N_("Days in stage 1 before stage 2"), least=3, most=60)
    stay_2 = Whole(N_("Days in stage 2 before stage 3"), least=3, most=60)
    stay_3 = Whole(N_("Days in stage 3 before stage 4"), least=7, most=90)
    pay_within = Whole(N_("Days to pay, as given in a reminder or notice"), least=3, most=30)
    grace_days = Whole(N_("Days to pay, as given in a demand"), least=7, most=60)
    reason = Text(N_("Reason"), lines=2, most=500, missing=N_("Explain why, so that the next reader understands it."))

    def policy(self) -> Policy:
        """The terms entered, once they are valid."""
        typed = self.data
        stays = (SEED.least_days[0], typed["stay_1"], typed["stay_2"], typed["stay_3"])
        small = typed.get("small_balance") or (ZERO if "small_balance" in typed else SEED.small_balance)
        return Policy(
            name="",
            buffer_days=typed["buffer_days"],
            small_balance=small,
            least_days=stays,
            pay_within=typed["pay_within"],
            grace_days=typed["grace_days"],
        )


class EverybodyForm(TermsForm):
    """Terms for everybody, with the small balance."""

    small_balance = Yuan(N_("Not chased up to"), least=ZERO)


class ExceptionForm(TermsForm):
    """Other terms for the homes that meet some conditions."""

    use = Choice(N_("Use of the home"), Use, look="select", required=False)
    occupancy = Choice(N_("Occupancy"), OccupancyState, look="select", required=False)
    history = Choice(N_("Payment history"), History, look="select", required=False)
    least = Yuan(N_("From this overdue amount"), required=False)

    def when(self) -> When:
        """The conditions that were chosen."""
        typed = self.data
        return When(
            use=typed["use"] or None,
            occupancy=typed["occupancy"] or None,
            history=typed["history"] or None,
            least=typed["least"] or None,
        )


class DropForm(Form):
    """Drop an exception: which one, from which day on, and why."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    position = Whole(N_("Exception"), least=1)
    starts_on = Day(N_("In force from"))
    reason = Text(N_("Reason"), lines=2, most=500, missing=N_("Explain why, so that the next reader understands it."))

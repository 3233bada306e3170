"""Forms for the register of common areas."""

from typing import Any

from portal.accounts.common_areas.actions import Contract, Movement, Receipt
from portal.accounts.common_areas.states import Beneficiary, Direction, Pot, Rhythm
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.web.forms.forms import Choice, Day, Estate, Form, Text, Yuan


class ContractForm(Form):
    """A contract of a common area."""

    community = Estate()
    source_zh = Text(N_("Source of income"), most=60, missing=N_("Enter the source of income."),
                     hint=N_("For example: lift advertising. Do not name a company or a person."))  # fmt: skip
    source_en = Text(N_("English version"), most=80, required=False)
    price = Yuan(N_("Agreed price"), required=False)
    rhythm = Choice(N_("Price per"), Rhythm)
    starts_on = Day(N_("First day"), required=False)
    ends_on = Day(N_("Last day"), required=False, hint=N_("Without a last day the contract is shown as open-ended"))
    beneficiary = Choice(N_("Who the revenue belongs to"), Beneficiary)
    building = Text(N_("Building"), most=30, required=False)
    decided_by = Text(
        N_("Who decided"), most=120, required=False, hint=N_("For example: owners' assembly, resolution no. 3")
    )

    def agreed(self) -> Contract:
        """The contract entered."""
        return Contract(
            source_zh=self.source_zh.data,
            source_en=self.source_en.data or "",
            price=self.price.data,
            rhythm=self.rhythm.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            beneficiary=self.beneficiary.data,
            building=self.building.data or "",
            decided_by=self.decided_by.data or "",
        )


class ReceiptForm(Form):
    """Money that came in under a contract."""

    starts_on = Day(N_("Covers from"))
    ends_on = Day(N_("To"))
    direction = Choice(N_("In or out"), Direction)
    amount = Yuan(N_("Amount"))
    received_on = Day(N_("Received on"))

    def came(self) -> Receipt:
        """The receipt entered."""
        return Receipt(self.starts_on.data, self.ends_on.data, signed(self), self.received_on.data)


class MovementForm(Form):
    """Money of all owners that was spent, or came in otherwise."""

    community = Estate()
    pot = Choice(N_("Fund"), Pot)
    direction = Choice(N_("In or out"), Direction)
    amount = Yuan(N_("Amount"))
    on_day = Day(N_("On"))
    purpose = Text(N_("Purpose"), most=120, missing=N_("Enter the purpose."))
    decided_by = Text(N_("Who decided"), most=120, missing=N_("Enter who decided."))

    def moved(self) -> Movement:
        """The movement entered."""
        return Movement(self.pot.data, signed(self), self.on_day.data, self.purpose.data, self.decided_by.data)


def signed(form: Any) -> Money:
    """The sum, negative if it was spent."""
    sum_: Money = form.amount.data
    return sum_ if form.direction.data is Direction.came else -sum_

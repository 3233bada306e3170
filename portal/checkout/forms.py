"""What an owner types to pay."""

from portal.checkout.states import Method
from portal.kit.i18n import N_
from portal.web.forms import Choice, Form, Many, Yuan


class PayForm(Form):
    """Bills mean what is not under review on them; a line may be ticked itself. An empty amount means everything."""

    bill = Many(N_("Bills"), required=False)
    line = Many(N_("Charges"), required=False)
    amount = Yuan(N_("Amount"), required=False, hint=N_("Leave empty to pay everything you chose."))
    method = Choice(N_("Pay with"), Method, missing=N_("Choose how to pay."))

    def read_choice(self) -> bool:
        """Check everything but the method, which is only asked for when paying."""
        return all([self.bill.validate(self), self.line.validate(self), self.amount.validate(self)])

    @property
    def chose_nothing(self) -> bool:
        """Whether neither a bill nor a line came along."""
        return not (self.bill.data or self.line.data or self.bill.errors or self.line.errors)

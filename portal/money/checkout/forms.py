"""The owner's form for a payment."""

from typing import Any

from portal.kit.i18n import N_
from portal.kit.words import _, label
from portal.money.online.states import Method
from portal.money.payments.rules import NOTHING_CHOSEN
from portal.web.forms.forms import Choice, Form, Many, Yuan

INSIDE = {
    "MicroMessenger": (Method.wechat_pay, Method.alipay),
    "AlipayClient": (Method.alipay, Method.wechat_pay),
}
ONLY_OUTSIDE = N_("%(way)s (does not open in this app; first choose “Open in browser” from its menu)")


class PayForm(Form):
    """A choice of bills and lines. A bill means what is not under review on it; a line may also be ticked itself.

    An empty amount means all that is asked for.
    """

    nothing_chosen = NOTHING_CHOSEN
    bill = Many(N_("Bills"), required=False)
    line = Many(N_("Charges"), required=False)
    amount = Yuan(N_("Amount"), required=False, hint=N_("Leave empty to pay the full amount of your selection."))
    method = Choice(N_("Pay with"), Method, missing=N_("Choose how to pay."))

    def suit(self, user_agent: str) -> None:
        """Offer first what works in this browser: WeChat opens no page of Alipay, and Alipay none of WeChat.

        The first method is chosen until another is.
        """
        for app, (own, other) in INSIDE.items():
            if app in user_agent:
                words = {own: label(own), Method.card: label(Method.card), other: _(ONLY_OUTSIDE, way=label(other))}
                self.method.options = [(way.value, text) for way, text in words.items()]
        if self.method.data is None and not self.method.errors:
            self.method.show(Method(self.method.options[0][0]))

    def read_choice(self) -> bool:
        """Check everything except the method, which is needed only for paying."""
        return all([self.bill.validate(self), self.line.validate(self), self.amount.validate(self)])

    @property
    def chose_nothing(self) -> bool:
        """Whether the form has neither a bill nor a line, not even an unreadable one."""
        return not any([*(self.bill.raw_data or ()), *(self.line.raw_data or ())])

    @property
    def wanted(self) -> dict[str, Any]:
        """The bills and lines to pay, and the method."""
        return {
            "bills": self.bill.data,
            "lines": self.line.data,
            "amount": self.amount.data,
            "method": self.method.data,
        }

"""The public form for the code of a receipt."""

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.money.payments.check_code import as_check_code
from portal.web.forms.fields import Typed
from portal.web.forms.forms import Form


class CheckCode(Typed):
    """The 16 digits on a receipt, in any spelling."""

    kind = "text"
    missing = N_("Enter the 16 digits on the receipt.")

    def read(self, text: str) -> str:
        """Raises ValueError for anything but 16 digits."""
        if (code := as_check_code(text)) is None:
            raise ValueError(_(N_("The code has 16 digits. Compare it with the receipt, below the amount.")))
        return code


class CheckForm(Form):
    """Which receipt somebody asks about."""

    code = CheckCode(N_("Check code"), hint=N_("16 digits, below the amount on the receipt"))

"""Forms for calendar exceptions and company details."""

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.overview.estate_settings.states import DayKind
from portal.people.estates.creditor import as_account_no, as_credit_code
from portal.web.forms.forms import Choice, Day, Form, Text


class DayForm(Form):
    """One day in one estate."""

    community = Text(N_("Estate"), missing=N_("Choose the estate."))
    on = Day(N_("Day"), missing=N_("Enter the day, for example 2027-02-06."))
    kind = Choice(N_("Type of day"), DayKind, missing=N_("Choose whether it is a working day."))
    note = Text(N_("Reason"), most=200, missing=N_("Give the reason, for example the official notice it follows."))


class CreditCode(Text):
    """A unified social credit code, in capitals."""

    def read(self, text: str) -> str:
        """Raises ValueError for anything else."""
        result = as_credit_code(super().read(text))
        if result is None:
            raise ValueError(_(N_("Enter the 18-character credit code from the business licence.")))
        return result


class AccountNumber(Text):
    """The digits of a bank account's number."""

    def read(self, text: str) -> str:
        """Raises ValueError for anything else."""
        result = as_account_no(super().read(text))
        if result is None:
            raise ValueError(_(N_("Enter the account number (8 to 32 digits).")))
        return result


class CompanyForm(Form):
    """The property company of an estate; everything may be filled in later."""

    company = Text(N_("Company name"), required=False, hint=N_("In full, as on the business licence"))
    credit_code = CreditCode(N_("Unified social credit code"), most=40, required=False)
    address = Text(N_("Registered address"), required=False)
    phone = Text(N_("Company telephone"), most=64, required=False)
    bank = Text(N_("Bank"), required=False, hint=N_("The branch that holds the account"))
    account_name = Text(N_("Account name"), required=False, hint=N_("In the company's name, never a person's"))
    account_no = AccountNumber(N_("Account number"), most=64, required=False)

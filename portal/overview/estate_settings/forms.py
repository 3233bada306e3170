"""What is typed to keep a day differently, and to enter the company."""

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.overview.estate_settings.states import DayKind
from portal.people.estates.creditor import as_account_no, as_credit_code
from portal.web.forms.forms import Choice, Day, Form, Text


class DayForm(Form):
    """One day of one estate."""

    community = Text(N_("Community"), missing=N_("Choose the community."))
    on = Day(N_("Day"), missing=N_("Enter the day, for example 2027-02-06."))
    kind = Choice(N_("What the day is"), DayKind, missing=N_("Choose whether the day is worked."))
    note = Text(N_("Reason"), most=200, missing=N_("Say why, for example which notice it follows."))


class CreditCode(Text):
    """A unified social credit code, in capitals."""

    def read(self, text: str) -> str:
        """Raises ValueError for anything else."""
        found = as_credit_code(super().read(text))
        if found is None:
            raise ValueError(_(N_("Enter the 18 letters and digits of the credit code on the licence.")))
        return found


class AccountNumber(Text):
    """The digits of a bank account's number."""

    def read(self, text: str) -> str:
        """Raises ValueError for anything else."""
        found = as_account_no(super().read(text))
        if found is None:
            raise ValueError(_(N_("Enter the 8 to 32 digits of the account's number.")))
        return found


class CompanyForm(Form):
    """The property company of an estate; everything may be filled in later."""

    company = Text(N_("Name of the company"), required=False, hint=N_("In full, as on the business licence"))
    credit_code = CreditCode(N_("Unified social credit code"), most=40, required=False)
    address = Text(N_("Registered address"), required=False)
    phone = Text(N_("Telephone of the company"), most=64, required=False)
    bank = Text(N_("Bank"), required=False, hint=N_("The branch that keeps the account"))
    account_name = Text(N_("Name of the account"), required=False, hint=N_("The company's own, never a person's"))
    account_no = AccountNumber(N_("Number of the account"), most=64, required=False)

"""Forms for the expenses that a committee votes on."""

from portal.accounts.committee.actions import Wanted
from portal.accounts.committee.states import Voice
from portal.accounts.statements.states import StatementFund
from portal.kit.i18n import N_
from portal.web.forms.forms import Choice, Day, Estate, Form, Text, Tick, Yuan


class ExpenseForm(Form):
    """A planned expense."""

    community = Estate()
    fund = Choice(N_("Paid out of"), StatementFund)
    amount = Yuan(N_("Maximum cost"))
    purpose = Text(N_("Purpose"), most=120, missing=N_("Enter the purpose."))
    reason = Text(N_("Reason for the expense"), most=1000, lines=4, missing=N_("Explain why it is needed."),
                  hint=N_("Quotes compared, and what happens without it. Do not name people."))  # fmt: skip

    def wanted(self) -> Wanted:
        """The expense entered."""
        return Wanted(self.fund.data, self.amount.data, self.purpose.data, self.reason.data)


class VoteForm(Form):
    """A member's vote."""

    voice = Choice(N_("Your vote"), Voice)
    note = Text(N_("Comment for the service centre"), most=500, lines=3, required=False)


class SpentForm(Form):
    """What an approved expense cost."""

    amount = Yuan(N_("Actual cost"))
    on_day = Day(N_("Paid on"))
    decided_by = Text(N_("Who decided"), most=120, missing=N_("Enter who decided."),
                      hint=N_("For example: owners' committee, minutes no. 7"))  # fmt: skip


class ConsentForm(Form):
    """Whether the committee sees if one's own bills are paid."""

    community = Choice(coerce=int)
    given = Tick(required=False)

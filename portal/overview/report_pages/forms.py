"""The form for the cost of a step."""

from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.overview.report_pages.actions import MOST
from portal.overview.reports.states import Step
from portal.web.forms.forms import Choice, Day, Estate, Form, Yuan


class CostForm(Form):
    """The cost of one step."""

    community = Estate()
    step = Choice(N_("Step"), Step, look="select")
    amount = Yuan(N_("Cost per step"), least=Money(0), most=MOST, hint=N_("Postage, printing and working time"))
    starts_on = Day(N_("Counts from"))

"""What is disclosed and how often, and the states of a disclosure."""

from enum import StrEnum

from portal.accounts.statements.states import StatementKind


class Duty(StrEnum):
    """What has to be disclosed period by period."""

    service_accounts = "service_accounts"
    common_revenue = "common_revenue"
    maintenance_fund = "maintenance_fund"
    audit = "audit"
    budget = "budget"
    committee_payments = "committee_payments"

    @property
    def ahead(self) -> bool:
        """Whether it is about plans: due while its period runs, too late afterwards."""
        return self is Duty.budget

    @property
    def tells(self) -> StatementKind:
        """The kind of statements that fulfil it."""
        return StatementKind.budget if self.ahead else StatementKind.actual


class Every(StrEnum):
    """The length of a period."""

    month = "month"
    quarter = "quarter"
    half_year = "half_year"
    year = "year"


class DisclosureState(StrEnum):
    """Due until its day is over, then overdue, until it is published."""

    due = "due"
    overdue = "overdue"
    published = "published"

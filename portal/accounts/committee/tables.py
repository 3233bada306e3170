"""Expenses, votes, what was spent on them, and members' consent."""

from piccolo.columns import UUID, Boolean, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.common_areas.tables import CommonMovement
from portal.accounts.statements.states import StatementFund
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person, Staff
from portal.platform.db.unit_of_work import columns, fen, one_of, ref, text


class CommitteeExpense(Table):
    """An expense that the service contract asks a committee for; `members` is how many it had when it was asked."""

    id = UUID(primary_key=True)
    community = ref(Community)
    fund = text()
    amount = fen()
    purpose = text()
    reason = text()
    members = SmallInt(null=False, default=None)
    once = UUID(null=False, default=None, unique=True)
    asked_by = ref(Staff)
    asked_at = Timestamptz(null=False, default=None)

    known_fund = one_of("fund", StatementFund)
    of_something = Check("amount > 0")
    of_somebody = Check("members > 0")


class CommitteeVote(Table):
    """A member's vote; it is never changed."""

    id = UUID(primary_key=True)
    community = ref(Community)
    expense = ref(CommitteeExpense)
    person = ref(Person)
    in_favour = Boolean(null=False, default=None)
    note = text(null=True)
    at = Timestamptz(null=False, default=None)

    committee_vote_one_each = Unique(columns(expense, person))


class CommitteeSpending(Table):
    """The movement of all owners' money that an approved expense became."""

    id = UUID(primary_key=True)
    community = ref(Community)
    expense = ref(CommitteeExpense, unique=True)
    movement = ref(CommonMovement, unique=True)


class CommitteeConsent(Table):
    """A member lets the committee see whether their bills are paid, or withdraws that; the latest row counts."""

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    given = Boolean(null=False, default=None)
    at = Timestamptz(null=False, default=None)

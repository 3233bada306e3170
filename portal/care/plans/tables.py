"""Instalment plans: what they cover, their dates, and the text both sides agreed to."""

from piccolo.columns import UUID, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.care.plans.states import PlanState
from portal.fees.receivables.tables import BillLine
from portal.homes.units.tables import Debtor
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human, Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Plan(Table):
    """An owner's request and its result. `instalments` and `first_on` are those of the last offer."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    asked_by = ref(Human)
    total = fen()
    instalments = SmallInt(null=False, default=None)
    first_on = day()
    hardship = text(null=True)
    state = text()
    version = SmallInt(null=False, default=None)
    asked_at = Timestamptz(null=False, default=None)
    answered_by = ref(Staff, null=True)  # not answered yet
    answered_at = Timestamptz(null=True, default=None)
    answer = text(null=True)
    agreed_text = text(null=True)
    agreed_sha256 = text(null=True)
    agreed_at = Timestamptz(null=True, default=None)
    agreed_session = UUID(null=True, default=None)
    agreed_by = ref(Human, null=True)  # not agreed yet
    ended_at = Timestamptz(null=True, default=None)

    known_state = one_of("state", PlanState)
    two_to_twelve = Check('"instalments" BETWEEN 2 AND 12')


class PlanLine(Table):
    """The sum outstanding on a line when the plan was asked for."""

    id = UUID(primary_key=True)
    community = ref(Community)
    plan = ref(Plan)
    line = ref(BillLine)
    amount = fen()

    plan_line_once = Unique(columns(plan, line))


class PlanInstalment(Table):
    """One part of an offer and its date: `round` 1 is the owner's request, 2 the offer of staff instead."""

    id = UUID(primary_key=True)
    community = ref(Community)
    plan = ref(Plan)
    round = SmallInt(null=False, default=None)
    number = SmallInt(null=False, default=None)
    due_on = day()
    amount = fen()

    plan_instalment_once_a_round = Unique(columns(plan, round, number))


class PlanReinstatement(Table):
    """Why a broken plan was reinstated; only once, as the unique key says."""

    id = UUID(primary_key=True)
    community = ref(Community)
    plan = ref(Plan, unique=True)
    body = text()
    reinstated_by = ref(Staff)
    reinstated_at = Timestamptz(null=False, default=None)

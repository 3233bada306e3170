"""The cost of collection steps, and stored figures."""

from piccolo.columns import UUID, Array, BigInt, Integer, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.overview.reports.states import Step
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class StepCost(Table):
    """The cost of one step from a day on, working time included; the latest day counts, and its latest entry."""

    id = UUID(primary_key=True)
    community = ref(Community)
    step = text()
    amount = fen()
    starts_on = day()
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_step = one_of("step", Step)
    not_below_zero = Check("amount >= 0")


class EstateMonth(Table):
    """An estate's figures of a service month, as they were when last counted.

    By age in the order of `Age`, by stage in that of `RUNGS`; stages of past months are unknown.
    """

    community = ref(Community)
    month = Varchar(length=7, null=False, default=None)
    kept_on = day()
    billed = fen()
    received = fen()
    owed_before = fen()
    recovered = fen()
    homes = Integer(null=False, default=None)
    homes_paid = Integer(null=False, default=None)
    homes_before = Integer(null=False, default=None)
    homes_recovered = Integer(null=False, default=None)
    homes_by_age = Array(base_column=BigInt(), null=False, default=None)
    owed_by_age = Array(base_column=BigInt(), null=False, default=None, help_text="fen")
    cases_by_stage = Array(base_column=BigInt(), null=True, default=None)

    estate_month_once = Unique(columns(community, month))

"""What a step towards a debtor costs an estate."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.communities.tables import Community
from portal.db import day, fen, one_of, ref, text
from portal.people.tables import Staff
from portal.reports.states import Step


class StepCost(Table):
    """What one step costs from a day on, working time included; the latest day counts, of one day the latest entry."""

    id = UUID(primary_key=True)
    community = ref(Community)
    step = text()
    amount = fen()
    starts_on = day()
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_step = one_of("step", Step)
    not_below_zero = Check("amount >= 0")

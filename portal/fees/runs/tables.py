"""What a run has frozen before it publishes."""

from piccolo.columns import UUID, Array, BigInt, Numeric
from piccolo.table import Table

from portal.fees.tariffs.tables import SharedCost
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import ref


class CostSplit(Table):
    """The split of a shared cost, frozen when a run begins to publish it, so that a killed run continues with it.

    Unit, tariff, weight (m² or 1) and fen are at the same place of each list, in the order of the units' names.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    cost = ref(SharedCost, unique=True)
    units = Array(base_column=UUID(), null=False, default=None)
    tariffs = Array(base_column=UUID(), null=False, default=None)
    weights = Array(base_column=Numeric(), null=False, default=None)
    amounts = Array(base_column=BigInt(), null=False, default=None)

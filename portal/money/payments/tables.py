"""Money that came in and is not what was asked."""

from piccolo.columns import UUID, Timestamptz
from piccolo.table import Table

from portal.homes.units.tables import Debtor
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import fen, ref, text


class Suspense(Table):
    """Money that is not what was asked of `debtor`; somebody has to check it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor, null=True)
    intent = text(unique=True)
    amount = fen()
    currency = text()
    why = text()
    created_at = Timestamptz(null=False, default=None)
    resolved_at = Timestamptz(null=True, default=None)

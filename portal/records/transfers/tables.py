"""Changes of ownership, with their legal basis and what was shown before confirming."""

from piccolo.columns import JSONB, UUID, Timestamptz
from piccolo.table import Table

from portal.homes.units.tables import Debtor, Unit
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import day, one_of, ref, text
from portal.records.transfers.states import Basis


class Transfer(Table):
    """From `starts_on` a unit belongs to the persons of `new_debtor`. Never changed: another transfer reverses it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    starts_on = day()
    basis = text()
    document = text()
    old_debtor = ref(Debtor, null=True)  # nobody owned it before
    new_debtor = ref(Debtor)
    seen = JSONB(null=False, default=None)
    made_by = ref(Staff)
    made_at = Timestamptz(null=False, default=None)

    known_basis = one_of("basis", Basis)

"""Common-area contracts, their receipts, and movements of the owners' common funds."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import day, fen, one_of, ref, text


class CommonContract(Table):
    """A use of a common area for a price. Never changed: a renewed or corrected contract replaces it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    source_zh = text()
    source_en = text(null=True)
    price = fen(null=True)  # not agreed, or not known
    rhythm = text()
    starts_on = day(null=True)
    ends_on = day(null=True)
    beneficiary = text()
    building = text(null=True)
    decided_by = text(null=True)
    replaces = UUID(null=True, default=None, unique=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_rhythm = one_of("rhythm", Rhythm)
    known_beneficiary = one_of("beneficiary", Beneficiary)
    a_building_is_named = Check("(beneficiary = 'building') = (building IS NOT NULL)")
    in_order = Check("starts_on <= ends_on")


class CommonReceipt(Table):
    """Money that came in under a contract for a period; a negative one takes one back."""

    id = UUID(primary_key=True)
    community = ref(Community)
    contract = ref(CommonContract)
    starts_on = day()
    ends_on = day()
    amount = fen()
    received_on = day()
    once = UUID(null=False, default=None, unique=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    of_something = Check('"amount" <> 0')
    in_order = Check("starts_on <= ends_on")


class CommonMovement(Table):
    """Money of all owners that was spent (below zero) or came in otherwise: what for, and who decided."""

    id = UUID(primary_key=True)
    community = ref(Community)
    pot = text()
    amount = fen()
    on_day = day()
    purpose = text()
    decided_by = text()
    once = UUID(null=False, default=None, unique=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_pot = one_of("pot", Pot)
    of_something = Check('"amount" <> 0')

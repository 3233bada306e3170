"""Access requests. An approved one creates one occupancy."""

from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from portal.homes.residents.states import BindingState, BoundAs
from portal.homes.units.tables import Occupancy, Unit
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human, Person, Staff
from portal.platform.db.unit_of_work import day, one_of, ref, text


class Binding(Table):
    """A request for access: who, which home, which role, from and to inclusive; by which owner, and the answer."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    owner = ref(Person)
    asked_by = ref(Human)
    name = text()
    phone = Varchar(length=20, null=False, default=None)
    role = text()
    starts_on = day()
    ends_on = day(null=True)
    note = text(null=True)
    state = text()
    asked_at = Timestamptz(null=False, default=None)
    answered_by = ref(Staff, null=True)  # not answered yet
    answered_at = Timestamptz(null=True, default=None)
    answer = text(null=True)
    occupancy = ref(Occupancy, null=True)  # only an approved one made a tie

    known_role = one_of("role", BoundAs)
    known_state = one_of("state", BindingState)
    in_order = Check('"ends_on" IS NULL OR "starts_on" <= "ends_on"')

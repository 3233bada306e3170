"""Buildings, units, occupancies, vacancies and debtors."""

from piccolo.columns import UUID, Numeric, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.homes.units.states import OccupancyState, OccupantRole, Use
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person
from portal.platform.db.unit_of_work import columns, day, one_of, ref, text


class Unit(Table):
    """A unit by its common name (1栋101). `billable_area` is in m²; `sort_key` orders 2栋 before 10栋.

    `occupancy` is what the roll says; during an approved vacancy the unit is vacant in any case.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    name = text()
    sort_key = text()
    building = text(null=True)
    stairwell = text(null=True)
    floor = text(null=True)
    use = text()
    billable_area = Numeric(digits=(12, 4), null=True, default=None)
    occupancy = text()
    handed_over_on = day(null=True)

    unit_one_name = Unique(columns(community, name))
    known_use = one_of("use", Use)
    known_occupancy = one_of("occupancy", OccupancyState)


class Occupancy(Table):
    """A person's tie to a unit, from and to inclusive; an empty date is no limit.

    `family_of` is the owner whose family somebody is. A revoked tie gives no access any more, not even to its own past.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    person = ref(Person)
    role = text()
    share = Numeric(digits=(9, 8), null=True, default=None)
    starts_on = day(null=True)
    ends_on = day(null=True)
    family_of = ref(Person, null=True)  # owners and tenants are there in their own right
    revoked_at = Timestamptz(null=True, default=None)

    known_role = one_of("role", OccupantRole)
    family_of_somebody = Check('("role" = \'family\') = ("family_of" IS NOT NULL)')
    owners_are_not_revoked = Check("\"revoked_at\" IS NULL OR \"role\" IN ('tenant', 'family')")
    in_order = Check('"starts_on" IS NULL OR "ends_on" IS NULL OR "starts_on" <= "ends_on"')


class Debtor(Table):
    """The persons who jointly owe for a unit: one row for each set of them; `key` is their ids, sorted."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    key = text()

    debtor_one_set = Unique(columns(community, unit, key))


class DebtorMember(Table):
    """One of the persons of a debtor."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    person = ref(Person)

    debtor_member_once = Unique(columns(debtor, person))

"""Late charge terms, prime rates, and what was charged for which month."""

from piccolo.columns import UUID, BigInt, Integer, Numeric, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.collection.late_charges.states import Start
from portal.fees.receivables.tables import BillLine
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class LateTerms(Table):
    """One version of the terms, in force from a day on until the next; a rate of zero switches late charges off."""

    id = UUID(primary_key=True)
    community = ref(Community)
    starts_on = day()
    daily_rate = Numeric(digits=(9, 8), null=False, default=None)
    multiple = Numeric(digits=(5, 3), null=False, default=None)
    start = text()
    demand_days = SmallInt(null=False, default=None)
    clause = text()
    made_by = ref(Staff)
    made_at = Timestamptz(null=False, default=None)

    known_start = one_of("start", Start)
    late_terms_are_lawful = Check(
        '"daily_rate" BETWEEN 0 AND 0.01 AND "multiple" > 0 AND "multiple" <= 4 AND "demand_days" BETWEEN 7 AND 90'
    )


class PrimeRate(Table):
    """The one-year loan prime rate from the day of its publication, with its source."""

    id = UUID(primary_key=True)
    community = ref(Community)
    starts_on = day()
    rate = Numeric(digits=(7, 6), null=False, default=None)
    source = text()
    made_by = ref(Staff)
    made_at = Timestamptz(null=False, default=None)

    prime_rate_in_reason = Check('"rate" > 0 AND "rate" < 0.2')


class LateCharge(Table):
    """The late charge of `line` in a month, and the line that charges it; once for each line and month."""

    id = UUID(primary_key=True)
    community = ref(Community)
    line = ref(BillLine)
    month = Varchar(length=7, null=False, default=None)
    charge = ref(BillLine, unique=True)
    amount = fen()

    late_charge_once = Unique(columns(line, month))
    late_charge_is_something = Check('"amount" > 0')


class LateMonth(Table):
    """A month that is fully charged: nothing is added to it later."""

    id = UUID(primary_key=True)
    community = ref(Community)
    month = Varchar(length=7, null=False, default=None)
    bills = Integer(null=False, default=None)
    total = BigInt(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)

    late_month_once = Unique(columns(community, month))

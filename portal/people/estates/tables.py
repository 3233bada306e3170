"""An estate with its terms, and its exceptions to the national working calendar."""

from piccolo.columns import BigInt, Boolean, Serial, SmallInt, Time, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.people.estates.states import FeeMode
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Community(Table):
    """An estate (小区). Its `id` is the scope of every other row."""

    id = Serial(primary_key=True)
    code = Varchar(length=64, null=False, default=None, unique=True)
    name = text()
    fee_mode = text()
    jurisdiction = text()
    timezone = text()
    currency = Varchar(length=3, null=False, default=None)
    due_rule = text()
    hotline = text(null=True)
    contract_ref = text(null=True)
    company = text(null=True)
    credit_code = text(null=True)
    address = text(null=True)
    phone = text(null=True)
    bank = text(null=True)
    account_name = text(null=True)
    account_no = text(null=True)
    opens_at = Time(null=False, default=None)
    closes_at = Time(null=False, default=None)
    acknowledge_hours = SmallInt(null=False, default=None)
    reply_hours = SmallInt(null=False, default=None)
    close_days = SmallInt(null=False, default=None)
    approval_limit = fen()
    expense_limit = fen(null=True)
    last_payment_number = BigInt(null=False, default=None)
    last_bill_number = BigInt(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)

    known_fee_mode = one_of("fee_mode", FeeMode)


class CalendarOverride(Table):
    """A day that is a working day or a day off in this estate, against the national calendar."""

    community = ref(Community)
    on_day = day()
    working = Boolean(null=False, default=None)
    note = text()

    calendar_override_one_a_day = Unique(columns(community, on_day))


class DailyLook(Table):
    """The last business day of an estate whose daily work is done."""

    community = ref(Community, unique=True)
    on_day = day()

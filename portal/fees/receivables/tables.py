"""Bills with their lines and adjustments, the money applied to them, and the holds on them."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Integer, Numeric, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.fees.receivables.states import AdjustmentKind, BillKind, HoldReason, PaymentChannel
from portal.fees.tariffs.tables import ChargeItem, Tariff
from portal.homes.units.tables import Debtor, Unit
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class BillRun(Table):
    """One publication of a service month: who approved it, and the sums it added."""

    id = UUID(primary_key=True)
    community = ref(Community)
    period = Varchar(length=7, null=False, default=None)
    issued_on = day()
    approver = text()
    bills = Integer(null=False, default=None)
    lines = Integer(null=False, default=None)
    total = fen()
    created_at = Timestamptz(null=False, default=None)
    accepted_zero = JSONB(null=True, default=None)  # no item came to zero that was billed the last time


class Bill(Table):
    """An issued bill, which never changes. `period` is the service month of its run."""

    id = UUID(primary_key=True)
    community = ref(Community)
    number = BigInt(null=False, default=None)
    unit = ref(Unit)
    debtor = ref(Debtor, index=False)  # the index bill_of_debtor begins with it
    kind = text()
    bill_run = ref(BillRun, null=True)  # an opening balance comes from no run
    period = Varchar(length=7, null=False, default=None)
    issued_on = day()
    due_on = day()
    due_moved = Boolean(null=False, default=None)
    replaces = UUID(null=True, default=None, unique=True)
    issued_at = Timestamptz(null=False, default=None)

    bill_one_number = Unique(columns(community, number))
    known_kind = one_of("kind", BillKind)


class BillLine(Table):
    """One charge on a bill; `facts` hold its derivation (quantity, rate, months, meters, shares)."""

    id = UUID(primary_key=True)
    community = ref(Community)
    bill = ref(Bill)
    unit = ref(Unit)
    item = ref(ChargeItem)
    tariff = ref(Tariff, null=True)  # an opening balance has no tariff
    position = SmallInt(null=False, default=None)
    first_month = Varchar(length=7, null=False, default=None)
    last_month = Varchar(length=7, null=False, default=None)
    part = SmallInt(null=False, default=None)
    supplement = SmallInt(null=False, default=None)
    amount = fen()
    quantity = Numeric(digits=(18, 6), null=True, default=None)
    rate = Numeric(digits=(18, 6), null=True, default=None)
    months = text(null=True)
    facts = JSONB(null=False, default=None)

    bill_line_one_place = Unique(columns(bill, position))
    not_negative = Check('"amount" >= 0')


class Adjustment(Table):
    """A later change to a line, negative in the owner's favour. `source` is what caused it, for example a dispute."""

    id = UUID(primary_key=True)
    community = ref(Community)
    line = ref(BillLine)
    kind = text()
    amount = fen()
    reason = text()
    made_by = text()
    approved_by = text(null=True)
    source = UUID(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)

    known_kind = one_of("kind", AdjustmentKind)
    of_something = Check('"amount" <> 0')


class Payment(Table):
    """Money that was posted, once. `designation` is what the payer chose before paying (Civil Code 560)."""

    id = UUID(primary_key=True)
    community = ref(Community)
    number = BigInt(null=False, default=None)
    debtor = ref(Debtor)
    channel = text()
    method = text()
    amount = fen()
    received_on = day()
    payer = ref(Human, null=True)  # at the counter nobody is signed in
    taken_by = text(null=True)
    reference = text(null=True)
    intent = text(null=True, unique=True)
    designation = JSONB(null=False, default=None)
    posted_at = Timestamptz(null=False, default=None)
    check_code = text(unique=True)  # 16 digits, printed on the receipt

    payment_one_number = Unique(columns(community, number))
    payment_one_slip = Unique(columns(community, channel, reference))
    known_channel = one_of("channel", PaymentChannel)
    more_than_nothing = Check('"amount" > 0')


class Allocation(Table):
    """A part of a payment applied to a line; a negative one takes it back."""

    id = UUID(primary_key=True)
    community = ref(Community)
    payment = ref(Payment)
    line = ref(BillLine)
    amount = fen()
    reason = text(null=True)
    created_at = Timestamptz(null=False, default=None)

    of_something = Check('"amount" <> 0')


class Credit(Table):
    """Money of a debtor that no line needs now; a negative row is credit that was used or paid back."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    payment = ref(Payment)
    amount = fen()
    reason = text()
    refund_asked = Boolean(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)

    of_something = Check('"amount" <> 0')


class Hold(Table):
    """A reason not to chase a debt: `line` and `amount` for a part, neither for the debtor's whole case."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    line = ref(BillLine, null=True)  # none: the whole case is held
    amount = fen(null=True)
    reason = text()
    source = UUID(null=False, default=None, index=True)
    placed_by = text()
    placed_at = Timestamptz(null=False, default=None)
    until = day(null=True)
    note = text(null=True)  # the reason in words, if a person placed it
    released_at = Timestamptz(null=True, default=None)

    known_reason = one_of("reason", HoldReason)
    line_with_amount = Check('("line" IS NULL) = ("amount" IS NULL) AND ("amount" IS NULL OR "amount" > 0)')

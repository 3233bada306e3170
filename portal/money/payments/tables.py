"""Money received, what it was applied to, and what is left of it as the owner's credit."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.fees.bills.tables import BillLine
from portal.homes.units.tables import Debtor
from portal.money.payments.states import PaymentChannel
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Payment(Table):
    """Money posted once. `designation` is what the payer chose before paying (Civil Code 560)."""

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
    """Money of a debtor that no line needs now; a negative row is money used or paid back."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    payment = ref(Payment)
    amount = fen()
    reason = text()
    refund_asked = Boolean(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)

    of_something = Check('"amount" <> 0')


class Suspense(Table):
    """Money that is not what was asked of `debtor`; somebody must look at it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor, null=True)
    intent = text(unique=True)
    amount = fen()
    currency = text()
    why = text()
    created_at = Timestamptz(null=False, default=None)
    resolved_at = Timestamptz(null=True, default=None)

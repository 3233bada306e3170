"""Attempts to pay through Stripe Checkout."""

from piccolo.columns import UUID, Boolean, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.fees.receivables.tables import Bill, BillLine
from portal.homes.units.tables import Debtor
from portal.money.online.states import AttemptState, Method
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human
from portal.platform.db.unit_of_work import columns, fen, one_of, ref, text


class Attempt(Table):
    """One Checkout Session that was asked for; its id becomes the payment's id."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    human = ref(Human)
    method = text()
    amount = fen()
    currency = Varchar(length=3, null=False, default=None)
    choice = text()
    state = text()
    idempotency_key = text(unique=True)
    session = text(null=True, unique=True)
    url = text(null=True)
    created_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
    looked_at = Timestamptz(null=True, default=None)
    looks = SmallInt(null=False, default=None)
    trouble = text(null=True)

    known_method = one_of("method", Method)
    known_state = one_of("state", AttemptState)
    more_than_nothing = Check('"amount" > 0')


class AttemptLine(Table):
    """How much of an attempt is meant for a line: the payer's designation."""

    id = UUID(primary_key=True)
    community = ref(Community)
    attempt = ref(Attempt)
    line = ref(BillLine)
    amount = fen()

    attempt_line_once = Unique(columns(attempt, line))
    more_than_nothing = Check('"amount" > 0')


class AttemptBill(Table):
    """A bill that an attempt covers; at most one live attempt covers a bill (I-P4)."""

    id = UUID(primary_key=True)
    community = ref(Community)
    attempt = ref(Attempt)
    bill = ref(Bill)
    live = Boolean(null=False, default=None)

    attempt_bill_once = Unique(columns(attempt, bill))

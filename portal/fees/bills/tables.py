"""Bills, their lines with the facts behind each sum, and the adjustments that correct them."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Integer, Numeric, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.fees.bills.states import AdjustmentKind, BillKind, RunState
from portal.fees.tariffs.tables import ChargeItem, SharedCost, Tariff
from portal.homes.units.tables import Debtor, Unit
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class BillRun(Table):
    """One publication of a service month: who approved it, and what it added."""

    id = UUID(primary_key=True)
    community = ref(Community)
    period = Varchar(length=7, null=False, default=None)
    issued_on = day()
    approver = text()
    bills = Integer(null=False, default=None)
    lines = Integer(null=False, default=None)
    total = fen()
    created_at = Timestamptz(null=False, default=None)
    accepted_zero = JSONB(null=True, default=None)  # every item made something, or nothing as before


class CostSplit(Table):
    """How a shared cost is split, frozen when a run begins to publish it; a killed run goes on with the same parts.

    Unit, tariff, weight (m² or 1) and fen stand at the same place of each list, in the order of the units' names.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    cost = ref(SharedCost, unique=True)
    units = Array(base_column=UUID(), null=False, default=None)
    tariffs = Array(base_column=UUID(), null=False, default=None)
    weights = Array(base_column=Numeric(), null=False, default=None)
    amounts = Array(base_column=BigInt(), null=False, default=None)


class RunRequest(Table):
    """A run asked for at the desk: the worker previews it, and publishes it when somebody has approved what it saw.

    `done` of `whole` homes are done; `report` has the figures that are approved, and at the end those issued.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    period = Varchar(length=7, null=False, default=None)
    issued_on = day()
    asked_by = text()
    approved_by = text(null=True)
    approved_at = Timestamptz(null=True, default=None)
    state = text()
    done = Integer(null=False, default=None)
    whole = Integer(null=False, default=None)
    report = JSONB(null=True, default=None)  # while the worker is still looking
    accepted_zero = JSONB(null=True, default=None)  # as in bill_run
    created_at = Timestamptz(null=False, default=None)
    changed_at = Timestamptz(null=False, default=None)

    known_state = one_of("state", RunState)


class Bill(Table):
    """An issued bill: frozen from its first moment. `period` is the service month of its run."""

    id = UUID(primary_key=True)
    community = ref(Community)
    number = BigInt(null=False, default=None)
    unit = ref(Unit)
    debtor = ref(Debtor, index=False)  # bill_of_debtor begins with it
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
    """One charge on a bill; `facts` hold how the sum came about (quantity, rate, months, meters, shares)."""

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
    """A later change to a line, below zero in the owner's favour. `source` points back, for example to a dispute."""

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

"""Claims with their lines, and each step with its date. Only the state of a claim changes."""

from piccolo.columns import JSONB, UUID, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.fees.receivables.tables import BillLine
from portal.homes.units.tables import Debtor
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Claim(Table):
    """A claim against a debtor on one legal path. `facts` are all that its document says, so that it never changes."""

    id = UUID(primary_key=True)
    community = ref(Community)
    debtor = ref(Debtor)
    kind = text()
    state = text()
    amount = fen()
    facts = JSONB(null=False, default=None)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_kind = one_of("kind", ClaimKind)
    known_state = one_of("state", ClaimState)
    claim_for_something = Check('"amount" > 0')


class ClaimLine(Table):
    """The sum claimed of a line (fen)."""

    id = UUID(primary_key=True)
    community = ref(Community)
    claim = ref(Claim)
    line = ref(BillLine)
    amount = fen()

    claim_line_once = Unique(columns(claim, line))
    claim_line_of_something = Check('"amount" > 0')


class ClaimChange(Table):
    """The sum (fen) that a claim asks for from a day on, as filed with court or mediators; zero: only the court fee."""

    id = UUID(primary_key=True)
    community = ref(Community)
    claim = ref(Claim)
    amount = fen()
    on_day = day()
    reference = text(null=True)
    body = text(null=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    claim_asks_for_nothing_or_more = Check('"amount" >= 0')


class ClaimLeft(Table):
    """How much of a claim is left from a moment on, as its filer was notified; `number` counts these rows.

    Written by the transaction that changed it. `told_at` is when the debtor was notified as well.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    claim = ref(Claim)
    number = SmallInt(null=False, default=None)
    amount = fen()
    at = Timestamptz(null=False, default=None)
    told_at = Timestamptz(null=True, default=None)

    claim_left_once = Unique(columns(claim, number))


class ClaimStep(Table):
    """A step of a claim. `reference` is the file number at the court or the mediators."""

    id = UUID(primary_key=True)
    community = ref(Community)
    claim = ref(Claim)
    state = text()
    on_day = day()
    reference = text(null=True)
    body = text(null=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    claim_step_once = Unique(columns(claim, state))
    known_state = one_of("state", ClaimState)

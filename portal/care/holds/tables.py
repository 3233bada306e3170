"""Holds: on a sum of one line, or on everything that a debtor owes."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.care.holds.states import HoldReason
from portal.fees.bills.tables import BillLine
from portal.homes.units.tables import Debtor
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import day, fen, one_of, ref, text


class Hold(Table):
    """A reason not to chase: `line` and `amount` for a part, neither for the debtor's whole case."""

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
    note = text(null=True)  # why, in words, when a person placed it
    released_at = Timestamptz(null=True, default=None)

    known_reason = one_of("reason", HoldReason)
    line_with_amount = Check('("line" IS NULL) = ("amount" IS NULL) AND ("amount" IS NULL OR "amount" > 0)')

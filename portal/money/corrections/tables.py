"""Correction requests. An approved one creates one adjustment."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.fees.receivables.tables import Adjustment, BillLine
from portal.money.corrections.states import CorrectionKind, CorrectionState
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import fen, one_of, ref, text


class Correction(Table):
    """A request to take a sum off a line: why, by whom, and who answered it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    line = ref(BillLine)
    kind = text()
    amount = fen()
    reason = text()
    state = text()
    asked_by = ref(Staff)
    asked_at = Timestamptz(null=False, default=None)
    answered_by = ref(Staff, null=True)  # not answered yet
    answered_at = Timestamptz(null=True, default=None)
    answer = text(null=True)
    adjustment = ref(Adjustment, null=True)  # only an approved one moves money

    known_kind = one_of("kind", CorrectionKind)
    known_state = one_of("state", CorrectionState)
    more_than_nothing = Check('"amount" > 0')
    two_people = Check('"answered_by" IS NULL OR "answered_by" <> "asked_by"')

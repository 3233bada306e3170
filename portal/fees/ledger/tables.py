"""Double-entry journals: never edited, only reversed."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.fees.ledger.states import Account, JournalKind
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Journal(Table):
    """One event in the books. `source` is the id of what caused it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    kind = text()
    source = UUID(null=False, default=None)
    effective_on = day()
    reverses = UUID(null=True, default=None, unique=True)
    reason = text(null=True)
    created_at = Timestamptz(null=False, default=None)

    journal_once_a_source = Unique(columns(community, kind, source))
    known_kind = one_of("kind", JournalKind)


class Posting(Table):
    """One signed sum on one account: debits above zero, credits below. A journal's postings sum to zero."""

    id = UUID(primary_key=True)
    community = ref(Community)
    journal = ref(Journal)
    account = text()
    amount = fen()

    known_account = one_of("account", Account)

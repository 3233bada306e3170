"""Letters as issued, with their facts, and the proofs of delivery."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Integer, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.arrears.cases.tables import ArrearsCase, Contact
from portal.collection.letters.states import LetterKind
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Letter(Table):
    """One letter of a case. `facts` are all that it says, so that its PDF never changes."""

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    kind = text()
    number = BigInt(null=False, default=None)
    issued_on = day()
    pay_by = day()
    amount = fen()
    facts = JSONB(null=False, default=None)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    letter_one_number = Unique(columns(community, number))
    known_kind = one_of("kind", LetterKind)
    letter_asks_for_something = Check('"amount" > 0')


class LetterProof(Table):
    """An attempt to deliver a letter, as a contact of its case; `mail_number` is that of a registered one."""

    id = UUID(primary_key=True)
    community = ref(Community)
    letter = ref(Letter)
    contact = ref(Contact, unique=True)
    mail_number = text(null=True)
    at = Timestamptz(null=False, default=None)


class LetterBatch(Table):
    """Notices for the homes of a building, asked for by one member of staff and written by the worker, one by one.

    The first `done` of the `cases` are done: `issued` got a notice, `refused` did not pass a gate. `left_out` has the
    `case` and the reason for each of these, in both languages.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    building = text()
    cases = Array(base_column=UUID(), null=False, default=None)
    done = Integer(null=False, default=None)
    issued = Integer(null=False, default=None)
    refused = Integer(null=False, default=None)
    left_out = JSONB(null=True, default=None)
    pay_at = text()
    by_staff = ref(Staff)
    asked_at = Timestamptz(null=False, default=None)
    changed_at = Timestamptz(null=False, default=None)

    every_home_is_counted = Check('"issued" >= 0 AND "refused" >= 0 AND "issued" + "refused" = "done"')
    no_more_than_its_homes = Check('"done" <= cardinality("cases")')

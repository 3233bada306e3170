"""Arrears cases, one open for each unit and debtor: every stage with its facts, every contact, promise and reason."""

from piccolo.columns import JSONB, UUID, Boolean, SmallInt, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.arrears.cases.states import CaseState, ContactChannel, ContactOutcome, NextStep, Reason
from portal.homes.units.tables import Debtor, Unit
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person, Staff
from portal.platform.db.unit_of_work import day, fen, one_of, ref, text


class ArrearsCase(Table):
    """What a debtor owes past due for one unit, as one file."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    debtor = ref(Debtor)
    state = text()
    stage = SmallInt(null=False, default=None)
    opened_on = day()
    looked_on = day()
    seen = text(null=True)
    closed_on = day(null=True)

    known_state = one_of("state", CaseState)
    known_stage = Check('"stage" BETWEEN 0 AND 4')


class CaseStage(Table):
    """A change of a case's state or stage: when, by whom, why, from which facts and by which version of the rule."""

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    changed_on = day()
    state = text()
    stage = SmallInt(null=False, default=None)
    why = text()
    actor = text()
    rule = text()
    facts = JSONB(null=False, default=None)
    at = Timestamptz(null=False, default=None)


class Contact(Table):
    """A contact with the debtor: how, with what outcome, with which witness. Never changed.

    It is a note, unless it `proves` that an issued letter reached `person`, one of the debtors. What they opened in the
    portal was opened by no member of staff. `on_day` is when it happened, `at` when it was recorded.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    channel = text()
    outcome = text()
    body = text(null=True)
    person = ref(Person, null=True)  # not about a letter to somebody
    by_staff = ref(Staff, null=True)  # opened by whom it is for
    witness = ref(Staff, null=True)  # a call needs nobody else
    proves = Boolean(null=False, default=False)
    on_day = day()
    at = Timestamptz(null=False, default=None)

    known_channel = one_of("channel", ContactChannel)
    known_outcome = one_of("outcome", ContactOutcome)
    only_paper_proves = Check(
        'NOT "proves" OR "channel" IN (\'letter\', \'demand\') AND "person" IS NOT NULL'
        " AND \"outcome\" IN ('handed_over', 'household', 'registered', 'opened')"
    )
    staff_open_nothing = Check('"outcome" <> \'opened\' OR "by_staff" IS NULL')
    two_people = Check('"witness" IS NULL OR "witness" <> "by_staff"')
    two_on_a_visit = Check('"witness" IS NOT NULL OR "channel" <> \'visit\' AND "outcome" <> \'posted\'')


class PaymentPromise(Table):
    """A promise of the debtor to pay a sum by a day. Never changed; payments show whether it was kept."""

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    on_day = day()
    amount = fen()
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    more_than_nothing = Check('"amount" > 0')


class CaseReason(Table):
    """Why the debtor does not pay, as staff understood it at that time; the newest counts."""

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    reason = text()
    contact = ref(Contact, null=True)  # said without a contact
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_reason = one_of("reason", Reason)


class TimeGiven(Table):
    """The last day (included) up to which a letter or message of ours gives a debtor time. The latest counts.

    `source` is the letter that named the day, or the case itself if a message named it.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    source = UUID(null=False, default=None, index=True)
    until = day()
    at = Timestamptz(null=False, default=None)


class NextAction(Table):
    """What to do next about a case, by whom and when. The newest counts, until a later contact."""

    id = UUID(primary_key=True)
    community = ref(Community)
    arrears_case = ref(ArrearsCase)
    step = text()
    on_day = day()
    staff = ref(Staff)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_step = one_of("step", NextStep)

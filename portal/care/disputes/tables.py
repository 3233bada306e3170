"""Disputes of bill lines and of work, with their steps, pauses and decisions."""

from piccolo.columns import UUID, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.care.disputes.states import DisputeReason, DisputeState, Fixed, Outcome, StepKind
from portal.care.standards.tables import ServiceRecord
from portal.fees.receivables.tables import Adjustment, BillLine
from portal.homes.units.tables import Debtor
from portal.people.estates.tables import Community
from portal.people.persons.tables import Human, Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class Dispute(Table):
    """A line, a part of its sum, or a piece of work that its debtor does not accept. `version` counts changes."""

    id = UUID(primary_key=True)
    community = ref(Community)
    line = ref(BillLine, null=True)  # none: it is about a piece of work
    service = ref(ServiceRecord, null=True)  # none: it is about a line
    debtor = ref(Debtor)
    opened_by = ref(Human)
    amount = fen(null=True)  # a piece of work has no sum
    reason = text()
    body = text()
    state = text()
    version = SmallInt(null=False, default=None)
    department = text(null=True)  # nobody was asked yet; it stays when its task is done
    department_due = day(null=True)  # no task is open
    claimed_by = ref(Staff, null=True)  # nobody yet
    opened_at = Timestamptz(null=False, default=None)
    round_began_at = Timestamptz(null=False, default=None)  # opened, or reopened last
    acknowledge_by = Timestamptz(null=False, default=None)
    reply_by = Timestamptz(null=False, default=None)
    close_by = Timestamptz(null=False, default=None)
    acknowledged_at = Timestamptz(null=True, default=None)
    replied_at = Timestamptz(null=True, default=None)

    known_reason = one_of("reason", DisputeReason)
    known_state = one_of("state", DisputeState)
    more_than_nothing = Check('"amount" > 0')
    about_one_thing = Check('("line" IS NULL) = ("amount" IS NULL) AND ("line" IS NULL) <> ("service" IS NULL)')


class DisputeStep(Table):
    """A step of a dispute: `body` is what its owner reads, `note` stays at the desk."""

    id = UUID(primary_key=True)
    community = ref(Community)
    dispute = ref(Dispute)
    kind = text()
    by_staff = ref(Staff, null=True)  # none: the owner's own step
    body = text(null=True)
    note = text(null=True)
    department = text(null=True)  # only if somebody is asked to act
    due_on = day(null=True)
    at = Timestamptz(null=False, default=None)

    known_kind = one_of("kind", StepKind)


class DisputePause(Table):
    """While the dispute waits for the owner, its clock is stopped."""

    id = UUID(primary_key=True)
    community = ref(Community)
    dispute = ref(Dispute)
    starts_at = Timestamptz(null=False, default=None)
    ends_at = Timestamptz(null=True, default=None)


class Decision(Table):
    """One decision, proposed or final; a reopened dispute gets another `round`."""

    id = UUID(primary_key=True)
    community = ref(Community)
    dispute = ref(Dispute)
    round = SmallInt(null=False, default=None)
    outcome = text()
    amount = fen()
    body = text()
    decided_by = ref(Staff)
    approved_by = ref(Staff, null=True)  # below the limit nobody else is needed
    adjustment = ref(Adjustment, null=True, index=False)  # rejected: no money moves; decision_one_adjustment
    decided_at = Timestamptz(null=False, default=None)
    final_at = Timestamptz(null=True, default=None)

    decision_one_a_round = Unique(columns(dispute, round))
    known_outcome = one_of("outcome", Outcome)
    two_people = Check('"approved_by" IS NULL OR "approved_by" <> "decided_by"')


class FollowUp(Table):
    """The question whether it is really fixed: asked once in each round, four weeks later; one owner answers it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    dispute = ref(Dispute)
    round_began_at = Timestamptz(null=False, default=None)
    asked_at = Timestamptz(null=False, default=None)
    answer = text(null=True)  # not answered
    answered_by = ref(Human, null=True)
    answered_at = Timestamptz(null=True, default=None)

    follow_up_once_a_round = Unique(columns(dispute, round_began_at))
    known_answer = one_of("answer", Fixed)
    answered_by_somebody = Check(
        '("answer" IS NULL) = ("answered_by" IS NULL) AND ("answer" IS NULL) = ("answered_at" IS NULL)'
    )

"""Income and expense statements with their lines, as they were published."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Numeric, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.statements.states import (
    Basis,
    FindingKind,
    FoundBy,
    LineKind,
    RemunerationBase,
    Side,
    StatementFund,
    StatementKind,
    StatementState,
)
from portal.people.estates.states import FeeMode
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person, Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text
from portal.platform.files.tables import Photo


class Statement(Table):
    """A statement of a period: signed by one person, published by another, frozen with the hash of its content.

    `outside_base` are positions of lines left out of the base of the manager's share. `kind` is unknown if it was
    published before budgets were marked. `creditor` is the company as it was when it published. Who found what a
    version corrects (`found_by`), and until when owners may object, are recorded together.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    code = text()
    version = SmallInt(null=False, default=None)
    title = text()
    starts_on = day()
    ends_on = day()
    state = text()
    kind = text(null=True)
    basis = text(null=True)
    fee_mode = text(null=True)
    remuneration_base = text(null=True)
    remuneration_rate = Numeric(digits=(7, 6), null=True, default=None)
    outside_base = Array(base_column=SmallInt(), null=True, default=None)
    signed_sha256 = text(null=True)
    signed_by = ref(Staff, null=True)
    signed_at = Timestamptz(null=True, default=None)
    content_sha256 = text(null=True)
    published_by = ref(Staff, null=True)  # a draft
    published_at = Timestamptz(null=True, default=None)
    creditor = JSONB(null=True, default=None)
    found_by = text(null=True)
    objections_until = day(null=True)

    statement_one_version = Unique(columns(community, code, version))
    known_state = one_of("state", StatementState)
    known_kind = one_of("kind", StatementKind)
    known_basis = one_of("basis", Basis)
    known_fee_mode = one_of("fee_mode", FeeMode)
    known_base = one_of("remuneration_base", RemunerationBase)
    two_people = Check("signed_by <> published_by")
    whole_signature = Check("num_nulls(signed_by, signed_at, signed_sha256) IN (0, 3)")
    known_found_by = one_of("found_by", FoundBy)
    a_correction_is_said_whole = Check("(found_by IS NULL) = (objections_until IS NULL)")
    a_base_has_its_rate = Check("(remuneration_base IS NULL) = (remuneration_rate IS NULL)")


class StatementLine(Table):
    """One line of a statement; sums in fen, unknown if the file left them empty.

    Totals and balances (`is_total`) are shown but never counted. `kind`, and whether somebody `said` it, are unknown
    for lines from before they were stored.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    statement = ref(Statement)
    position = SmallInt(null=False, default=None)
    fund = text()
    side = text()
    category = text()
    item_zh = text()
    item_en = text()
    amount = fen()
    budget = fen(null=True)
    prior = fen(null=True)
    note = text(null=True)
    is_total = Boolean(null=False, default=False)
    kind = text(null=True)
    said = Boolean(null=True, default=None)
    from_books = Boolean(null=False, default=False)

    statement_line_one_place = Unique(columns(statement, position))
    known_fund = one_of("fund", StatementFund)
    known_side = one_of("side", Side)
    known_kind = one_of("kind", LineKind)
    told_is_not_counted = Check("is_total = (kind IN ('total', 'opening', 'closing', 'part'))")


class StatementExplanation(Table):
    """A finding with its figures and its public explanation; without a body it is only shown."""

    id = UUID(primary_key=True)
    community = ref(Community)
    statement = ref(Statement)
    finding = text()
    kind = text()
    position = SmallInt(null=True, default=None)
    fund = text(null=True)
    name_zh = text(null=True)
    name_en = text(null=True)
    other = fen(null=True)
    body = text()
    explained_by = ref(Staff)
    explained_at = Timestamptz(null=False, default=None)

    statement_explanation_one = Unique(columns(statement, finding))
    known_kind = one_of("kind", FindingKind)
    known_fund = one_of("fund", StatementFund)


class StatementDocument(Table):
    """A voucher or bill for a line, as a picture. `about` names the line, so that another import keeps it."""

    id = UUID(primary_key=True)
    community = ref(Community)
    statement = ref(Statement)
    about = text()
    photo = ref(Photo, unique=True)
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)


class StatementQuestion(Table):
    """An owner's public question about a line; only they and whoever answers see who asked."""

    id = UUID(primary_key=True)
    community = ref(Community)
    statement = ref(Statement)
    position = SmallInt(null=False, default=None)
    body = text()
    asked_by = ref(Person)
    asked_at = Timestamptz(null=False, default=None)
    due_on = day()
    once = UUID(null=False, default=None, unique=True)


class StatementAnswer(Table):
    """The service centre's public answer."""

    id = UUID(primary_key=True)
    community = ref(Community)
    question = ref(StatementQuestion)
    body = text()
    answered_by = ref(Staff)
    answered_at = Timestamptz(null=False, default=None)

    statement_answer_one = Unique(columns(question))

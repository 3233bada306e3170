"""Income and expense statements with their lines, as they were published."""

from piccolo.columns import UUID, SmallInt, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.communities.tables import Community
from portal.db import columns, day, fen, one_of, ref, text
from portal.people.tables import Person, Staff
from portal.statements.states import Side, StatementFund, StatementState


class Statement(Table):
    """A statement of a period; published by one person, frozen with the hash of its content."""

    id = UUID(primary_key=True)
    community = ref(Community)
    code = text()
    version = SmallInt(null=False, default=None)
    title = text()
    starts_on = day()
    ends_on = day()
    state = text()
    content_sha256 = text(null=True)
    published_by = ref(Staff, null=True)  # a draft
    published_at = Timestamptz(null=True, default=None)

    statement_one_version = Unique(columns(community, code, version))
    known_state = one_of("state", StatementState)


class StatementLine(Table):
    """One line of a statement; sums in fen, unknown when the file left them empty."""

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

    statement_line_one_place = Unique(columns(statement, position))
    known_fund = one_of("fund", StatementFund)
    known_side = one_of("side", Side)


class StatementQuestion(Table):
    """What an owner asks about a line in public; who asked is for nobody's eyes but their own and the answerer's."""

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
    """What the service centre answers in public."""

    id = UUID(primary_key=True)
    community = ref(Community)
    question = ref(StatementQuestion)
    body = text()
    answered_by = ref(Staff)
    answered_at = Timestamptz(null=False, default=None)

    statement_answer_one = Unique(columns(question))

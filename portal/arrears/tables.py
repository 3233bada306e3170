"""Arrears cases, one open for each unit and debtor, and every stage they were in with the facts behind it."""

from piccolo.columns import JSONB, UUID, SmallInt, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.arrears.states import CaseState
from portal.communities.tables import Community
from portal.db import day, one_of, ref, text
from portal.units.tables import Debtor, Unit


class ArrearsCase(Table):
    """What a debtor owes past its date for one unit, as one file."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    debtor = ref(Debtor)
    state = text()
    stage = SmallInt(null=False, default=None)
    opened_on = day()
    looked_on = day()
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

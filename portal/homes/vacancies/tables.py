"""Filings that a home stands empty."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

from portal.homes.units.tables import Unit
from portal.homes.vacancies.states import VacancyState
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person, Staff
from portal.platform.db.unit_of_work import day, one_of, ref, text


class Vacancy(Table):
    """A filing that a unit is empty: made with evidence, answered by staff, counted from and to inclusive."""

    id = UUID(primary_key=True)
    community = ref(Community)
    unit = ref(Unit)
    empty_since = day()
    body = text()
    state = text()
    filed_by = ref(Person, null=True)  # filed at the desk
    filed_at_desk = ref(Staff, null=True)  # filed by an owner
    filed_at = Timestamptz(null=False, default=None)
    answered_by = ref(Staff, null=True)  # not answered yet
    answered_at = Timestamptz(null=True, default=None)
    answer = text(null=True)
    starts_on = day(null=True)  # only an approved one counts
    ends_on = day(null=True)  # until somebody ends it

    known_state = one_of("state", VacancyState)
    not_filed_by_both = Check('"filed_by" IS NULL OR "filed_at_desk" IS NULL')
    two_people = Check('"answered_by" IS NULL OR "answered_by" <> "filed_at_desk"')
    approved_counts = Check('("state" = \'approved\') = ("starts_on" IS NOT NULL)')
    in_order = Check('"ends_on" IS NULL OR "starts_on" <= "ends_on"')

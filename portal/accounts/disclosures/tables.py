"""Disclosures that came due, and how each was made."""

from piccolo.columns import UUID, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.disclosures.states import Duty
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, one_of, ref, text


class Disclosure(Table):
    """A duty for one period, published by statements or, as staff record in `place`, elsewhere."""

    id = UUID(primary_key=True)
    community = ref(Community)
    duty = text()
    starts_on = day()
    ends_on = day()
    due_on = day()
    published_on = day(null=True)
    place = text(null=True)
    recorded_by = ref(Staff, null=True)
    recorded_at = Timestamptz(null=True, default=None)

    disclosure_one_a_period = Unique(columns(community, duty, starts_on))
    a_known_duty = one_of("duty", Duty)
    said_by_somebody = Check(
        "num_nulls(place, recorded_by, recorded_at) IN (0, 3) AND (place IS NULL OR published_on IS NOT NULL)"
    )

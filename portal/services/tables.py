"""What was done on the estate, when and where, with a photo (photos point here by subject)."""

from piccolo.columns import UUID, Timestamptz
from piccolo.table import Table

from portal.communities.tables import Community
from portal.db import one_of, ref, text
from portal.people.tables import Staff
from portal.services.states import ServiceArea


class ServiceRecord(Table):
    """One piece of work done."""

    id = UUID(primary_key=True)
    community = ref(Community)
    area = text()
    title = text()
    place = text()
    note = text(null=True)
    done_at = Timestamptz(null=False, default=None)
    recorded_by = ref(Staff)
    recorded_at = Timestamptz(null=False, default=None)
    once = UUID(null=False, default=None, unique=True)

    known_area = one_of("area", ServiceArea)

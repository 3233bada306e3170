"""Imports from the desk, and their files for as long as they are needed."""

from piccolo.columns import JSONB, UUID, Bytea, Integer, SmallInt, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import columns, one_of, ref, text
from portal.records.import_requests.states import ImportState


class ImportRequest(Table):
    """An import asked for at the desk: the worker checks it, and saves it once somebody has confirmed the result.

    `files` has name, bytes and sha256 of each; `done` (of `whole`, if known) of `what` is the worker's progress;
    `report` has the counts by file and, for a day, the mistakes.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    uploaded_by = text()
    confirmed_by = text(null=True)
    state = text()
    files = JSONB(null=False, default=None)
    what = text()
    done = Integer(null=False, default=None)
    whole = Integer(null=False, default=None)
    report = JSONB(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    changed_at = Timestamptz(null=False, default=None)

    known_state = one_of("state", ImportState)


class ImportPart(Table):
    """A part of the bytes of one file, by its place in `files`; deleted with the others when the import is over."""

    id = UUID(primary_key=True)
    community = ref(Community)
    request = ref(ImportRequest)
    file = SmallInt(null=False, default=None)
    part = Integer(null=False, default=None)
    content = Bytea(null=False, default=None)

    import_part_in_its_place = Unique(columns(request, file, part))

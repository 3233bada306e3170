"""Photos that people sent, re-encoded and kept in the database."""

from piccolo.columns import UUID, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table

from portal.platform.db.unit_of_work import text


class Photo(Table):
    """A re-encoded JPEG without metadata, and a thumbnail; `sha256` is of the picture's bytes."""

    id = UUID(primary_key=True)
    community = Integer(null=False, default=None, index=True)
    subject = text(index=True)
    taken_by = text()
    width = Integer(null=False, default=None)
    height = Integer(null=False, default=None)
    sha256 = Varchar(length=64, null=False, default=None)
    picture = Bytea(null=False, default=None)
    thumbnail = Bytea(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T20:54:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "Contacts are never changed again"


class Contact(Table, tablename="contact", schema=None):
    pass


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def hold_fast():
        await Contact.raw("ALTER TABLE contact ENABLE TRIGGER USER")

    manager.add_raw(hold_fast)
    return manager

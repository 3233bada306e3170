"""What has been opened in the inbox is called read, the name that the other states' providers use too."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table


class Delivery(Table, tablename="delivery", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""

ID = "2026-11-28T20:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "delivery: opened is read"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)

    async def rename():
        await Delivery.raw("ALTER TABLE delivery DROP CONSTRAINT known_state_2")
        await Delivery.raw(SCOPE)
        await Delivery.raw("UPDATE delivery SET state = 'read' WHERE state = 'opened'")

    manager.add_raw(rename)
    return manager

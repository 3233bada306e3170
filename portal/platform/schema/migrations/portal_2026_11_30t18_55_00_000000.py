from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T18:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Whether a committee post has a vote; what was guessed from its name until now is kept"


class CommitteePost(Table, tablename="committee_post", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def keep_the_guess():
        await CommitteePost.raw(
            "ALTER TABLE committee_post ADD COLUMN votes boolean"
        )
        await CommitteePost.raw(SCOPE)
        await CommitteePost.raw(
            "UPDATE committee_post SET votes = post !~* '候补|alternate'"
        )

    manager.add_raw(keep_the_guess)

    return manager

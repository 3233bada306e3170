from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T18:50:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Of the contacts that are there, those of issued letters prove that they arrived; what was typed of paper is a note"


class Contact(Table, tablename="contact", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""
PROVES = """
UPDATE contact SET proves = true WHERE channel IN ('letter', 'demand')
AND outcome IN ('handed_over', 'household', 'posted', 'registered', 'opened')
AND EXISTS (SELECT FROM letter_proof p WHERE p.contact = contact.id)
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def mark():
        await Contact.raw(SCOPE)
        await Contact.raw(PROVES)

    manager.add_raw(mark)
    return manager

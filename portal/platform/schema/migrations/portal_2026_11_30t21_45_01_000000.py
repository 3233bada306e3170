from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T21:45:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "The time that letters gave until now: to the day they name, and as long from their arrival"


class TimeGiven(Table, tablename="time_given", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""
ISSUED = """
INSERT INTO time_given (id, community, arrears_case, source, until, at)
SELECT gen_random_uuid(), community, arrears_case, id, pay_by, at FROM letter WHERE kind <> 'lawyer_draft'
"""
ARRIVED = """
INSERT INTO time_given (id, community, arrears_case, source, until, at)
SELECT DISTINCT ON (l.id) gen_random_uuid(), l.community, l.arrears_case, l.id, o.on_day + (l.pay_by - l.issued_on), o.at
FROM letter l JOIN letter_proof p ON p.letter = l.id JOIN contact o ON o.id = p.contact AND o.proves
ORDER BY l.id, o.on_day, o.at
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def give():
        for statement in (SCOPE, ISSUED, ARRIVED):
            await TimeGiven.raw(statement)

    manager.add_raw(give)

    return manager

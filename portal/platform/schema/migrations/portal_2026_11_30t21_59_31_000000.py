from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T21:59:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is left of claims under way, where it is less than they ask for; a new database has none"


class ClaimLeft(Table, tablename="claim_left", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""
LEFT = """
DO $$ BEGIN
  IF to_regclass('line_balance') IS NULL THEN RETURN; END IF;
  INSERT INTO claim_left (id, community, claim, number, amount, at)
  SELECT gen_random_uuid(), c.community, c.id, 1, sum(least(cl.amount, CASE WHEN w.replaced THEN 0
    ELSE greatest(w.outstanding - w.held, 0) END)), now()
  FROM claim c JOIN claim_line cl ON cl.claim = c.id JOIN line_balance w ON w.line = cl.line
  WHERE c.state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued') GROUP BY c.id, c.community, c.amount
  HAVING sum(least(cl.amount, CASE WHEN w.replaced THEN 0 ELSE greatest(w.outstanding - w.held, 0) END)) <> c.amount;
END $$
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def tell():
        for statement in (SCOPE, LEFT):
            await ClaimLeft.raw(statement)

    manager.add_raw(tell)

    return manager

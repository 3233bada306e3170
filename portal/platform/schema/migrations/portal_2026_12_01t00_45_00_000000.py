from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-01T00:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is left of claims under way is net of credit; a new database has none"


class ClaimLeft(Table, tablename="claim_left", schema=None):
    pass


# Behind the row policy, which holds for the owner too, one sees only the communities that are named.
SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""
# As the claim's view says it after this update, from the tables alone: the views of before may not know of credit.
LEFT = """
WITH live AS (SELECT * FROM claim WHERE state IN ('prepared', 'filed', 'accepted', 'agreed', 'issued')),
lines AS (SELECT b.debtor, b.due_on, b.number, l.position, l.id, i.kind = 'fund' AS fund,
    l.amount + coalesce((SELECT sum(amount) FROM adjustment WHERE line = l.id), 0)
    - coalesce((SELECT sum(amount) FROM allocation WHERE line = l.id), 0) AS outstanding,
    coalesce((SELECT sum(amount) FROM hold WHERE line = l.id AND released_at IS NULL), 0) AS held
  FROM bill b JOIN bill_line l ON l.bill = b.id JOIN charge_item i ON i.id = l.item
  WHERE b.debtor IN (SELECT debtor FROM live) AND NOT EXISTS (SELECT FROM bill r WHERE r.replaces = b.id)),
owed AS (SELECT *, outstanding - least(held, outstanding) AS asked,
    CASE WHEN fund THEN 0 ELSE outstanding - least(held, outstanding) END AS free FROM lines WHERE outstanding > 0),
days AS (SELECT *, sum(free) OVER (PARTITION BY debtor, due_on) AS day,
    sum(free) OVER (PARTITION BY debtor ORDER BY due_on) AS by_then FROM owed),
paid AS (SELECT *, greatest(least((SELECT coalesce(sum(c.amount), 0) FROM credit c WHERE c.debtor = days.debtor)
    - (by_then - day), day), 0) AS now FROM days),
parts AS (SELECT *, div(now * free, nullif(day, 0)) AS part, mod(now * free, nullif(day, 0)) AS remainder FROM paid),
net AS (SELECT id, asked - coalesce(part + (
    row_number() OVER (PARTITION BY debtor, due_on ORDER BY remainder DESC NULLS LAST, number, position)
    <= now - sum(part) OVER (PARTITION BY debtor, due_on))::int, 0) AS asked FROM parts),
whole AS (SELECT c.id, c.community, c.amount, sum(least(cl.amount, coalesce(n.asked, 0))) AS left_over
  FROM live c JOIN claim_line cl ON cl.claim = c.id LEFT JOIN net n ON n.id = cl.line GROUP BY c.id, c.community, c.amount),
told AS (SELECT w.*, t.number, coalesce(t.amount, w.amount) AS told FROM whole w LEFT JOIN LATERAL
  (SELECT number, amount FROM claim_left WHERE claim = w.id ORDER BY number DESC LIMIT 1) t ON true)
INSERT INTO claim_left (id, community, claim, number, amount, at)
SELECT gen_random_uuid(), community, id, coalesce(number, 0) + 1, left_over, now() FROM told WHERE left_over <> told
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

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table


class Community(Table, tablename="community", schema=None):
    pass


ID = "2026-11-24T19:07:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What was billed in full before splits were frozen is frozen as it was billed"

SCOPE = """
SELECT set_config('app.communities', (SELECT '{{' || coalesce(string_agg(id::text, ','), '') || '}}' FROM community), true)
"""

FREEZE = """
INSERT INTO cost_split (id, community, cost, units, tariffs, weights, amounts)
SELECT gen_random_uuid(), c.community, c.id, array_agg(l.unit ORDER BY u.name COLLATE "C"),
       array_agg(l.tariff ORDER BY u.name COLLATE "C"),
       array_agg((s ->> 'weight')::numeric ORDER BY u.name COLLATE "C"),
       array_agg((s ->> 'amount')::bigint ORDER BY u.name COLLATE "C")
FROM shared_cost c JOIN bill_line l ON l.item = c.item AND l.first_month <= c.period AND l.last_month >= c.period
JOIN unit u ON u.id = l.unit CROSS JOIN LATERAL jsonb_array_elements(l.facts -> 'shares') s
WHERE s ->> 'scope' = c.scope AND s ->> 'period' = c.period
  AND NOT EXISTS (SELECT FROM bill r WHERE r.replaces = l.bill)
GROUP BY c.id HAVING sum((s ->> 'amount')::bigint) = c.amount
"""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="portal", description=DESCRIPTION
    )

    async def freeze():
        await Community.raw(SCOPE)
        await Community.raw(FREEZE)

    manager.add_raw(freeze)

    return manager

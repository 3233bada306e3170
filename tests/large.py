"""A large estate in a second: as many homes as wanted, each with an owner and six charges, one for every formula."""

from __future__ import annotations

from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders

PERIOD = "2026-11"
PER_BUILDING = 200
READ_AT_60 = 3000  # fen of the shared costs for each home

# item, kind of money, formula, rate in yuan: six lines on every bill.
CHARGES = (
    ("service", "service_fee", "per_area", "2.80"),
    ("refuse", "refuse", "fixed", "6"),
    ("parking", "parking", "per_quantity", "150"),
    ("water", "utility", "metered", "3.77"),
    ("lift", "pass_through", "share_by_area", None),
    ("light", "pass_through", "share_by_unit", None),
)

HOMES = """
INSERT INTO unit (id, community, name, sort_key, building, use, billable_area, occupancy, handed_over_on)
SELECT gen_random_uuid(), $1, building || '栋' || lpad(home::text, 4, '0'), building || '-' || lpad(home::text, 4, '0'),
       building::text, 'residential', 45 + (n * 7919 % 15000) / 100.0, 'owner', '2015-06-30'
FROM (SELECT n, 1 + (n - 1) / $3 AS building, 101 + (n - 1) % $3 AS home FROM generate_series(1, $2::int) n) homes
"""

OWNERS = """
INSERT INTO person (id, community, external_id, name, language)
SELECT gen_random_uuid(), $1, name, '业主', 'zh-CN' FROM unit WHERE community = $1
"""

OCCUPANCIES = """
INSERT INTO occupancy (id, community, unit, person, role, share)
SELECT gen_random_uuid(), $1, u.id, p.id, 'owner', 1
FROM unit u JOIN person p ON p.community = u.community AND p.external_id = u.name WHERE u.community = $1
"""

BAYS = """
INSERT INTO unit_charge (id, community, unit, item, quantity)
SELECT gen_random_uuid(), $1, u.id, i.id, 1 + ascii(right(u.name, 1)) % 2
FROM unit u JOIN charge_item i ON i.community = u.community AND i.code = 'parking' WHERE u.community = $1
"""

READINGS = """
INSERT INTO meter_reading (id, community, unit, item, meter, period, previous, current)
SELECT gen_random_uuid(), $1, u.id, i.id, 'M-' || u.name, $2, 100, 101 + (u.billable_area * 100)::int % 300 / 10.0
FROM unit u JOIN charge_item i ON i.community = u.community AND i.code = 'water' WHERE u.community = $1
"""

COSTS = """
INSERT INTO shared_cost (id, community, item, period, amount, scope)
SELECT gen_random_uuid(), $1, i.id, $2, $3, 'community' FROM charge_item i
WHERE i.community = $1 AND i.code IN ('lift', 'light')
"""


async def large_estate(homes: int, code: str = "large") -> int:
    """An estate with this many homes, ready for its run of PERIOD, which makes six lines for each; its number."""
    community = await builders.community(code, "大湖城")
    for item, kind, formula, rate in CHARGES:
        await builders.tariff(community, await builders.charge_item(community, item, kind), formula=formula, rate=rate)
    async with unit_of_work(community):
        await fetch(HOMES, community, homes, PER_BUILDING)
        await fetch(OWNERS, community)
        await fetch(OCCUPANCIES, community)
        await fetch(BAYS, community)
        await fetch(READINGS, community, PERIOD)
        await fetch(COSTS, community, PERIOD, homes * READ_AT_60 + 7)
        return community

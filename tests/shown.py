"""What a whole estate promises, lets and discloses, once each."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import asyncpg

from portal.accounts.common_areas.actions import Contract, Movement, record_movement, register_contract
from portal.accounts.common_areas.states import Beneficiary, Pot, Rhythm
from portal.care.standards.actions import Promise, expect_rounds, keep_promises
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_one, fetch_value, unit_of_work

TODAY = date(2026, 11, 20)


async def let(community: int, manager: Principal) -> UUID:
    """The gate carries an advertisement, and the bins were bought from it."""
    agreed = Contract("道闸广告", "Gate advertising", Money(50000), Rhythm.month, date(2026, 1, 1), None,
                      Beneficiary.estate, "", "业主大会第 1 号决议")  # fmt: skip
    let = await register_contract(manager, community, agreed)
    spent = Movement(Pot.common_area_revenue, Money(-1200), TODAY, "购买垃圾桶", "业主大会第 2 号决议")
    await record_movement(manager, community, spent)
    return let


async def due(community: int) -> UUID:
    """The accounts of last year are due."""
    async with unit_of_work(community):
        return await fetch_value(
            "INSERT INTO disclosure (id, community, duty, starts_on, ends_on, due_on) VALUES (gen_random_uuid(), $1,"
            " 'service_accounts', '2025-01-01', '2025-12-31', '2026-03-31') RETURNING id",
            community,
        )


async def wanted(community: int) -> UUID:
    """The only member of the committee is asked for a pump."""
    async with unit_of_work(community):
        return await fetch_value(
            "INSERT INTO committee_expense (id, community, fund, amount, purpose, reason, members, once, asked_by,"
            " asked_at) SELECT gen_random_uuid(), $1, 'common_area_revenue', 800000, '更换水泵', '两台水泵已坏', 1,"
            " gen_random_uuid(), s.id, now() FROM staff s WHERE s.community = $1 ORDER BY s.id LIMIT 1 RETURNING id",
            community,
        )


async def promised(community: int) -> UUID:
    """Stairs are swept every day since three days, and were not yesterday."""
    wanted = Promise("cleaning", "楼道清扫", "Stairs swept", 1, "day", None, "合同附件三")
    async with unit_of_work(community):
        await keep_promises(community, [wanted], jurisdiction="CN", on=TODAY - timedelta(days=3))
    await expect_rounds(community, TODAY, actor="job:rounds")
    async with unit_of_work(community):
        return await fetch_value(
            "SELECT id FROM service_round WHERE community = $1 AND last_day = $2", community, TODAY - timedelta(days=1)
        )


async def documents_in(community: int, statement: UUID) -> asyncpg.Record:
    """The voucher of a statement."""
    async with unit_of_work(community):
        found = await fetch_one("SELECT id, photo FROM statement_document WHERE statement = $1", statement)
    assert found
    return found
